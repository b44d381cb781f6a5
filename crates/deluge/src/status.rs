use std::time::Duration;

use serde::{Deserialize, Deserializer};

/// What Deluge knows about a torrent.
///
/// `None` is "not known": the key was not asked for, was missing for a moment, as can happen, or
/// Deluge filled in a number it does not have. It never stands for 0. Names, paths and messages
/// come as strangers wrote them.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct TorrentStatus {
    /// Folder that holds the torrent's files, on Deluge's machine; follows a move.
    pub download_location: Option<String>,
    /// Bytes per second, file data only.
    #[serde(deserialize_with = "not_negative")]
    pub download_payload_rate: Option<u64>,
    /// Time to the end of the download, or to the seeding goal. `None` too while nothing moves and
    /// beyond a year.
    #[serde(deserialize_with = "eta")]
    pub eta: Option<Duration>,
    /// One per file, in the order of `files`: 0 skip, 1 low, 4 normal, 7 high.
    #[serde(deserialize_with = "not_empty")]
    pub file_priorities: Option<Vec<u8>>,
    /// One per file, in the order of `files`, from 0 to 1. An empty file's is always 0.
    #[serde(deserialize_with = "not_empty")]
    pub file_progress: Option<Vec<f64>>,
    /// The files as they are on disk, which is not always how the torrent names them. `None`
    /// without metadata.
    #[serde(deserialize_with = "not_empty")]
    pub files: Option<Vec<TorrentFile>>,
    /// Whether everything that is wanted has been downloaded.
    pub is_finished: Option<bool>,
    /// `OK`, or what is wrong.
    pub message: Option<String>,
    /// The torrent's name; the info-hash for a magnet link without one.
    pub name: Option<String>,
    /// Connected peers that are not seeds.
    #[serde(deserialize_with = "not_negative")]
    pub num_peers: Option<u64>,
    /// Connected seeds.
    #[serde(deserialize_with = "not_negative")]
    pub num_seeds: Option<u64>,
    /// Percent, 0 to 100, of the download or of a check. `None` in states `Error`, where Deluge
    /// says 100, and `Moving`, where it says how far the move is.
    pub progress: Option<f64>,
    /// Uploaded bytes per byte on disk. `None` too while there is none.
    #[serde(deserialize_with = "ratio")]
    pub ratio: Option<f64>,
    /// Deluge's older name for `download_location`.
    pub save_path: Option<String>,
    /// Seconds in state `Seeding`.
    #[serde(deserialize_with = "not_negative")]
    pub seeding_time: Option<u64>,
    /// What the torrent is doing.
    pub state: Option<State>,
    /// Bytes on disk and checked.
    #[serde(deserialize_with = "not_negative")]
    pub total_done: Option<u64>,
    /// Bytes of all files, a hybrid's padding included. `None` without metadata, where Deluge says 0.
    #[serde(deserialize_with = "not_zero")]
    pub total_size: Option<u64>,
    /// Bytes uploaded over the torrent's whole life.
    #[serde(deserialize_with = "not_negative")]
    pub total_uploaded: Option<u64>,
    /// Bytes of the files that are not skipped.
    #[serde(deserialize_with = "not_negative")]
    pub total_wanted: Option<u64>,
    /// The last word from the tracker.
    pub tracker_status: Option<String>,
    /// Bytes per second, file data only.
    #[serde(deserialize_with = "not_negative")]
    pub upload_payload_rate: Option<u64>,
}

impl TorrentStatus {
    /// Takes back the progress that Deluge reports when it means something else.
    pub(crate) fn without_false_progress(mut self) -> Self {
        if matches!(self.state, Some(State::Error | State::Moving)) {
            self.progress = None;
        }
        self
    }
}

/// A file of a torrent.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[non_exhaustive]
pub struct TorrentFile {
    /// Place in the torrent's list of files, from 0.
    pub index: usize,
    /// Path on disk below `download_location`, with `/` between folders.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Bytes from the start of the torrent's data.
    pub offset: u64,
}

/// What a torrent is doing.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Deserialize)]
#[serde(from = "String")]
#[non_exhaustive]
#[expect(missing_docs, reason = "the names are Deluge's own")]
pub enum State {
    Allocating,
    Checking,
    Downloading,
    Error,
    Moving,
    Paused,
    Queued,
    Seeding,
    /// A state this client has no name for.
    Other(String),
}

impl From<String> for State {
    fn from(state: String) -> Self {
        match state.as_str() {
            "Allocating" => Self::Allocating,
            "Checking" => Self::Checking,
            "Downloading" => Self::Downloading,
            "Error" => Self::Error,
            "Moving" => Self::Moving,
            "Paused" => Self::Paused,
            "Queued" => Self::Queued,
            "Seeding" => Self::Seeding,
            _ => Self::Other(state),
        }
    }
}

fn not_negative<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    let number = Option::<i64>::deserialize(deserializer)?;
    Ok(number.and_then(|number| u64::try_from(number).ok()))
}

fn not_zero<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    Ok(not_negative(deserializer)?.filter(|number| *number != 0))
}

fn not_empty<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Option<Vec<T>>, D::Error> {
    Ok(Option::<Vec<T>>::deserialize(deserializer)?.filter(|list| !list.is_empty()))
}

/// Deluge says 0 when nothing moves and -1 beyond a year.
fn eta<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    Ok(not_zero(deserializer)?.map(Duration::from_secs))
}

/// Deluge says -1 for a ratio to nothing.
fn ratio<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<f64>, D::Error> {
    Ok(Option::<f64>::deserialize(deserializer)?.filter(|ratio| *ratio >= 0.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(json: &str) -> TorrentStatus {
        serde_json::from_str(json).expect("a status")
    }

    #[test]
    fn what_is_missing_or_null_is_unknown() {
        assert_eq!(status("{}"), TorrentStatus::default());
        assert_eq!(
            status(r#"{"total_done":null,"eta":null,"files":null,"ratio":null}"#),
            TorrentStatus::default()
        );
    }

    #[test]
    fn a_magnet_without_metadata_has_no_size_and_no_files() {
        let json = r#"{"files":[],"file_progress":[],"file_priorities":[],"total_size":0,
            "state":"Downloading"}"#;
        assert_eq!(
            status(json),
            TorrentStatus {
                state: Some(State::Downloading),
                ..TorrentStatus::default()
            }
        );
    }

    #[test]
    fn numbers_that_stand_for_nothing_are_unknown() {
        assert_eq!(
            status(r#"{"eta":0,"ratio":-1.0}"#),
            TorrentStatus::default()
        );
        assert_eq!(status(r#"{"eta":-1}"#).eta, None);
        assert_eq!(status(r#"{"eta":61}"#).eta, Some(Duration::from_secs(61)));
        assert_eq!(status(r#"{"ratio":0.0}"#).ratio, Some(0.0));
        assert_eq!(
            status(r#"{"total_done":0,"num_peers":0}"#).total_done,
            Some(0)
        );
    }

    #[test]
    fn progress_counts_only_while_it_is_the_downloads() {
        let progress = |json| status(json).without_false_progress().progress;
        assert_eq!(progress(r#"{"state":"Error","progress":100.0}"#), None);
        assert_eq!(progress(r#"{"state":"Moving","progress":3.5}"#), None);
        assert_eq!(
            progress(r#"{"state":"Downloading","progress":3.5}"#),
            Some(3.5)
        );
    }

    #[test]
    fn a_state_without_a_name_here_is_kept() {
        assert_eq!(
            status(r#"{"state":"Dreaming"}"#).state,
            Some(State::Other("Dreaming".to_owned()))
        );
    }
}
