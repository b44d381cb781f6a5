use serde::Deserialize;
use torrent::{ANSWER_BYTES_MAX, ObjectKey, Timestamp};

use super::Kind;

/// A file of a torrent, as it lies in the bucket or as its manifest names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct PageFile {
    /// Below the torrent's root.
    pub path: String,
    /// The object key as text.
    pub key: String,
    /// Length in bytes.
    pub size_bytes: u64,
    /// CRC-32 in 8 hexadecimal digits. A listing does not have it, nor have the oldest manifests.
    #[serde(default)]
    pub crc32: Option<String>,
}

/// What the manifest says. Read here with what the page needs of it, so that manifests of every age are read.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Expected {
    /// The torrent's own name.
    pub name: String,
    /// Every content file.
    pub files: Vec<PageFile>,
    /// When the last file was stored.
    pub stored_at: Timestamp,
}

impl Expected {
    /// Bytes of all files.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).sum()
    }
}

impl PageFile {
    /// The path of its link. Only to a file of ours: a link is never made from a key that was not understood.
    #[must_use]
    pub fn link(&self) -> Option<String> {
        let key: ObjectKey = self.key.parse().ok()?;
        matches!(key, ObjectKey::File(..)).then(|| key.url_path())
    }

    /// Whether it is too large for one answer of `CloudFront`: it has to be fetched in ranges.
    #[must_use]
    pub const fn needs_ranges(&self) -> bool {
        self.size_bytes > ANSWER_BYTES_MAX
    }

    /// What a browser can do with it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        Kind::of(&self.path)
    }
}
