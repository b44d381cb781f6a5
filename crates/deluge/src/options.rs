use serde::Serialize;

/// What Deluge shall do with a torrent. `None` leaves an option as it is, or at Deluge's own
/// default on an add.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct TorrentOptions {
    /// Add the torrent in state `Paused`. Has an effect on an add only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub add_paused: Option<bool>,
    /// Let Deluge's queue start and stop the torrent. Its queue has three places for downloads by
    /// default, so three dead torrents hold up a live one; with `false` the torrent starts at once.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_managed: Option<bool>,
    /// Folder for the data, on Deluge's machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub download_location: Option<String>,
    /// One priority per file: 0 skip, 1 low, 4 normal, 7 high.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub file_priorities: Option<Vec<u8>>,
    /// -1 means no limit; at least 2 otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_connections: Option<i32>,
    /// KiB/s; -1 means no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_download_speed: Option<f64>,
    /// KiB/s; -1 means no limit.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_upload_speed: Option<f64>,
    /// Move the data to `move_completed_path` once downloaded.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub move_completed: Option<bool>,
    /// Folder on Deluge's machine.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub move_completed_path: Option<String>,
    /// Remove the torrent from Deluge, not its data, when `stop_ratio` is reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub remove_at_ratio: Option<bool>,
    /// Take all data to be there already, unchecked. Has an effect on an add only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed_mode: Option<bool>,
    /// Download pieces in order. Since Deluge 2.0.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequential_download: Option<bool>,
    /// Stop seeding at `stop_ratio`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_at_ratio: Option<bool>,
    /// Uploaded bytes per downloaded byte.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stop_ratio: Option<f64>,
}
