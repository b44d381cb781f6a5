use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use hmac::{Hmac, KeyInit, Mac};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// Characters of an HMAC-SHA-256 in base64url without padding.
pub(crate) const MAC_LENGTH: usize = 43;

/// A key of one purpose. The text itself is the key, not the bytes that it encodes: a CloudFront Function takes
/// text most simply.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Key(String);

impl Key {
    pub(crate) fn derived(secret: &str, purpose: &str) -> Self {
        Self(encoded(hmac(secret, &format!("torrent2s3 {purpose}"))))
    }

    /// In base64url without padding.
    pub(crate) fn mac(&self, message: &str) -> String {
        encoded(hmac(&self.0, message))
    }

    /// In constant time.
    pub(crate) fn verify(&self, message: &str, mac: &str) -> bool {
        // Strict about trailing bits: each MAC has one spelling.
        BASE64URL_NOPAD
            .decode(mac.as_bytes())
            .is_ok_and(|mac| hmac(&self.0, message).verify_slice(&mac).is_ok())
    }
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Key(…)")
    }
}

fn hmac(key: &str, message: &str) -> Hmac<Sha256> {
    let mut hmac =
        Hmac::<Sha256>::new_from_slice(key.as_bytes()).expect("HMAC takes keys of any length");
    hmac.update(message.as_bytes());
    hmac
}

fn encoded(hmac: Hmac<Sha256>) -> String {
    BASE64URL_NOPAD.encode(&hmac.finalize().into_bytes())
}

/// A number as it stands in a proof: no sign, no leading zero, so that each has one spelling.
pub(crate) fn seconds(text: &str) -> Option<u64> {
    let plain = text.len() <= 12
        && text.bytes().all(|byte| byte.is_ascii_digit())
        && !text.starts_with('0');
    if plain { text.parse().ok() } else { None }
}
