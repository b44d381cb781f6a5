use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use deluge::{Key, State, TorrentStatus};
use tokio::time::interval;
use torrent::{State as RecordState, Timestamp, TransferPhase};

use crate::fault::Fault;
use crate::finish::{is_whole, store_manifest, store_torrent};
use crate::inventory::Inventory;
use crate::plan::{has_metainfo, source_of};
use crate::progress::Progress;
use crate::report::Amount;
use crate::source::Source;
use crate::transfer::{Outcome, worst};
use crate::watch::Watch;

/// How often progress is reported at most.
const REPORT_PERIOD: Duration = Duration::from_secs(5);

/// So much goes up before another torrent has its turn; one file at least.
const TURN_BYTES: u64 = 1024 * 1024 * 1024;

const KEYS: [Key; 6] = [
    Key::DownloadLocation,
    Key::FilePriorities,
    Key::FileProgress,
    Key::IsFinished,
    Key::SavePath,
    Key::State,
];

/// What this run of the agent knows of a torrent on its way. S3 knows the same, but asking takes longer.
pub(crate) struct Moving {
    pub(crate) source: Arc<Source>,
    folder: Option<String>,
    /// The `.torrent` file until it is stored.
    torrent: Option<Vec<u8>>,
    /// Of the files that are stored.
    crc32s: HashMap<usize, u32>,
    inventory: Option<Inventory>,
    started_at: Timestamp,
    is_started: bool,
}

/// How far a torrent is after a look at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Step {
    /// Deluge has nothing finished that is not stored.
    Nothing,
    /// Some files were stored; there may be more.
    Some,
    /// All is stored, and the manifest too.
    Whole,
}

