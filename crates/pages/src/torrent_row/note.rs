//! The sentence under a torrent that does not simply go on: what holds it up, or what went wrong.

use torrent::{Activity, State, Timestamp};

use super::is_paused;
use crate::format::{Moment, size};
use crate::public::{PublicSource, PublicTorrent, PublicWorker};

/// What is known of the box that has the torrent.
#[derive(Clone, Copy)]
pub(super) enum Reach<'a> {
    /// It answers, or the torrent needs none.
    Live(Option<&'a PublicWorker<'a>>),
    NotSince(Option<Timestamp>),
}

/// A sentence, perhaps with a moment at its end.
pub(super) struct Note {
    /// `note` where somebody has to act or to wait for a repair, `hint` where waiting is all it takes.
    pub(super) class: &'static str,
    pub(super) text: String,
    pub(super) at: Option<Moment>,
}

/// With less than this free a download cannot be trusted to go on: pieces are up to 16 MiB, many at a time.
const DISK_FULL_BYTES: u64 = 256 << 20;

impl<'a> Reach<'a> {
    /// Only a torrent that a worker is busy with needs one.
    pub(super) fn of(torrent: &PublicTorrent<'_>, workers: &'a [PublicWorker<'a>]) -> Self {
        if !matches!(torrent.state, State::Downloading | State::Transferring) {
            return Self::Live(None);
        }
        match torrent.worker_in(workers) {
            Some(worker) if worker.live => Self::Live(Some(worker)),
            Some(worker) => Self::NotSince(Some(worker.last_seen)),
            None => Self::NotSince(torrent.progress.as_ref().map(|progress| progress.at)),
        }
    }
}

impl Note {
    fn trouble(text: impl Into<String>) -> Self {
        Self {
            class: "note",
            text: text.into(),
            at: None,
        }
    }

    fn hint(text: impl Into<String>) -> Self {
        Self {
            class: "hint",
            text: text.into(),
            at: None,
        }
    }

    fn since(mut self, at: Timestamp) -> Self {
        self.at = Some(at.into());
        self
    }
}

pub(super) fn note(
    torrent: &PublicTorrent<'_>,
    reach: Reach<'_>,
    workers: &[PublicWorker<'_>],
) -> Option<Note> {
    match (torrent.state, reach) {
        (State::Failed, _) => Some(Note::trouble(torrent.reason.unwrap_or("reason unknown"))),
        (_, Reach::NotSince(Some(at))) => Some(Note::trouble("worker not reached since").since(at)),
        (_, Reach::NotSince(None)) => {
            Some(Note::trouble("worker not reached, since when is unknown"))
        }
        (State::Queued, _) if !workers.iter().any(|worker| worker.live) => {
            Some(Note::hint("waits for a worker; none is there now"))
        }
        (State::Downloading, Reach::Live(worker)) => {
            if let Some(at) = torrent.missing_since {
                let text = "Deluge does not have it at the moment; last reading";
                return Some(Note::trouble(text).since(at));
            }
            held_up(torrent)
                .or_else(|| disk(torrent, worker))
                .or_else(|| waiting(torrent))
        }
        (State::Transferring, _) => held_up(torrent),
        _ => None,
    }
}

/// What the agent said that it waits for: room on its disk, say, or a file that Deluge has to check again.
fn held_up(torrent: &PublicTorrent<'_>) -> Option<Note> {
    Some(Note::trouble(format!("held up: {}", torrent.reason?)))
}

/// What a download meets on the worker's disk.
fn disk(torrent: &PublicTorrent<'_>, worker: Option<&PublicWorker<'_>>) -> Option<Note> {
    let done = torrent
        .progress
        .as_ref()
        .and_then(|progress| progress.downloaded_bytes);
    let to_go = torrent
        .size_bytes
        .zip(done)
        .map(|(whole, done)| whole.saturating_sub(done));
    let free = worker.and_then(|worker| worker.free_bytes);
    match free {
        Some(free) if free < DISK_FULL_BYTES && to_go != Some(0) => {
            return Some(Note::trouble(format!(
                "the worker's disk is full: {} free",
                size(free)
            )));
        }
        _ if torrent.activity() == Some(Activity::Stopped) => {
            return Some(Note::trouble("Deluge stopped it because of an error"));
        }
        _ => {}
    }
    let (to_go, free) = to_go.zip(free)?;
    (to_go > free).then(|| {
        let (to_go, free) = (size(to_go), size(free));
        Note::trouble(format!(
            "it does not fit: {to_go} to go, {free} free on the worker's disk"
        ))
    })
}

/// What a download waits for while nothing is wrong.
fn waiting(torrent: &PublicTorrent<'_>) -> Option<Note> {
    if is_paused(torrent) {
        return (!torrent.paused).then(|| Note::hint("will go on"));
    }
    if torrent.paused {
        return Some(Note::hint("will be paused"));
    }
    let progress = torrent.progress.as_ref()?;
    match progress.activity {
        Some(Activity::Waiting) => {
            return Some(Note::hint(
                "waits in Deluge's queue until other torrents are done",
            ));
        }
        Some(Activity::Checking) => return Some(Note::hint("Deluge sees to what is on its disk")),
        _ => {}
    }
    let no_peers = progress.peers == Some(0);
    if torrent.size_bytes.is_none() && torrent.source == PublicSource::Magnet {
        let from = if no_peers {
            "none is found yet"
        } else {
            "they are asked for it"
        };
        return Some(Note::hint(format!(
            "metadata is missing: name, size and files come from peers, {from}"
        )));
    }
    no_peers.then(|| Note::hint("no peers: nobody is there to download it from"))
}
