use askama::Template;
use torrent::{Infohash, Label, PageKey, Progress, State, Timestamp};

use crate::format::{Moment, count, duration, part_of, percent, size};
use crate::public::{PublicTorrent, PublicWorker};
use note::{Note, Reach, note};

mod note;

/// One torrent in the list. `static-site/list/torrent-row.js` makes the same of the same record; what changes
/// here changes there.
#[derive(Template)]
#[template(path = "torrent_row.html")]
pub(crate) struct TorrentRow<'a> {
    infohash: Infohash,
    name: &'a str,
    link: Option<String>,
    label: Option<&'a str>,
    state: Word,
    /// Of the step that it is in.
    percent: Option<u64>,
    note: Option<Note>,
    bar: Option<Bar>,
    facts: Vec<Fact>,
}

/// A state in a word, with a sign for those who look instead of read.
struct Word {
    class: &'static str,
    sign: &'static str,
}

/// A phrase, perhaps with a moment at its end.
struct Fact {
    text: String,
    at: Option<Moment>,
}

/// Two fills over each other: what is stored was downloaded first.
struct Bar {
    downloaded: u64,
    stored: u64,
}

impl<'a> TorrentRow<'a> {
    pub(crate) fn new(torrent: &'a PublicTorrent<'a>, workers: &'a [PublicWorker<'a>]) -> Self {
        let reach = Reach::of(torrent, workers);
        let link = PageKey::Complete(torrent.infohash);
        let has_page = torrent.state == State::Complete
            || (torrent.stored_bytes > 0 && torrent.state != State::Removed);
        let bar = bar(torrent);
        let percent = bar.as_ref().map(|bar| match torrent.state {
            State::Transferring => bar.stored,
            _ => bar.downloaded,
        });
        Self {
            infohash: torrent.infohash,
            name: torrent.name,
            link: has_page.then(|| format!("/{link}")),
            label: torrent.label.map(Label::as_str),
            state: Word::of(torrent),
            percent,
            note: note(torrent, reach, workers),
            bar,
            facts: facts(torrent, reach),
        }
    }
}

impl Word {
    fn of(torrent: &PublicTorrent<'_>) -> Self {
        let sign = match torrent.state {
            State::Downloading if is_paused(torrent) => {
                return Self {
                    class: "paused",
                    sign: "‖",
                };
            }
            State::Queued => "…",
            State::Downloading => "↓",
            State::Transferring => "↑",
            State::Complete => "✓",
            State::Failed => "✕",
            State::Removed => "–",
        };
        Self {
            class: torrent.state.as_str(),
            sign,
        }
    }
}

/// Whether Deluge has it at rest, not only its owner's wish.
fn is_paused(torrent: &PublicTorrent<'_>) -> bool {
    let progress = torrent.progress.as_ref();
    progress.is_some_and(|progress| progress.paused == Some(true))
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

/// Of what is known only: without a reading or a size there is no bar, rather than one at 0 %.
fn bar(torrent: &PublicTorrent<'_>) -> Option<Bar> {
    let whole = torrent.size_bytes?;
    let stored = percent(torrent.stored_bytes, whole);
    let downloaded = match torrent.state {
        State::Downloading => {
            percent(torrent.progress.as_ref()?.downloaded_bytes?, whole).max(stored)
        }
        State::Transferring => 100,
        _ => return None,
    };
    Some(Bar { downloaded, stored })
}

fn facts(torrent: &PublicTorrent<'_>, reach: Reach<'_>) -> Vec<Fact> {
    let mut facts = Vec::new();
    match torrent.state {
        State::Downloading => match &torrent.progress {
            Some(progress) => downloading(torrent, progress, reach, &mut facts),
            None => facts.extend([total(torrent).into(), "no reading from Deluge yet".into()]),
        },
        State::Transferring => {
            let part = part_of(Some(torrent.stored_bytes), torrent.size_bytes);
            facts.push(format!("{part} stored").into());
            facts.extend(torrent.progress.as_ref().and_then(ratio));
        }
        _ => facts.push(total(torrent).into()),
    }
    let some_are_stored = matches!(
        torrent.state,
        State::Queued | State::Downloading | State::Failed
    );
    if some_are_stored && torrent.stored_bytes > 0 {
        facts.push(format!("{} stored", size(torrent.stored_bytes)).into());
    }
    if let Some(files) = torrent.file_count {
        facts.push(count(files, "file").into());
    }
    if let Some(worker) = torrent.worker.filter(|_| torrent.state.is_active()) {
        facts.push(format!("on {worker}").into());
    }
    facts.push(Fact::at("added", torrent.added_at));
    let ended = match torrent.state {
        State::Complete => torrent.since.complete,
        State::Failed => torrent.since.failed,
        State::Removed => torrent.since.removed,
        _ => None,
    };
    facts.extend(ended.map(|at| Fact::at(torrent.state.as_str(), at)));
    facts
}

/// A rate that was read before the worker went away says nothing about now, so only a live one shows it.
fn downloading(
    torrent: &PublicTorrent<'_>,
    progress: &Progress,
    reach: Reach<'_>,
    facts: &mut Vec<Fact>,
) {
    let part = part_of(progress.downloaded_bytes, torrent.size_bytes);
    if !matches!(reach, Reach::Live(_)) || torrent.missing_since.is_some() {
        facts.push(format!("{part} when last read").into());
        return;
    }
    facts.push(part.into());
    if !is_paused(torrent) {
        facts.push(match progress.download_rate {
            Some(rate) => format!("{}/s", size(rate)).into(),
            None => "speed unknown".into(),
        });
        facts.push(match progress.eta_seconds {
            Some(seconds) => format!("{} left", duration(seconds)).into(),
            None => "time left unknown".into(),
        });
    }
    facts.push(match progress.peers {
        Some(peers) => count(peers, "peer").into(),
        None => "peers unknown".into(),
    });
    facts.extend(ratio(progress));
}

/// Without anything on disk there is no ratio, which is not worth a word.
fn ratio(progress: &Progress) -> Option<Fact> {
    Some(format!("ratio {:.2}", progress.ratio?).into())
}

fn total(torrent: &PublicTorrent<'_>) -> String {
    torrent
        .size_bytes
        .map_or_else(|| "size unknown".to_owned(), size)
}
