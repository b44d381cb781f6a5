use askama::Template;
use torrent::{PageKey, Progress, State, Timestamp, TorrentRecord};

use crate::format::{Moment, count, duration, part_of, percent, size};
use crate::public::PublicWorker;

/// One torrent in the list. `static-site/torrent-row.js` makes the same of the same record; what changes
/// here changes there.
#[derive(Template)]
#[template(path = "torrent_row.html")]
pub(crate) struct TorrentRow<'a> {
    name: &'a str,
    link: Option<String>,
    state: &'static str,
    /// What went wrong.
    note: Option<Fact>,
    bar: Option<Bar>,
    facts: Vec<Fact>,
}

/// A phrase, perhaps with a moment at its end.
struct Fact {
    text: String,
    at: Option<Moment>,
}

struct Bar {
    label: &'static str,
    percent: u64,
}

/// What is known of the box that has the torrent.
#[derive(Clone, Copy)]
enum Reach {
    Live,
    NotSince(Option<Timestamp>),
}

impl<'a> TorrentRow<'a> {
    pub(crate) fn new(record: &'a TorrentRecord, workers: &[PublicWorker]) -> Self {
        let reach = Reach::of(record, workers);
        let link = PageKey::Complete(record.infohash);
        let has_page = record.state == State::Complete
            || (record.stored_bytes > 0 && record.state != State::Removed);
        Self {
            name: &record.name,
            link: has_page.then(|| format!("/{link}")),
            state: record.state.as_str(),
            note: note(record, reach),
            bar: bar(record),
            facts: facts(record, reach),
        }
    }
}

impl Reach {
    /// Only a torrent that a worker is busy with needs one.
    fn of(record: &TorrentRecord, workers: &[PublicWorker]) -> Self {
        if !matches!(record.state, State::Downloading | State::Transferring) {
            return Self::Live;
        }
        let worker = workers
            .iter()
            .find(|worker| Some(&worker.id) == record.worker.as_ref());
        match worker {
            Some(worker) if worker.live => Self::Live,
            Some(worker) => Self::NotSince(Some(worker.last_seen)),
            None => Self::NotSince(record.progress.as_ref().map(|progress| progress.at)),
        }
    }
}

impl Fact {
    fn at(text: &str, at: Timestamp) -> Self {
        Self {
            text: text.to_owned(),
            at: Some(at.into()),
        }
    }
}

impl<T: Into<String>> From<T> for Fact {
    fn from(text: T) -> Self {
        Self {
            text: text.into(),
            at: None,
        }
    }
}

fn note(record: &TorrentRecord, reach: Reach) -> Option<Fact> {
    match (record.state, reach) {
        (State::Failed, _) => Some(match record.reason.as_deref() {
            Some(reason) => reason.into(),
            None => "reason unknown".into(),
        }),
        (_, Reach::NotSince(Some(at))) => Some(Fact::at("worker not reached since", at)),
        (_, Reach::NotSince(None)) => Some("worker not reached, since when is unknown".into()),
        (_, Reach::Live) => None,
    }
}

/// Of what is known only: without a reading or a size there is no bar, rather than one at 0 %.
fn bar(record: &TorrentRecord) -> Option<Bar> {
    let (label, part) = match record.state {
        State::Downloading => ("downloaded", record.progress.as_ref()?.downloaded_bytes?),
        State::Transferring => ("stored", record.stored_bytes),
        _ => return None,
    };
    let percent = percent(part, record.size_bytes?);
    Some(Bar { label, percent })
}

fn facts(record: &TorrentRecord, reach: Reach) -> Vec<Fact> {
    let mut facts = Vec::new();
    match record.state {
        State::Downloading => match &record.progress {
            Some(progress) => downloading(record, progress, reach, &mut facts),
            None => facts.extend([total(record).into(), "no reading from Deluge yet".into()]),
        },
        State::Transferring => {
            let part = part_of(Some(record.stored_bytes), record.size_bytes);
            facts.push(format!("{part} stored").into());
        }
        _ => facts.push(total(record).into()),
    }
    let some_are_stored = matches!(
        record.state,
        State::Queued | State::Downloading | State::Failed
    );
    if some_are_stored && record.stored_bytes > 0 {
        facts.push(format!("{} stored", size(record.stored_bytes)).into());
    }
    if let Some(files) = record.file_count {
        facts.push(count(files, "file").into());
    }
    facts.push(Fact::at("added", record.added_at));
    let ended = match record.state {
        State::Complete => record.since.complete,
        State::Failed => record.since.failed,
        State::Removed => record.since.removed,
        _ => None,
    };
    facts.extend(ended.map(|at| Fact::at(record.state.as_str(), at)));
    facts
}

/// A rate that was read before the worker went away says nothing about now, so only a live one shows it.
fn downloading(record: &TorrentRecord, progress: &Progress, reach: Reach, facts: &mut Vec<Fact>) {
    let part = part_of(progress.downloaded_bytes, record.size_bytes);
    if let Reach::NotSince(_) = reach {
        facts.push(format!("{part} when last read").into());
        return;
    }
    facts.push(part.into());
    facts.push(match progress.download_rate {
        Some(rate) => format!("{}/s", size(rate)).into(),
        None => "speed unknown".into(),
    });
    facts.push(match progress.peers {
        Some(peers) => count(peers, "peer").into(),
        None => "peers unknown".into(),
    });
    facts.push(match progress.eta_seconds {
        Some(seconds) => format!("{} left", duration(seconds)).into(),
        None => "time left unknown".into(),
    });
}

fn total(record: &TorrentRecord) -> String {
    record
        .size_bytes
        .map_or_else(|| "size unknown".to_owned(), size)
}
