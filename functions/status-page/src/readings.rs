//! What the workers' Deluges say of the torrents that are not finished.
//!
//! The page is made from every reading. Into the records go those that their other readers would miss: the
//! numbers that move all the time are written when they moved a step.

use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::time::Duration;

use deluge::{Key, TorrentStatus};
use futures_util::{StreamExt as _, stream};
use store::Reading;
use torrent::{Activity, Infohash, Progress, State, Timestamp, TorrentRecord, Worker};

use crate::handler::StatusPage;

mod worth;

use worth::{Worth, worth};

/// All that the page shows of a torrent in Deluge. Of 2,000 torrents these take a tenth of the time of all keys.
const KEYS: [Key; 8] = [
    Key::DownloadPayloadRate,
    Key::Name,
    Key::NumPeers,
    Key::NumSeeds,
    Key::Ratio,
    Key::State,
    Key::TotalDone,
    Key::TotalSize,
];

/// What a Deluge answers of its torrents, by its own ids.
pub(crate) type Statuses = BTreeMap<String, TorrentStatus>;

/// How long a Deluge may keep the page of all others waiting.
const PATIENCE: Duration = Duration::from_secs(8);

/// The most records that one look writes. All of them have the same key in the table's indices, where DynamoDB
/// takes 1,000 writes a second (Amazon DynamoDB guide, "Best practices for designing partition keys"); what is
/// left over is still news at the next look.
const WRITES_MAX: usize = 400;

/// Writes under way at once.
const WRITES_AT_ONCE: usize = 50;

impl StatusPage {
    /// One call for all torrents that the worker has and that are not finished; no answer is `None`.
    pub(crate) async fn ask(
        &self,
        worker: &Worker,
        torrents: &[TorrentRecord],
    ) -> (String, Option<Statuses>) {
        let ids: Vec<_> = torrents
            .iter()
            .filter(|torrent| is_with_a_worker(torrent))
            .filter(|torrent| torrent.worker.as_deref() == Some(&worker.id))
            .filter_map(|torrent| torrent.deluge_id.as_deref())
            .collect();
        let id = worker.id.clone();
        // That the worker registers is sign enough of its life.
        if ids.is_empty() {
            return (id, Some(Statuses::new()));
        }
        let answer = tokio::time::timeout(PATIENCE, async {
            self.deluges
                .at(&worker.deluge_url)?
                .status(&ids, &KEYS)
                .await
        });
        match answer.await {
            Ok(Ok(statuses)) => (id, Some(statuses)),
            // The template's alarm looks for these words.
            Ok(Err(error)) => {
                tracing::warn!(worker = id, %error, "a worker's Deluge does not answer");
                (id, None)
            }
            Err(_) => {
                tracing::warn!(worker = id, "a worker's Deluge does not answer in time");
                (id, None)
            }
        }
    }

    /// Brings the torrents up to what Deluge says of them, by worker, and writes the records that need it.
    /// A write that fails is made good by a later look: the page is right without it.
    pub(crate) async fn read(
        &self,
        mut answers: BTreeMap<String, Option<Statuses>>,
        torrents: &mut [TorrentRecord],
    ) {
        let now = Timestamp::now();
        let mut news = Vec::new();
        for torrent in torrents
            .iter_mut()
            .filter(|torrent| is_with_a_worker(torrent))
        {
            let (Some(worker), Some(id)) = (&torrent.worker, &torrent.deluge_id) else {
                continue;
            };
            let answer = answers.get_mut(worker).and_then(Option::as_mut);
            let Some(status) = answer.and_then(|statuses| statuses.remove(id)) else {
                continue;
            };
            let reading = reading(torrent, status, now);
            if let Some(worth) = worth(torrent, &reading) {
                let known = torrent.progress.as_ref().map(|progress| progress.at);
                news.push(News {
                    worth,
                    known,
                    infohash: torrent.infohash,
                    reading: reading.clone(),
                });
            }
            torrent.progress = Some(reading.progress);
            torrent.size_bytes = reading.size_bytes.or(torrent.size_bytes);
            torrent.name = reading
                .name
                .unwrap_or_else(|| std::mem::take(&mut torrent.name));
        }
        let writes = chosen(news, WRITES_MAX).into_iter();
        let writes = writes.map(async |news| {
            let outcome = self.records.set_reading(news.infohash, news.reading).await;
            outcome.map_err(|error| (news.infohash, error))
        });
        let mut outcomes = stream::iter(writes).buffer_unordered(WRITES_AT_ONCE);
        let (mut failed, mut last_error) = (0, None);
        while let Some(outcome) = outcomes.next().await {
            if let Err(error) = outcome {
                failed += 1;
                last_error = Some(error);
            }
        }
        if let Some((infohash, error)) = last_error {
            tracing::warn!(failed, %infohash, %error, "records could not be written; a later look does it");
        }
    }
}

