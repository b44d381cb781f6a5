use serde::{Deserialize, Serialize};
use torrent::TorrentRecord;

/// One page of `GET /torrents`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct Page {
    pub(crate) torrents: Vec<TorrentRecord>,
    /// The cursor of the next page.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) next: Option<String>,
}

/// `TorrentWithFiles`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(crate) struct TorrentWithFiles {
    #[serde(flatten)]
    pub(crate) record: TorrentRecord,
    /// Absent as long as nobody knows them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) files: Option<Vec<TorrentFile>>,
    /// `files_from` of the next files; absent with the last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) files_next: Option<u32>,
}

/// One content file of a torrent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct TorrentFile {
    /// In the torrent's own list, which also counts padding.
    pub(crate) index: u32,
    /// As the server writes it; where it becomes a path here, it is cleaned once more.
    pub(crate) path: String,
    pub(crate) size_bytes: u64,
    pub(crate) wanted: bool,
    pub(crate) stored: bool,
    /// Where to fetch it once it is stored.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) link: Option<String>,
}
