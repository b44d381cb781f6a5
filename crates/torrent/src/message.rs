use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::Infohash;

/// What travels in SQS to watch-queue: an info-hash and a reason to look at it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum QueueMessage {
    /// From add-torrent: a record waits for a worker.
    TorrentAdded {
        /// Which one.
        infohash: Infohash,
    },
    /// From manage-torrent: its owner paused it or goes on with it; the record says which.
    TorrentChanged {
        /// Which one.
        infohash: Infohash,
    },
    /// From manage-torrent, or from complete-page when its files have expired: what is left of it shall go.
    TorrentRemoved {
        /// Which one.
        infohash: Infohash,
        /// Whether its files stay in S3.
        keep_files: bool,
    },
    /// From the agent: files go up.
    FileTransferring(FileTransferring),
}

impl QueueMessage {
    /// The torrent that it is about.
    #[must_use]
    pub fn infohash(&self) -> Infohash {
        match self {
            Self::TorrentAdded { infohash }
            | Self::TorrentChanged { infohash }
            | Self::TorrentRemoved { infohash, .. } => *infohash,
            Self::FileTransferring(report) => report.infohash,
        }
    }
}

/// How far the agent is with a torrent. Totals, not steps: the same message twice, or an older one late,
/// does no harm.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FileTransferring {
    /// Which torrent.
    pub infohash: Infohash,
    /// The worker that has it.
    pub worker: String,
    /// What happened.
    #[serde(flatten)]
    pub phase: TransferPhase,
    /// Bytes in S3 now.
    pub stored_bytes: u64,
    /// Bytes of all content.
    pub total_bytes: u64,
    /// When the agent said so, since an older message may come later.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<Timestamp>,
}

/// What the agent reports of a transfer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "phase", rename_all = "snake_case")]
pub enum TransferPhase {
    /// The download is done and the files go up.
    Started,
    /// Some more bytes are stored.
    Progress,
    /// The manifest is stored.
    Done,
    /// It does not go on now, but will by itself, without anybody's help.
    Waiting {
        /// What it waits for, in a sentence for the owner; nothing any more without.
        reason: Option<String>,
    },
    /// The agent gave up.
    Failed {
        /// Why, in a sentence for the owner.
        reason: String,
    },
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn messages_have_the_fields_that_both_ends_agreed_on() {
        let infohash = "c9e15763f722f23e98a29decdfae341b98d53056";
        let added = QueueMessage::TorrentAdded {
            infohash: infohash.parse().unwrap(),
        };
        let failed = QueueMessage::FileTransferring(FileTransferring {
            infohash: infohash.parse().unwrap(),
            worker: "i-1".into(),
            phase: TransferPhase::Failed {
                reason: "the disk is full".into(),
            },
            stored_bytes: 7,
            total_bytes: 9,
            at: None,
        });
        let waiting = QueueMessage::FileTransferring(FileTransferring {
            infohash: infohash.parse().unwrap(),
            worker: "i-1".into(),
            phase: TransferPhase::Waiting {
                reason: Some("the disk is full".into()),
            },
            stored_bytes: 7,
            total_bytes: 9,
            at: Some(Timestamp::UNIX_EPOCH),
        });
        for (message, wire) in [
            (
                added,
                json!({"type": "torrent_added", "infohash": infohash}),
            ),
            (
                failed,
                json!({"type": "file_transferring", "infohash": infohash, "worker": "i-1",
                       "phase": "failed", "reason": "the disk is full", "stored_bytes": 7, "total_bytes": 9}),
            ),
            (
                waiting,
                json!({"type": "file_transferring", "infohash": infohash, "worker": "i-1",
                       "phase": "waiting", "reason": "the disk is full", "stored_bytes": 7, "total_bytes": 9,
                       "at": "1970-01-01T00:00:00Z"}),
            ),
        ] {
            assert_eq!(serde_json::to_value(&message).unwrap(), wire);
            assert_eq!(
                serde_json::from_value::<QueueMessage>(wire).unwrap(),
                message
            );
        }
    }
}
