use std::collections::BTreeSet;
use std::time::Duration;

use askama::Template;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use torrent::{Timestamp, TorrentRecord, Worker};

use crate::cost::dollars;
use crate::format::{Moment, duration, size};
use crate::public::{PublicStatus, PublicWorker, Totals};
use crate::render;
use crate::torrent_row::TorrentRow;

/// The workers and the torrents at one moment.
///
/// The pages list the torrents that are here: all that are not finished, because each of them can need its
/// owner, and those that ended last. Everything that is stored, however long ago, is the library's to list. With
/// 10,000 records one page of all of them would be 10 MB that nobody reads and every tick would make again.
#[derive(Debug, Clone, PartialEq)]
pub struct Status {
    /// Now, for all that depends on it: whether a worker is live is judged by this.
    pub generated_at: Timestamp,
    /// Every registered worker, live or not.
    pub workers: Vec<Worker>,
    /// The ids of workers whose Deluge was asked just now and did not answer.
    pub silent: BTreeSet<String>,
    /// The torrents to list, in any order.
    pub torrents: Vec<TorrentRecord>,
    /// All that ended, listed or not.
    pub ended: Ended,
}

/// How many torrents ended, and what they hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Ended {
    /// Complete or failed ones.
    pub torrents: u64,
    /// Their bytes in S3.
    pub stored_bytes: u64,
}

impl Status {
    /// How long a page with active torrents may be taken for right. Who writes pages only when they change has
    /// to write them once more in this time, so that a reader can tell a quiet hour from a dead writer.
    pub const FRESH: Duration = Duration::from_mins(5);

    /// Whether somebody has something to do for a torrent, so that the page may change by itself.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.torrents
            .iter()
            .any(|torrent| torrent.state.is_active())
    }

    /// The body of [`torrent::PageKey::StatusJson`]. It says less than this does: workers without the address
    /// of their Deluge, torrents without their magnet URI, newest first.
    #[must_use]
    pub fn to_json(&self) -> String {
        json(&PublicStatus::new(self))
    }

    /// The body of [`torrent::PageKey::StatusHtml`], complete without JavaScript.
    #[must_use]
    pub fn to_html(&self) -> String {
        html(&PublicStatus::new(self))
    }

    /// Stays the same while a reader would see nothing new: 64 hexadecimal digits.
    ///
    /// It covers both pages, a change of their layout included, but not what moves by itself: `generated_at`,
    /// the workers' `last_seen` and the time of Deluge's last reading, and free space but roughly.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let still = PublicStatus::new(self).still();
        let hash = Sha256::new()
            .chain_update(json(&still))
            .chain_update(html(&still))
            .finalize();
        HEXLOWER.encode(&hash)
    }

    /// When the Deluge of a worker last told of any torrent; the worker's own sign of life, if never.
    pub(crate) fn last_answer(&self, worker: &str) -> Timestamp {
        let of_worker = self
            .torrents
            .iter()
            .filter(|torrent| torrent.worker.as_deref() == Some(worker));
        let readings = of_worker.filter_map(|torrent| Some(torrent.progress.as_ref()?.at));
        let registered = self
            .workers
            .iter()
            .filter(|known| known.id == worker)
            .map(|known| known.last_seen);
        readings
            .max()
            .or(registered.max())
            .unwrap_or(self.generated_at)
    }
}

fn json(status: &PublicStatus<'_>) -> String {
    serde_json::to_string(status).expect("plain data with text keys always serialises")
}

fn html(status: &PublicStatus<'_>) -> String {
    let listed = status.torrents.len() as u64;
    let totals = &status.totals;
    render(&StatusPage {
        generated: status.generated_at.into(),
        fresh: status
            .fresh_until
            .map(|_| duration(Status::FRESH.as_secs())),
        totals: Total::all(totals),
        left_out: totals
            .torrents
            .checked_sub(listed)
            .filter(|left_out| *left_out > 0),
        torrents: status
            .torrents
            .iter()
            .map(|torrent| TorrentRow::new(torrent, &status.workers))
            .collect(),
        workers: status.workers.iter().map(WorkerRow::from).collect(),
    })
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage<'a> {
    generated: Moment,
    /// How old the page may get while something is active.
    fresh: Option<String>,
    totals: Vec<Total>,
    /// How many ended ones are not listed.
    left_out: Option<u64>,
    torrents: Vec<TorrentRow<'a>>,
    workers: Vec<WorkerRow<'a>>,
}

/// A number over all torrents. `static-site/list/totals.js` has the same ones.
struct Total {
    value: String,
    of: &'static str,
}

impl Total {
    fn all(totals: &Totals) -> Vec<Self> {
        let total = |value, of| Self { value, of };
        let torrents = totals.torrents;
        let noun = if torrents == 1 { "torrent" } else { "torrents" };
        vec![
            total(torrents.to_string(), noun),
            total(totals.active.to_string(), "active"),
            total(format!("{}/s", size(totals.download_rate)), "downloading"),
            total(size(totals.stored_bytes), "stored"),
            total(dollars(totals.month_cost), "this month, estimated"),
        ]
    }
}

struct WorkerRow<'a> {
    id: &'a str,
    free: Option<String>,
    /// Since when it is not live. A live worker's time would be old as soon as the page is stored.
    lost_since: Option<Moment>,
}

impl<'a> From<&PublicWorker<'a>> for WorkerRow<'a> {
    fn from(worker: &PublicWorker<'a>) -> Self {
        Self {
            id: worker.id,
            free: worker.free_bytes.map(size),
            lost_since: (!worker.live).then(|| worker.last_seen.into()),
        }
    }
}