impl Watch<'_> {
    /// Stores what Deluge has finished of a torrent, up to a turn's worth, and the manifest after its last file.
    pub(crate) async fn advance(
        &self,
        id: &str,
        known: &mut Option<Moving>,
    ) -> Result<Step, Fault> {
        let status = self.status(id, &KEYS).await?;
        // In these Deluge's files and what it says of them are not to be relied on.
        if matches!(
            status.state,
            Some(State::Checking | State::Moving | State::Allocating)
        ) {
            return Ok(Step::Nothing);
        }
        // A magnet link's metainfo comes with its first peer.
        if known.is_none() && !has_metainfo(id, &self.state_dir).await? {
            return Ok(Step::Nothing);
        }
        let moving = self.up_to_date(id, &status, known).await?;
        let is_finished = status.is_finished == Some(true);
        let progress = status.file_progress.as_deref().unwrap_or_default();
        let files = turn(&moving.source, progress, is_finished, &moving.crc32s);
        if files.is_empty() && !is_finished {
            return Ok(Step::Nothing);
        }
        if self.is_removed(moving).await? {
            return Ok(Step::Nothing);
        }
        if is_finished && !moving.is_started {
            if moving.inventory.is_none()
                && is_whole(self.transfer.bucket(), &moving.source).await?
            {
                return self.done(moving).await;
            }
            let amount = moving.amount();
            let infohash = moving.source.metainfo.infohash;
            self.reporter
                .report(infohash, TransferPhase::Started, amount)
                .await?;
            moving.is_started = true;
        }
        if !files.is_empty() {
            self.store(moving, &files).await?;
        }
        let wanted = moving.source.wanted().count();
        if !is_finished || moving.crc32s.len() < wanted {
            return Ok(Step::Some);
        }
        // Removed meanwhile, it must not come back.
        if self.is_removed(moving).await? {
            return Ok(Step::Nothing);
        }
        let bucket = self.transfer.bucket();
        store_manifest(bucket, &moving.source, &moving.crc32s, moving.started_at).await?;
        self.done(moving).await
    }

    pub(crate) async fn status(&self, id: &str, keys: &[Key]) -> Result<TorrentStatus, Fault> {
        let mut statuses = self.deluge.status(&[id], keys).await?;
        let lost = || Fault::Later("Deluge lost it".to_owned());
        statuses.remove(id).ok_or_else(lost)
    }

    async fn done(&self, moving: &Moving) -> Result<Step, Fault> {
        let infohash = moving.source.metainfo.infohash;
        let total_bytes = moving.source.wanted_bytes();
        let amount = Amount {
            stored_bytes: total_bytes,
            total_bytes,
        };
        self.reporter
            .report(infohash, TransferPhase::Done, amount)
            .await?;
        tracing::info!(%infohash, size_bytes = total_bytes, "torrent stored");
        Ok(Step::Whole)
    }

    async fn is_removed(&self, moving: &Moving) -> Result<bool, Fault> {
        let record = self
            .records
            .torrent(moving.source.metainfo.infohash)
            .await?;
        Ok(record.is_some_and(|record| record.state == RecordState::Removed))
    }

    /// What is known of the torrent, made anew when Deluge has its files elsewhere or others are wanted.
    async fn up_to_date<'m>(
        &self,
        id: &str,
        status: &TorrentStatus,
        known: &'m mut Option<Moving>,
    ) -> Result<&'m mut Moving, Fault> {
        let folder = status.download_location.as_ref();
        let folder = folder.or(status.save_path.as_ref());
        let wanted = wanted(status);
        let is_same = known.as_ref().is_some_and(|moving| {
            moving.folder.as_ref() == folder && moving.source.wanted == wanted
        });
        if !is_same {
            let mut status = status.clone();
            status.files = self.status(id, &[Key::Files]).await?.files;
            let (source, torrent) = source_of(id, &status, &self.state_dir).await?;
            self.refuse_if_too_large(id, &source).await?;
            let before = known.take();
            let (crc32s, started_at, is_started) = before.map_or_else(
                || (HashMap::new(), Timestamp::now(), false),
                |moving| (moving.crc32s, moving.started_at, moving.is_started),
            );
            *known = Some(Moving {
                source: Arc::new(source),
                torrent: Some(torrent),
                folder: folder.cloned(),
                crc32s,
                inventory: None,
                started_at,
                is_started,
            });
        }
        known.as_mut().ok_or(Fault::Stopped)
    }

    async fn store(&self, moving: &mut Moving, files: &[usize]) -> Result<(), Fault> {
        let bucket = self.transfer.bucket();
        let source = Arc::clone(&moving.source);
        let infohash = source.metainfo.infohash;
        if moving.inventory.is_none() {
            store_torrent(bucket, infohash, &mut moving.torrent).await?;
            moving.inventory = Some(Inventory::take(bucket, &source).await?);
        }
        let inventory = moving.inventory.as_ref().ok_or(Fault::Stopped)?;
        let amount = moving.amount();
        let progress = Arc::new(Progress::from(amount.stored_bytes));
        let outcome: Outcome = {
            let transferring = self.transfer.files(&source, files, inventory, &progress, |index| {
                let file = &source.metainfo.files[index];
                tracing::info!(%infohash, path = %file.path, size_bytes = file.size_bytes, "file stored");
            });
            tokio::pin!(transferring);
            let mut report = interval(REPORT_PERIOD);
            report.reset();
            loop {
                tokio::select! {
                    outcome = &mut transferring => break outcome,
                    _ = report.tick() => self.progress(infohash, &progress, amount).await,
                }
            }
        };
        moving.crc32s.extend(outcome.stored);
        let failed = worst(outcome.failed.into_values());
        if failed.is_some() {
            // What S3 has now is not what it had.
            moving.inventory = None;
        }
        self.progress(
            infohash,
            &Progress::from(moving.amount().stored_bytes),
            amount,
        )
        .await;
        failed.map_or(Ok(()), Err)
    }

    async fn progress(&self, infohash: torrent::Infohash, progress: &Progress, amount: Amount) {
        let amount = Amount {
            stored_bytes: progress.stored_bytes(),
            ..amount
        };
        let phase = TransferPhase::Progress;
        self.reporter.hint(infohash, phase, amount).await;
    }
}

impl Moving {
    fn amount(&self) -> Amount {
        let sizes = self.crc32s.keys();
        Amount {
            stored_bytes: sizes
                .map(|index| self.source.metainfo.files[*index].size_bytes)
                .sum(),
            total_bytes: self.source.wanted_bytes(),
        }
    }
}

/// Which files are wanted, as Deluge says.
pub(crate) fn wanted(status: &TorrentStatus) -> Vec<bool> {
    let priorities = status.file_priorities.as_deref().unwrap_or_default();
    priorities.iter().map(|priority| *priority != 0).collect()
}

/// The files that go up next: finished, wanted, not stored, in the torrent's order.
fn turn(
    source: &Source,
    progress: &[f64],
    is_finished: bool,
    stored: &HashMap<usize, u32>,
) -> Vec<usize> {
    let mut left = TURN_BYTES;
    let mut files = Vec::new();
    for index in source.wanted() {
        let size = source.metainfo.files[index].size_bytes;
        // Of an empty file Deluge always says 0.
        let has_all =
            is_finished || size > 0 && progress.get(index).is_some_and(|done| *done >= 1.0);
        if !has_all || stored.contains_key(&index) {
            continue;
        }
        if size > left && !files.is_empty() {
            break;
        }
        left = left.saturating_sub(size);
        files.push(index);
    }
    files
}
