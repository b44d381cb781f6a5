use serde::Serialize;
use torrent::{
    Activity, FileSelection, Infohash, Label, Progress, Source, State, StateTimes, Timestamp,
    TorrentRecord,
};

use crate::Status;
use crate::cost::month_cost;

/// What everybody who may see the page may know of a [`Status`]: `status.json`, and all that the HTML is
/// made from. No address of a Deluge and no magnet URI, whose trackers can carry a passkey.
#[derive(Serialize)]
pub(crate) struct PublicStatus<'a> {
    pub(crate) generated_at: Timestamp,
    /// Until when no news is good news; absent while nothing is active, which it takes no promise to be right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) fresh_until: Option<Timestamp>,
    pub(crate) totals: Totals,
    pub(crate) workers: Vec<PublicWorker<'a>>,
    pub(crate) torrents: Vec<PublicTorrent<'a>>,
}

/// Over all torrents, those that are not listed included.
#[derive(Serialize)]
pub(crate) struct Totals {
    pub(crate) torrents: u64,
    pub(crate) active: u64,
    /// Bytes per second, of the torrents whose worker answers.
    pub(crate) download_rate: u64,
    pub(crate) stored_bytes: u64,
    /// US dollars, to the cent; what it counts stands in docs/costs.md.
    pub(crate) month_cost: f64,
}

#[derive(Serialize)]
pub(crate) struct PublicWorker<'a> {
    pub(crate) id: &'a str,
    /// Whether it registers, and its Deluge answered just now if it was asked.
    pub(crate) live: bool,
    pub(crate) last_seen: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) free_bytes: Option<u64>,
}

/// A [`TorrentRecord`] with the same names.
#[derive(Serialize)]
pub(crate) struct PublicTorrent<'a> {
    pub(crate) infohash: Infohash,
    pub(crate) name: &'a str,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    named: bool,
    pub(crate) state: State,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) label: Option<&'a Label>,
    pub(crate) paused: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    wanted: Option<&'a FileSelection>,
    pub(crate) source: PublicSource,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) size_bytes: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) file_count: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) worker: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deluge_id: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) progress: Option<Progress>,
    /// When Deluge last told of it, of a torrent that it should have and does not know at the moment.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) missing_since: Option<Timestamp>,
    pub(crate) stored_bytes: u64,
    pub(crate) added_at: Timestamp,
    pub(crate) since: &'a StateTimes,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub(crate) enum PublicSource {
    File,
    Magnet,
}

/// A reading older than this is not of the look that the page was made from.
const MISSING_AFTER_SECONDS: i64 = 60;

impl<'a> PublicStatus<'a> {
    pub(crate) fn new(status: &'a Status) -> Self {
        let now = status.generated_at;
        let mut workers: Vec<_> = status
            .workers
            .iter()
            .map(|worker| {
                let silent = status.silent.contains(&worker.id);
                PublicWorker {
                    id: &worker.id,
                    live: worker.is_live(now) && !silent,
                    last_seen: if silent {
                        status.last_answer(&worker.id)
                    } else {
                        worker.last_seen
                    },
                    free_bytes: worker.free_bytes,
                }
            })
            .collect();
        workers.sort_by_key(|worker| worker.id);
        let mut records: Vec<_> = status.torrents.iter().collect();
        records.sort_by_key(|record| (std::cmp::Reverse(record.added_at), record.infohash));
        let torrents = records
            .into_iter()
            .map(|record| PublicTorrent::new(record, &workers, now))
            .collect();
        let mut public = Self {
            generated_at: now,
            fresh_until: status
                .is_active()
                .then(|| now.checked_add(Status::FRESH).unwrap_or(now)),
            totals: Totals {
                torrents: 0,
                active: 0,
                download_rate: 0,
                stored_bytes: 0,
                month_cost: 0.0,
            },
            workers,
            torrents,
        };
        public.totals = public.totals(status);
        public
    }

    fn totals(&self, status: &Status) -> Totals {
        let active = || {
            self.torrents
                .iter()
                .filter(|torrent| torrent.state.is_active())
        };
        let rates = active().filter_map(|torrent| {
            let worker = self
                .workers
                .iter()
                .find(|worker| Some(worker.id) == torrent.worker)?;
            torrent
                .progress
                .as_ref()?
                .download_rate
                .filter(|_| worker.live)
        });
        let active_count = active().count() as u64;
        let stored_bytes =
            active().map(|torrent| torrent.stored_bytes).sum::<u64>() + status.ended.stored_bytes;
        Totals {
            torrents: active_count + status.ended.torrents,
            active: active_count,
            download_rate: rates.sum(),
            stored_bytes,
            month_cost: month_cost(stored_bytes),
        }
    }

    /// The same without what moves while nothing happens: times, and the last bytes of free space.
    pub(crate) fn still(mut self) -> Self {
        self.generated_at = Timestamp::UNIX_EPOCH;
        self.fresh_until = self.fresh_until.map(|_| Timestamp::UNIX_EPOCH);
        for worker in &mut self.workers {
            worker.last_seen = Timestamp::UNIX_EPOCH;
            worker.free_bytes = worker.free_bytes.map(roughly);
        }
        for progress in self.torrents.iter_mut().filter_map(|t| t.progress.as_mut()) {
            progress.at = Timestamp::UNIX_EPOCH;
        }
        self
    }
}

impl<'a> PublicTorrent<'a> {
    fn new(record: &'a TorrentRecord, workers: &[PublicWorker<'_>], now: Timestamp) -> Self {
        let mut public = Self {
            infohash: record.infohash,
            name: &record.name,
            named: record.named,
            state: record.state,
            reason: record.reason.as_deref(),
            label: record.label.as_ref(),
            paused: record.paused,
            wanted: record.wanted.as_ref(),
            source: match record.source {
                Source::File => PublicSource::File,
                Source::Magnet { .. } => PublicSource::Magnet,
            },
            size_bytes: record.size_bytes,
            file_count: record.file_count,
            worker: record.worker.as_deref(),
            deluge_id: record.deluge_id.as_deref(),
            progress: record.progress.clone(),
            missing_since: None,
            stored_bytes: record.stored_bytes,
            added_at: record.added_at,
            since: &record.since,
        };
        let is_old = |at: &Timestamp| now.duration_since(*at).as_secs() > MISSING_AFTER_SECONDS;
        public.missing_since = public
            .progress
            .as_ref()
            .map(|progress| progress.at)
            .filter(is_old);
        if record.state != State::Downloading
            || !public.worker_in(workers).is_some_and(|worker| worker.live)
        {
            public.missing_since = None;
        }
        public
    }

    /// The row of its worker.
    pub(crate) fn worker_in<'w>(
        &self,
        workers: &'w [PublicWorker<'w>],
    ) -> Option<&'w PublicWorker<'w>> {
        workers.iter().find(|worker| Some(worker.id) == self.worker)
    }

    pub(crate) fn activity(&self) -> Option<Activity> {
        self.progress.as_ref()?.activity
    }
}

/// To 5 binary digits: 123 GiB count as 120, which no log file that grows on the same disk changes twice a day.
fn roughly(bytes: u64) -> u64 {
    let digits = u64::BITS - bytes.leading_zeros();
    let cut = digits.saturating_sub(5);
    bytes >> cut << cut
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn free_space_is_rough_at_any_size() {
        assert_eq!(roughly(123 << 30), 120 << 30);
        assert_eq!(roughly((123 << 30) + 1), 120 << 30);
        assert_eq!([0, 1, 31, 33].map(roughly), [0, 1, 31, 32]);
        assert_eq!(roughly(u64::MAX), 31 << 59);
    }
}
