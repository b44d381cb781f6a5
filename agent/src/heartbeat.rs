use std::path::PathBuf;
use std::time::Duration;

use deluge::{Client, Key};
use store::Records;
use tokio::time::interval;
use torrent::{Timestamp, Worker};

use crate::fault::Fault;
use crate::floor::Floor;
use crate::ready;
use crate::report::Reporter;

/// Until the first heartbeat: Deluge starts beside the agent and answers within seconds.
const FIRST_RETRY: Duration = Duration::from_secs(1);

/// Registers this worker as long as its Deluge answers, and keeps its disk from filling up.
pub(crate) struct Heartbeat {
    pub(crate) deluge: Client,
    pub(crate) records: Records,
    pub(crate) reporter: Reporter,
    pub(crate) advertised_url: String,
    pub(crate) state_dir: PathBuf,
    pub(crate) floor_bytes: u64,
}

impl Heartbeat {
    pub(crate) async fn run(&self) {
        let mut floor = Floor {
            floor_bytes: self.floor_bytes,
            is_full: false,
        };
        let mut clock_ahead_seconds = None;
        let mut beat = interval(Worker::HEARTBEAT);
        let mut is_ready = false;
        loop {
            beat.tick().await;
            match self.beat(&mut floor, &mut clock_ahead_seconds).await {
                Ok(()) if is_ready => {}
                Ok(()) => {
                    is_ready = true;
                    ready::notify();
                }
                Err(fault) => {
                    tracing::warn!(%fault, "this worker could not be registered");
                    if !is_ready {
                        beat.reset_after(FIRST_RETRY);
                    }
                }
            }
        }
    }

    async fn beat(&self, floor: &mut Floor, ahead: &mut Option<i64>) -> Result<(), Fault> {
        let torrents = self.deluge.status_of_all(&[Key::IsFinished]).await?.len();
        let free_bytes = self.deluge.free_space(None).await?;
        floor.read(free_bytes);
        let mut worker = Worker {
            id: self.reporter.worker.clone(),
            deluge_url: self.advertised_url.clone(),
            free_bytes: Some(free_bytes),
            full: floor.is_full,
            torrents: Some(torrents as u64),
            deluge_version: Some(self.deluge.daemon_version().await?),
            clock_ahead_seconds: *ahead,
            last_seen: Timestamp::now(),
        };
        *ahead = self.records.register(&worker).await?;
        // How far the clock is off is known only with the first answer.
        if worker.clock_ahead_seconds.is_none() && ahead.is_some() {
            worker.clock_ahead_seconds = *ahead;
            self.records.register(&worker).await?;
        }
        self.keep_floor(floor.is_full, free_bytes).await
    }
}
