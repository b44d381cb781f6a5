use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Infohash;

/// Says that a torrent is wholly stored. Written last, to [`crate::ObjectKey::Manifest`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Which torrent.
    pub infohash: Infohash,
    /// The torrent's own name.
    pub name: String,
    /// Every content file, in the torrent's order.
    pub files: Vec<StoredFile>,
    /// Bytes of all files; not in the oldest manifests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// When the transfer that stored the last file began; not in the oldest manifests.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When the last file was stored.
    pub stored_at: Timestamp,
}

/// One file of a torrent in S3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StoredFile {
    /// Below the torrent's root.
    pub path: String,
    /// The object key as text.
    pub key: String,
    /// Length in bytes.
    pub size_bytes: u64,
    /// Of all its bytes, as zip has it: 8 hexadecimal digits. Not in the oldest manifests.
    #[serde(default, skip_serializing_if = "Option::is_none", with = "hex")]
    pub crc32: Option<u32>,
}

/// A CRC-32 as other tools print it.
mod hex {
    use serde::de::Error as _;
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    #[expect(
        clippy::ref_option,
        clippy::trivially_copy_pass_by_ref,
        reason = "serde's `with` asks for it"
    )]
    pub(super) fn serialize<S: Serializer>(crc32: &Option<u32>, to: S) -> Result<S::Ok, S::Error> {
        crc32.map(|crc32| format!("{crc32:08x}")).serialize(to)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<Option<u32>, D::Error> {
        let digits = Option::<String>::deserialize(from)?;
        let crc32 = digits.map(|digits| u32::from_str_radix(&digits, 16));
        crc32.transpose().map_err(D::Error::custom)
    }
}

impl Manifest {
    /// Bytes of all files.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).sum()
    }
}
