use serde::{Deserialize, Serialize};
use torrent::Timestamp;

/// The answer of `GET /workers`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Workers {
    pub(crate) workers: Vec<Worker>,
}

/// A box, as it registered last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Worker {
    pub(crate) id: String,
    pub(crate) live: bool,
    /// By its own clock.
    pub(crate) last_seen: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) free_bytes: Option<u64>,
    /// Whether downloads rest, because its disk is nearly full.
    pub(crate) full: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) torrents: Option<u64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) deluge_version: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) clock_ahead_seconds: Option<i64>,
}
