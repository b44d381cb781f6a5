use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE32, HEXLOWER, HEXLOWER_PERMISSIVE};
use serde::{Deserialize, Serialize};
use sha1::Sha1;
use sha2::{Digest, Sha256};

/// The identity of a torrent in the swarm, in Deluge and in every key and message of ours: 20 bytes.
///
/// For v1 and hybrid torrents it is the SHA-1 of the info dictionary as it stands in the file (BEP 3); for
/// v2-only torrents the first 20 bytes of its SHA-256, which is what trackers, the DHT and Deluge use
/// (BEP 52). Written as 40 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Infohash([u8; 20]);

/// The text is no info-hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("an info-hash is 40 hexadecimal or 32 base32 digits, not {0:?}")]
pub struct InfohashError(String);

impl Infohash {
    /// The v1 hash of the original bytes of an info dictionary.
    #[must_use]
    pub fn v1(info: &[u8]) -> Self {
        Self(Sha1::digest(info).into())
    }

    /// The truncated v2 hash of the original bytes of an info dictionary.
    #[must_use]
    pub fn v2_truncated(info: &[u8]) -> Self {
        let mut short = [0; 20];
        short.copy_from_slice(&Sha256::digest(info)[..20]);
        Self(short)
    }

    /// The 20 bytes themselves.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 20] {
        &self.0
    }
}

impl FromStr for Infohash {
    type Err = InfohashError;

    /// Reads 40 hexadecimal digits of either case, or the 32 base32 digits of old magnet links (BEP 9).
    fn from_str(text: &str) -> Result<Self, InfohashError> {
        let bytes = match text.len() {
            40 => HEXLOWER_PERMISSIVE.decode(text.as_bytes()).ok(),
            32 => BASE32.decode(text.to_ascii_uppercase().as_bytes()).ok(),
            _ => None,
        };
        bytes
            .and_then(|bytes| <[u8; 20]>::try_from(bytes).ok())
            .map(Self)
            .ok_or_else(|| InfohashError(text.chars().take(80).collect()))
    }
}

impl TryFrom<String> for Infohash {
    type Error = InfohashError;

    fn try_from(text: String) -> Result<Self, InfohashError> {
        text.parse()
    }
}

impl From<Infohash> for String {
    fn from(infohash: Infohash) -> Self {
        infohash.to_string()
    }
}

impl fmt::Display for Infohash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&HEXLOWER.encode(&self.0))
    }
}

impl fmt::Debug for Infohash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "c9e15763f722f23e98a29decdfae341b98d53056";

    #[test]
    fn hexadecimal_of_either_case_and_base32_are_one_info_hash() {
        let hex: Infohash = HEX.parse().unwrap();
        assert_eq!(hex, HEX.to_uppercase().parse().unwrap());
        let base32 = BASE32.encode(hex.as_bytes());
        assert_eq!(hex, base32.parse().unwrap());
        assert_eq!(hex, base32.to_lowercase().parse().unwrap());
        assert_eq!(hex.to_string(), HEX);
    }

    #[test]
    fn other_lengths_and_digits_are_refused() {
        for text in [
            "",
            "c9e1",
            &HEX[1..],
            &HEX.replace('c', "g"),
            &"1".repeat(32),
        ] {
            assert!(text.parse::<Infohash>().is_err(), "{text}");
        }
    }

    #[test]
    fn serde_goes_through_the_check() {
        assert!(serde_json::from_str::<Infohash>(&format!("\"{HEX}\"")).is_ok());
        assert!(serde_json::from_str::<Infohash>("\"../../etc\"").is_err());
    }
}
