use torrent::{Source, State, TorrentRecord};

use crate::api::{Api, TorrentWithFiles};
use crate::arguments::Torrents;
use crate::failure::Exit;
use crate::output::Output;
use crate::table::{self, Look};
use crate::text;

pub(super) fn run(api: &Api, output: Output, torrents: &Torrents) -> Exit {
    let mut first = true;
    output.each(&torrents.torrents, |meant| {
        let show = || api.show(api.infohash(meant)?);
        let torrent = show().map_err(|failure| failure.of(meant))?;
        output.result(&torrent, || {
            let gap = if std::mem::take(&mut first) { "" } else { "\n" };
            format!("{gap}{}", in_words(api, &torrent))
        });
        Ok(())
    })
}

fn in_words(api: &Api, torrent: &TorrentWithFiles) -> String {
    let record = &torrent.record;
    let mut lines = vec![text::clean(&record.name)];
    let mut line = |name: &str, value: Option<String>| {
        lines.extend(value.map(|value| format!("  {name:<10} {value}")));
    };
    line("info-hash", Some(record.infohash.to_string()));
    line("state", Some(state(record)));
    line("because", record.reason.as_deref().map(text::clean));
    line(
        "size",
        record
            .size_bytes
            .map(|size| size_and_count(size, record.file_count)),
    );
    line(
        "stored",
        Some(text::size(record.stored_bytes)).filter(|_| record.stored_bytes > 0),
    );
    line("download", download(record));
    line(
        "label",
        record
            .label
            .as_ref()
            .map(|label| text::clean(label.as_str())),
    );
    line("source", Some(source(&record.source)));
    line("worker", record.worker.as_deref().map(text::clean));
    line("added", Some(text::moment(record.added_at)));
    line("complete", record.since.complete.map(text::moment));
    let any_stored = torrent.files.iter().flatten().any(|file| file.stored);
    line(
        "page",
        any_stored.then(|| api.address.complete_page(record.infohash).to_string()),
    );
    let files = torrent.files.as_deref().filter(|files| !files.is_empty());
    lines.extend(files.map(|files| format!("\n{}", table::files(files, Look::of_stdout()))));
    lines.join("\n")
}

fn state(record: &TorrentRecord) -> String {
    let percent = text::percent(record).filter(|_| record.state != State::Complete);
    let percent = percent
        .map(|percent| format!(", {percent}%"))
        .unwrap_or_default();
    let resting = record
        .progress
        .as_ref()
        .and_then(|progress| progress.paused);
    let wish = match (record.paused, resting) {
        (true, Some(false)) => ", about to pause",
        (false, Some(true)) if record.state == State::Downloading => ", about to resume",
        _ => "",
    };
    format!("{}{percent}{wish}", text::state(record))
}

fn size_and_count(size: u64, files: Option<u64>) -> String {
    let files = files
        .map(|files| format!(" in {}", text::count(files, "file")))
        .unwrap_or_default();
    format!("{}{files}", text::size(size))
}

fn download(record: &TorrentRecord) -> Option<String> {
    let progress = record
        .progress
        .as_ref()
        .filter(|_| record.state == State::Downloading)?;
    let parts = [
        progress
            .downloaded_bytes
            .map(|bytes| format!("{} here", text::size(bytes))),
        progress
            .download_rate
            .map(|rate| format!("{}/s", text::size(rate))),
        progress.peers.map(|peers| text::count(peers, "peer")),
        progress
            .eta_seconds
            .map(|seconds| format!("{} left", text::duration(seconds))),
    ];
    let parts: Vec<_> = parts.into_iter().flatten().collect();
    Some(parts.join(", ")).filter(|text| !text.is_empty())
}

fn source(source: &Source) -> String {
    match source {
        Source::File => "a .torrent file".into(),
        Source::Magnet { uri } => text::clean(uri),
    }
}
