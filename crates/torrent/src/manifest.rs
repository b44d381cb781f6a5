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
}

impl Manifest {
    /// Bytes of all files.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).sum()
    }
}
