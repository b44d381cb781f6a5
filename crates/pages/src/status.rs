use askama::Template;
use data_encoding::HEXLOWER;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use torrent::{Timestamp, TorrentRecord, Worker};

use crate::format::{Moment, count, size};
use crate::public::{PublicStatus, PublicWorker};
use crate::render;
use crate::torrent_row::TorrentRow;

/// All workers and torrents at one moment.
///
/// Serialises as `status.json`, which says less than this does: workers without the address of their Deluge,
/// torrents without their magnet URI, newest first. Read back from there both are empty, and
/// [`Status::fingerprint`] is the same.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "PublicStatus", into = "PublicStatus")]
pub struct Status {
    /// Now, for all that depends on it: whether a worker is live is judged by this.
    pub generated_at: Timestamp,
    /// Every registered worker, live or not.
    pub workers: Vec<Worker>,
    /// Every torrent, in any order.
    pub torrents: Vec<TorrentRecord>,
}

impl Status {
    /// The body of [`torrent::PageKey::StatusJson`].
    #[must_use]
    pub fn to_json(&self) -> String {
        json(&self.clone().into())
    }

    /// The body of [`torrent::PageKey::StatusHtml`], complete without JavaScript.
    #[must_use]
    pub fn to_html(&self) -> String {
        html(&self.clone().into())
    }

    /// Stays the same while a reader would see nothing new: 64 hexadecimal digits.
    ///
    /// It covers both pages, a change of their layout included, but not the times that pass by themselves:
    /// `generated_at`, the workers' `last_seen` and the time of Deluge's last reading.
    #[must_use]
    pub fn fingerprint(&self) -> String {
        let still = PublicStatus::from(self.clone()).without_passing_times();
        let hash = Sha256::new()
            .chain_update(json(&still))
            .chain_update(html(&still))
            .finalize();
        HEXLOWER.encode(&hash)
    }
}

fn json(status: &PublicStatus) -> String {
    serde_json::to_string(status).expect("plain data with text keys always serialises")
}

fn html(status: &PublicStatus) -> String {
    render(&StatusPage {
        changed: status.generated_at.into(),
        torrents: status
            .torrents
            .iter()
            .map(|torrent| TorrentRow::new(torrent, &status.workers))
            .collect(),
        count: count(status.torrents.len() as u64, "torrent"),
        workers: status.workers.iter().map(WorkerRow::from).collect(),
    })
}

#[derive(Template)]
#[template(path = "status.html")]
struct StatusPage<'a> {
    changed: Moment,
    torrents: Vec<TorrentRow<'a>>,
    count: String,
    workers: Vec<WorkerRow<'a>>,
}

struct WorkerRow<'a> {
    id: &'a str,
    free: Option<String>,
    /// Since when it is not live. A live worker's time would be old as soon as the page is stored.
    lost_since: Option<Moment>,
}

impl<'a> From<&'a PublicWorker> for WorkerRow<'a> {
    fn from(worker: &'a PublicWorker) -> Self {
        Self {
            id: &worker.id,
            free: worker.free_bytes.map(size),
            lost_since: (!worker.live).then(|| worker.last_seen.into()),
        }
    }
}
