use std::time::Duration;

use deluge::{Key, TorrentStatus};
use torrent::State;

use crate::fault::Fault;
use crate::finish::is_whole;
use crate::moving::wanted;
use crate::source::Source;
use crate::watch::Watch;

/// How long a stored torrent is given to others. Without a goal: not at all. With two, either is enough.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Goal {
    /// Bytes given per byte of the torrent.
    pub(crate) ratio: Option<f64>,
    pub(crate) time: Option<Duration>,
}

impl Goal {
    fn is_met(self, status: &TorrentStatus) -> bool {
        let ratio = self.ratio.zip(status.ratio);
        let time = self.time.zip(status.seeding_time.map(Duration::from_secs));
        match self {
            Self {
                ratio: None,
                time: None,
            } => true,
            _ => {
                ratio.is_some_and(|(goal, ratio)| ratio >= goal)
                    || time.is_some_and(|(goal, time)| time >= goal)
            }
        }
    }
}

impl Watch<'_> {
    /// Removes a torrent with its data, once its record is complete, its goal is met, and S3 says that it has
    /// everything. `false` when S3 has not, or more files are wanted by now.
    pub(crate) async fn remove_when_met(&self, id: &str, source: &Source) -> Result<bool, Fault> {
        let infohash = source.metainfo.infohash;
        let record = self.records.torrent(infohash).await?;
        let is_ours = record.is_some_and(|record| {
            record.state == State::Complete
                && record
                    .worker
                    .is_none_or(|worker| worker == self.reporter.worker)
        });
        if !is_ours {
            return Ok(true);
        }
        let keys = [
            Key::FilePriorities,
            Key::IsFinished,
            Key::Ratio,
            Key::SeedingTime,
        ];
        let status = self.status(id, &keys).await?;
        if wanted(&status) != source.wanted {
            return Ok(false);
        }
        if status.is_finished != Some(true) || !self.goal.is_met(&status) {
            return Ok(true);
        }
        if !is_whole(self.transfer.bucket(), source).await? {
            tracing::warn!(%infohash, "S3 does not have all of a stored torrent; it is stored again");
            return Ok(false);
        }
        self.deluge.remove(id, true).await?;
        tracing::info!(%infohash, "torrent removed from Deluge: it is wholly stored");
        Ok(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(json: &str) -> TorrentStatus {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn either_goal_is_enough_and_what_is_unknown_is_not_met() {
        let seeded = status(r#"{"ratio": 1.5, "seeding_time": 600}"#);
        let goal = |ratio, minutes: Option<u64>| Goal {
            ratio,
            time: minutes.map(|minutes| Duration::from_secs(60 * minutes)),
        };
        assert!(goal(None, None).is_met(&TorrentStatus::default()));
        assert!(goal(Some(1.5), None).is_met(&seeded));
        assert!(!goal(Some(1.6), None).is_met(&seeded));
        assert!(goal(Some(1.6), Some(10)).is_met(&seeded));
        assert!(!goal(Some(1.6), Some(11)).is_met(&seeded));
        assert!(!goal(Some(0.0), None).is_met(&TorrentStatus::default()));
    }
}
