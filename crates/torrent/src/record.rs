use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{FileSelection, Infohash, Label, State};

/// What is known of one torrent: the row in DynamoDB, the answer of the API and the entry in `status.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TorrentRecord {
    /// Its identity.
    pub infohash: Infohash,
    /// What to call it; from the torrent, the magnet link or, for want of both, the info-hash.
    pub name: String,
    /// Whether its owner chose the name, so that the torrent's own does not replace it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub named: bool,
    /// How far it is.
    pub state: State,
    /// Why it failed, in a sentence for the owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What its owner filed it under.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub label: Option<Label>,
    /// Whether its owner wants it to rest; `progress` says whether it does.
    #[serde(default)]
    pub paused: bool,
    /// The wanted files; all of them without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wanted: Option<FileSelection>,
    /// What it was made of.
    pub source: Source,
    /// Bytes of all content; unknown for a magnet link without metainfo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub size_bytes: Option<u64>,
    /// Number of content files; unknown for a magnet link without metainfo.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub file_count: Option<u64>,
    /// The worker whose Deluge has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<String>,
    /// What that Deluge calls it; not the info-hash for hybrid torrents.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deluge_id: Option<String>,
    /// The last reading from Deluge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub progress: Option<Progress>,
    /// Bytes in S3, as the agent last said.
    #[serde(default)]
    pub stored_bytes: u64,
    /// When it was accepted; the order of every list.
    pub added_at: Timestamp,
    /// When it entered the states it has been in.
    #[serde(default)]
    pub since: StateTimes,
}

/// Where a torrent came from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Source {
    /// A `.torrent` file, kept under `torrents/`.
    File,
    /// A magnet link, as it is given to Deluge.
    Magnet {
        /// [`crate::MagnetLink`] as text.
        uri: String,
    },
}

/// One reading of a torrent in Deluge. What Deluge did not say is unknown, not 0.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Progress {
    /// When Deluge said so.
    pub at: Timestamp,
    /// Wanted bytes that are on the worker's disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub downloaded_bytes: Option<u64>,
    /// Payload bytes per second.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub download_rate: Option<u64>,
    /// Connected peers, seeds included.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub peers: Option<u64>,
    /// Whether Deluge has it at rest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub paused: Option<bool>,
    /// What Deluge does with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub activity: Option<Activity>,
    /// Bytes uploaded per byte on disk.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ratio: Option<f64>,
    /// Seconds until the download is done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub eta_seconds: Option<u64>,
}

/// What Deluge does with a torrent: its states, as far as they differ for the owner.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Activity {
    /// It takes pieces from peers, or looks for some.
    Downloading,
    /// It has everything, and gives to others.
    Seeding,
    /// It waits for its turn behind other torrents.
    Waiting,
    /// It checks, moves or makes room for what is on disk.
    Checking,
    /// It rests because it was told to.
    Paused,
    /// It gave up: the disk is full, say. Its owner has to act.
    Stopped,
    /// Something that this version has no word for.
    #[serde(other)]
    Other,
}

/// The last time a torrent entered each state.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct StateTimes {
    /// Entered [`State::Queued`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queued: Option<Timestamp>,
    /// Entered [`State::Downloading`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub downloading: Option<Timestamp>,
    /// Entered [`State::Transferring`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub transferring: Option<Timestamp>,
    /// Entered [`State::Complete`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub complete: Option<Timestamp>,
    /// Entered [`State::Failed`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failed: Option<Timestamp>,
    /// Entered [`State::Removed`].
    #[serde(skip_serializing_if = "Option::is_none")]
    pub removed: Option<Timestamp>,
}

impl TorrentRecord {
    /// Whether the file at `index` of the torrent's own list is wanted.
    #[must_use]
    pub fn wants(&self, index: usize) -> bool {
        let wanted = self.wanted.as_ref();
        wanted.is_none_or(|wanted| wanted.contains(index))
    }

    /// A torrent that was just accepted.
    #[must_use]
    pub fn queued(infohash: Infohash, name: String, source: Source, now: Timestamp) -> Self {
        Self {
            infohash,
            name,
            named: false,
            state: State::Queued,
            reason: None,
            label: None,
            paused: false,
            wanted: None,
            source,
            size_bytes: None,
            file_count: None,
            worker: None,
            deluge_id: None,
            progress: None,
            stored_bytes: 0,
            added_at: now,
            since: StateTimes {
                queued: Some(now),
                ..StateTimes::default()
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_later_versions_activity_still_reads() {
        let read = |text: &str| serde_json::from_str::<Activity>(text).unwrap();
        assert_eq!(read(r#""waiting""#), Activity::Waiting);
        assert_eq!(read(r#""dreaming""#), Activity::Other);
    }
}
