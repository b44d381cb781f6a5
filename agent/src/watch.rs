use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use deluge::{Client, Key, TorrentStatus};
use tokio::time::Instant;
use torrent::{Timestamp, TransferPhase};

use crate::fault::Fault;
use crate::finish::{store_manifest, store_torrent};
use crate::inventory::Inventory;
use crate::plan::source_of;
use crate::progress::Progress;
use crate::report::Reporter;
use crate::transfer::Transfer;

/// How often Deluge is asked.
const PERIOD: Duration = Duration::from_secs(2);

/// How long a torrent that could not be moved is left alone.
const PAUSE: Duration = Duration::from_secs(30);

const KEYS: [Key; 3] = [Key::DownloadLocation, Key::FilePriorities, Key::Files];

/// Looks for finished torrents and has them moved, one after the other.
pub(crate) struct Watch<'a> {
    pub(crate) deluge: Client,
    pub(crate) transfer: &'a Transfer,
    pub(crate) reporter: Reporter,
    pub(crate) state_dir: PathBuf,
}

/// What this run of the agent need not look at again. S3 knows the rest.
#[derive(Default)]
struct Seen {
    settled: BTreeSet<String>,
    paused: BTreeMap<String, Instant>,
}

impl Watch<'_> {
    pub(crate) async fn run(&self) {
        let mut seen = Seen::default();
        let mut poll = tokio::time::interval(PERIOD);
        loop {
            poll.tick().await;
            match self.deluge.status_of_all(&[Key::IsFinished]).await {
                Ok(torrents) => self.look(torrents, &mut seen).await,
                Err(error) => tracing::warn!(%error, "Deluge does not answer"),
            }
        }
    }

    async fn look(&self, torrents: BTreeMap<String, TorrentStatus>, seen: &mut Seen) {
        // A torrent that was removed and added again is new.
        seen.settled.retain(|id| torrents.contains_key(id));
        for (id, status) in torrents {
            let paused = seen
                .paused
                .get(&id)
                .is_some_and(|until| Instant::now() < *until);
            if status.is_finished != Some(true) || seen.settled.contains(&id) || paused {
                continue;
            }
            match self.move_finished(&id).await {
                Ok(()) => _ = seen.settled.insert(id),
                Err(error) => {
                    tracing::warn!(deluge_id = id, %error, "a torrent could not be moved; it is tried again");
                    seen.paused.insert(id, Instant::now() + PAUSE);
                }
            }
        }
    }

    async fn move_finished(&self, id: &str) -> Result<(), Fault> {
        let mut statuses = self.deluge.status(&[id], &KEYS).await?;
        let Some(status) = statuses.remove(id) else {
            return Err(Fault::Later("Deluge lost it".into()));
        };
        let source = Arc::new(source_of(id, &status, &self.state_dir).await?);
        let bucket = self.transfer.bucket();
        let started_at = Timestamp::now();
        self.reporter
            .report(&source, TransferPhase::Started, 0)
            .await?;
        store_torrent(bucket, &source).await?;
        let inventory = Inventory::take(bucket, &source).await?;
        let files: Vec<_> = source.wanted().collect();
        let progress = Arc::new(Progress::default());
        let outcome = self
            .transfer
            .files(&source, &files, &inventory, &progress, |_| {})
            .await;
        if let Some(fault) = outcome.failed.into_values().next() {
            return Err(fault);
        }
        store_manifest(bucket, &source, &outcome.stored, started_at).await?;
        self.reporter
            .report(&source, TransferPhase::Done, source.wanted_bytes())
            .await
    }
}