/// A torrent that waits to be added again still has its former worker.
fn is_with_a_worker(torrent: &TorrentRecord) -> bool {
    matches!(torrent.state, State::Downloading | State::Transferring)
}

/// A reading that is worth a write.
#[derive(Debug, Clone)]
struct News {
    worth: Worth,
    /// The time of the reading that the record has.
    known: Option<Timestamp>,
    infohash: Infohash,
    reading: Reading,
}

/// The writes that are made when not all can be: first those of most worth, then those of the records that are
/// furthest behind, so that every record has its turn.
fn chosen(mut news: Vec<News>, most: usize) -> Vec<News> {
    news.sort_by_key(|news| (Reverse(news.worth), news.known));
    news.truncate(most);
    news
}

/// What Deluge says, as the record keeps it. What it leaves out is unknown.
fn reading(torrent: &TorrentRecord, status: TorrentStatus, now: Timestamp) -> Reading {
    let activity = status.state.as_ref().map(activity);
    let size_bytes = status.total_size.filter(|_| torrent.size_bytes.is_none());
    // A magnet's name comes with its size; without metainfo Deluge calls it by its info-hash. A file's name is
    // known already, and Deluge's is a cleaned one.
    let name = status.name.filter(|_| size_bytes.is_some());
    let whole = torrent.size_bytes.or(size_bytes);
    let to_go = whole
        .zip(status.total_done)
        .map(|(whole, done)| whole.saturating_sub(done));
    Reading {
        name: name.filter(|name| *name != torrent.name && !torrent.named),
        size_bytes,
        progress: Progress {
            at: now,
            downloaded_bytes: status.total_done,
            download_rate: status.download_payload_rate,
            peers: status
                .num_peers
                .zip(status.num_seeds)
                .map(|(peers, seeds)| peers + seeds),
            paused: activity.map(|activity| activity == Activity::Paused),
            activity,
            ratio: status.ratio,
            // As Deluge's own `eta` while it downloads; asking for that too would be a ninth key.
            eta_seconds: to_go
                .zip(status.download_payload_rate)
                .and_then(|(to_go, rate)| to_go.checked_div(rate))
                .filter(|eta| *eta > 0 && *eta < ETA_MAX_SECONDS),
        },
    }
}

/// Beyond a year it is no estimate.
const ETA_MAX_SECONDS: u64 = 365 * 86_400;

fn activity(state: &deluge::State) -> Activity {
    match state {
        deluge::State::Downloading => Activity::Downloading,
        deluge::State::Seeding => Activity::Seeding,
        deluge::State::Queued => Activity::Waiting,
        deluge::State::Allocating | deluge::State::Checking | deluge::State::Moving => {
            Activity::Checking
        }
        deluge::State::Paused => Activity::Paused,
        deluge::State::Error => Activity::Stopped,
        _ => Activity::Other,
    }
}

#[cfg(test)]
mod tests;
