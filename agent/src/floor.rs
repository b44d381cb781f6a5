use bytesize::ByteSize;
use deluge::{Key, State, TorrentStatus};
use torrent::{Infohash, State as RecordState};

use crate::fault::Fault;
use crate::heartbeat::Heartbeat;

/// Downloads go on only when so much more than the floor is free, in percent of it.
const HYSTERESIS_PERCENT: u64 = 25;

/// Whether the disk has room for downloads. Between the floor and a quarter above it, it stays as it is.
#[derive(Debug, Default)]
pub(crate) struct Floor {
    pub(crate) floor_bytes: u64,
    pub(crate) is_full: bool,
}

impl Floor {
    /// Takes a reading of the free space.
    pub(crate) fn read(&mut self, free_bytes: u64) {
        let above = self.floor_bytes + self.floor_bytes / 100 * HYSTERESIS_PERCENT;
        if free_bytes < self.floor_bytes {
            self.is_full = true;
        } else if free_bytes >= above {
            self.is_full = false;
        }
    }
}

impl Heartbeat {
    /// Has unfinished torrents rest while the disk is full, and go on when it is not: all that rest and that
    /// their owner has not paused. So a restarted agent goes on with what an earlier one has stopped.
    pub(crate) async fn keep_floor(&self, is_full: bool, free_bytes: u64) -> Result<(), Fault> {
        let keys = [Key::IsFinished, Key::State];
        let torrents = self.deluge.status_of_all(&keys).await?;
        for (id, status) in torrents {
            if status.is_finished != Some(false) {
                continue;
            }
            if is_full && is_downloading(&status) {
                self.deluge.pause(&[&id]).await?;
                let free = ByteSize::b(free_bytes).display().iec();
                let reason = format!("the worker's disk is full ({free} free); the download rests");
                tracing::warn!(
                    deluge_id = id,
                    free_bytes,
                    "the disk is full; a download rests"
                );
                self.tell(&id, Some(reason)).await?;
            } else if !is_full && status.state == Some(State::Paused) {
                self.go_on(&id).await?;
            }
        }
        Ok(())
    }

    async fn go_on(&self, id: &str) -> Result<(), Fault> {
        let Some(infohash) = self.infohash_of(id).await? else {
            return Ok(());
        };
        let record = self.records.torrent(infohash).await?;
        let rests_for_us =
            record.is_some_and(|record| record.state == RecordState::Downloading && !record.paused);
        if rests_for_us {
            self.deluge.resume(&[id]).await?;
            tracing::info!(%infohash, "there is room on the disk; a download goes on");
            self.reporter.waiting(infohash, None).await;
        }
        Ok(())
    }

    async fn tell(&self, id: &str, reason: Option<String>) -> Result<(), Fault> {
        if let Some(infohash) = self.infohash_of(id).await? {
            self.reporter.waiting(infohash, reason).await;
        }
        Ok(())
    }

    /// The torrent that this worker's Deluge calls `id`: not the same for a hybrid.
    async fn infohash_of(&self, id: &str) -> Result<Option<Infohash>, Fault> {
        let Ok(infohash) = id.parse() else {
            return Ok(None);
        };
        if self.records.torrent(infohash).await?.is_some() {
            return Ok(Some(infohash));
        }
        let path = self.state_dir.join(format!("{id}.torrent"));
        let Ok(bytes) = tokio::fs::read(path).await else {
            return Ok(None);
        };
        let metainfo = torrent::Metainfo::parse(&bytes).ok();
        Ok(metainfo.map(|metainfo| metainfo.infohash))
    }
}

fn is_downloading(status: &TorrentStatus) -> bool {
    matches!(
        status.state,
        Some(State::Downloading | State::Queued | State::Allocating)
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn between_the_floor_and_a_quarter_above_nothing_changes() {
        let mut floor = Floor {
            floor_bytes: 1000,
            is_full: false,
        };
        let mut after = |free| {
            floor.read(free);
            floor.is_full
        };
        assert_eq!(
            [1100, 1000, 999, 1000, 1249, 1250, 1000].map(&mut after),
            [false, false, true, true, true, false, false]
        );
    }
}
