use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime};

use deluge::Clients;
use futures_util::future::join_all;
use lambda_runtime::Error;
use pages::{Ended, Status};
use store::{Bucket, Records, StoreError};
use torrent::{Infohash, State, Timestamp, TorrentRecord, Worker};

use crate::written::Written;

/// What the function needs of the world.
pub(crate) struct StatusPage {
    pub(crate) records: Records,
    pub(crate) site: Bucket,
    pub(crate) deluges: Clients,
    /// The last count, kept for as long as this instance of the function lives.
    pub(crate) counted: Mutex<Option<Counted>>,
}

/// How many torrents ended, and which ones had ended last by then.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Counted {
    last: Vec<(Infohash, State)>,
    ended: Ended,
}

/// How often the page is made again while anything is active.
const PERIOD: Duration = Duration::from_secs(10);

/// How long one run goes on, so that it ends before the next minute's run starts.
const RUN: Duration = Duration::from_secs(50);

/// How many of the torrents that ended are listed: more than anybody looks through, and 140 kB to read. A query
/// reads no more than these, however many there are.
const ENDED_LISTED: i32 = 200;

impl StatusPage {
    /// Makes the page once, and every 10 s for the rest of the minute while anything is active.
    pub(crate) async fn minute(&self, deadline: SystemTime) -> Result<(), Error> {
        let start = Instant::now();
        let left = deadline
            .duration_since(SystemTime::now())
            .unwrap_or_default();
        let end = start + RUN.min(left.saturating_sub(PERIOD));
        // Before anything that goes into the page is asked for.
        let mut written = Written::find(&self.site).await?;
        loop {
            let status = self.look().await?;
            let Some(renewed) = written.renew(&self.site, &status).await? else {
                tracing::info!(
                    "another run writes the status page now; this one leaves it to that"
                );
                return Ok(());
            };
            written = renewed;
            if !status.is_active() || Instant::now() + PERIOD > end {
                return Ok(());
            }
            tokio::time::sleep(PERIOD).await;
        }
    }

    /// What is known now, after the records were brought up to date.
    async fn look(&self) -> Result<Status, StoreError> {
        let generated_at = Timestamp::now();
        let (workers, mut torrents, ended) = tokio::try_join!(
            self.records.workers(),
            self.records.unfinished(),
            self.records.ended(ENDED_LISTED),
        )?;
        let silent = self
            .read_workers(&workers, &mut torrents, generated_at)
            .await;
        let count = self.count(&ended).await?;
        let known: BTreeSet<_> = torrents.iter().map(|torrent| torrent.infohash).collect();
        // The index may show a torrent that ends at this moment in both phases.
        torrents.extend(
            ended
                .into_iter()
                .filter(|torrent| !known.contains(&torrent.infohash)),
        );
        torrents.retain(|torrent| torrent.state != State::Removed);
        Ok(Status {
            generated_at,
            workers,
            silent,
            torrents,
            ended: count,
        })
    }

    /// Asks the Deluge of every live worker; answers which ones said nothing.
    async fn read_workers(
        &self,
        workers: &[Worker],
        torrents: &mut [TorrentRecord],
        now: Timestamp,
    ) -> BTreeSet<String> {
        let live = workers.iter().filter(|worker| worker.is_live(now));
        let answers = join_all(live.map(|worker| self.ask(worker, torrents))).await;
        let answers: BTreeMap<_, _> = answers.into_iter().collect();
        let silent = answers.iter().filter(|(_, answer)| answer.is_none());
        let silent = silent.map(|(worker, _)| worker.clone()).collect();
        self.read(answers, torrents).await;
        silent
    }

    /// Counts what ended when that has changed, which the ones that ended last tell. One of the others can
    /// only be removed; the next count sees that.
    async fn count(&self, ended: &[TorrentRecord]) -> Result<Ended, StoreError> {
        let last: Vec<_> = ended
            .iter()
            .map(|torrent| (torrent.infohash, torrent.state))
            .collect();
        if let Some(counted) = &*self.counted()
            && counted.last == last
        {
            return Ok(counted.ended);
        }
        let ended = if let Some(all) = all_that_ended(ended) {
            all
        } else {
            let stored = self.records.stored_by_ended().await?;
            Ended {
                torrents: stored.torrents,
                stored_bytes: stored.bytes,
            }
        };
        *self.counted() = Some(Counted { last, ended });
        Ok(ended)
    }

    fn counted(&self) -> std::sync::MutexGuard<'_, Option<Counted>> {
        self.counted.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The count of a list that has all of them.
fn all_that_ended(ended: &[TorrentRecord]) -> Option<Ended> {
    (ended.len() < ENDED_LISTED.unsigned_abs() as usize).then(|| Ended {
        torrents: ended.len() as u64,
        stored_bytes: ended.iter().map(|torrent| torrent.stored_bytes).sum(),
    })
}
