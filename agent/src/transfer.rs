use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use futures_util::stream::{self, StreamExt};
use store::Bucket;
use tokio::runtime::Handle;
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinSet;

use crate::buffers::Buffers;
use crate::fault::Fault;
use crate::inventory::Inventory;
use crate::pace::Pace;
use crate::progress::Progress;
use crate::scan::{Shared, scan};
use crate::source::Source;
use crate::spent::Spent;
use crate::upload::Uploads;
use crate::work::{Finding, Found, Work};

/// Memory for file data: 34 MiB, so that with everything else the agent stays below 64.
const BUFFERS: usize = 136;

/// File data on its way at once, in permits of 2 MiB: 32 small files, or four parts of 16 MiB. Memory alone
/// is no limit, since it is free again as soon as the network has taken what was in it.
const PERMITS: usize = 32;

/// Questions to S3 on their way at once about files that are there already.
const QUESTIONS_MAX: usize = 16;

/// Moves files, one torrent at a time, within limits that hold for the whole agent.
pub(crate) struct Transfer {
    bucket: Bucket,
    buffers: Buffers,
    requests: Arc<Semaphore>,
    stop: Arc<AtomicBool>,
    pace: Arc<Pace>,
    spent: Arc<Spent>,
}

/// What became of some files of a torrent.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// CRC-32s of those that are stored.
    pub(crate) stored: HashMap<usize, u32>,
    pub(crate) failed: BTreeMap<usize, Fault>,
}

impl Transfer {
    pub(crate) fn new(bucket: Bucket, pace: Pace) -> Self {
        Self {
            bucket,
            buffers: Buffers::new(BUFFERS),
            requests: Arc::new(Semaphore::new(PERMITS)),
            stop: Arc::default(),
            pace: Arc::new(pace),
            spent: Arc::default(),
        }
    }

    pub(crate) const fn bucket(&self) -> &Bucket {
        &self.bucket
    }

    /// Where the time went so far.
    pub(crate) fn spent(&self) -> &Spent {
        &self.spent
    }

    /// Ends what is going on, soon, without another request.
    pub(crate) fn stop(&self) {
        self.stop.store(true, Ordering::Relaxed);
    }

    /// Stores those of `files` that S3 does not have yet; they are in the torrent's order. `done` hears of each
    /// that is stored.
    pub(crate) async fn files(
        &self,
        source: &Arc<Source>,
        files: &[usize],
        inventory: &Inventory,
        progress: &Arc<Progress>,
        mut done: impl FnMut(usize),
    ) -> Outcome {
        let (work, todo) = mpsc::channel(QUESTIONS_MAX);
        let (found, mut finds) = mpsc::channel(1);
        let reader = self.start_scan(source, todo, found);
        let uploads = Uploads {
            bucket: self.bucket.clone(),
            progress: Arc::clone(progress),
        };
        let mut outcome = Outcome::default();
        let mut sending = JoinSet::new();
        let plan = self.plan(source, files, inventory, work);
        tokio::pin!(plan);
        let (mut planned, mut read) = (false, false);
        while !planned || !read || !sending.is_empty() {
            tokio::select! {
                failed = &mut plan, if !planned => {
                    planned = true;
                    outcome.failed.extend(failed);
                }
                find = finds.recv(), if !read => match find {
                    Some(Found { index, what: Finding::Failed(fault) }) => {
                        outcome.failed.insert(index, fault);
                    }
                    Some(found) => _ = sending.spawn(store_found(uploads.clone(), Arc::clone(source), found)),
                    None => read = true,
                },
                Some(sent) = sending.join_next() => match sent {
                    Ok((index, Ok(crc32))) => {
                        outcome.stored.insert(index, crc32);
                        done(index);
                    }
                    Ok((index, Err(fault))) => _ = outcome.failed.insert(index, fault),
                    Err(error) => tracing::error!(%error, "a task of the transfer ended early"),
                },
            }
        }
        drop(reader);
        for (index, fault) in &mut outcome.failed {
            fault.name(source.metainfo.files[*index].path.as_str());
        }
        outcome
    }

    fn start_scan(
        &self,
        source: &Arc<Source>,
        todo: mpsc::Receiver<Work>,
        found: mpsc::Sender<Found>,
    ) -> std::thread::JoinHandle<()> {
        let shared = Shared {
            buffers: self.buffers.clone(),
            requests: Arc::clone(&self.requests),
            found,
            stop: Arc::clone(&self.stop),
            pace: Arc::clone(&self.pace),
            spent: Arc::clone(&self.spent),
            runtime: Handle::current(),
        };
        let source = Arc::clone(source);
        std::thread::spawn(move || {
            let spent = Arc::clone(&shared.spent);
            spent.scan(|| scan(&source, &shared, todo));
        })
    }

    /// Looks up what S3 has of each file, a few ahead of the reader. Answers those that could not be looked up.
    async fn plan(
        &self,
        source: &Source,
        files: &[usize],
        inventory: &Inventory,
        work: mpsc::Sender<Work>,
    ) -> HashMap<usize, Fault> {
        let mut failed = HashMap::new();
        let mut known = stream::iter(files)
            .map(|index| async { (*index, inventory.work(&self.bucket, source, *index).await) })
            .buffered(QUESTIONS_MAX);
        while let Some((index, known)) = known.next().await {
            match known {
                Ok(known) => {
                    if work.send(known).await.is_err() {
                        break;
                    }
                }
                Err(fault) => _ = failed.insert(index, fault),
            }
        }
        failed
    }
}

async fn store_found(
    uploads: Uploads,
    source: Arc<Source>,
    found: Found,
) -> (usize, Result<u32, Fault>) {
    let index = found.index;
    let key = source.key(index).to_string();
    let stored = match found.what {
        Finding::Whole(content, _permit) => uploads.whole(&key, &content).await,
        Finding::Parts(upload, parts) => uploads.parts(&key, upload, parts).await,
        Finding::Stored { crc32 } => {
            uploads
                .progress
                .stored(source.metainfo.files[index].size_bytes);
            Ok(crc32)
        }
        Finding::Failed(fault) => Err(fault),
    };
    (index, stored)
}

/// What matters most of several faults, given in the torrent's order: the first one that time cannot help.
pub(crate) fn worst(faults: impl Iterator<Item = Fault>) -> Option<Fault> {
    faults.min_by_key(|fault| match fault {
        Fault::Content(_) => 0,
        Fault::Stopped => 1,
        Fault::Later(_) => 2,
    })
}
