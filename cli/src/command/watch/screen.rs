use std::collections::HashMap;
use std::io::IsTerminal;

use console::Term;
use torrent::{Infohash, State, TorrentRecord};

use crate::failure::Failure;
use crate::output::Output;
use crate::table::{self, Look};
use crate::text;

/// Where the torrents are shown: a table that is drawn again in its place on a terminal, elsewhere a line
/// for each change.
pub(super) struct Screen {
    output: Output,
    terminal: Option<Term>,
    /// The lines of the table that is on the terminal.
    drawn: Vec<String>,
    /// What was last said of a torrent, where lines are written.
    said: HashMap<Infohash, String>,
    warned: bool,
}

impl Screen {
    pub(super) fn new(output: Output) -> Self {
        let live = !output.json && std::io::stdout().is_terminal();
        Self {
            output,
            terminal: live.then(Term::buffered_stdout),
            drawn: Vec::new(),
            said: HashMap::new(),
            warned: false,
        }
    }

    pub(super) fn show(&mut self, records: &[TorrentRecord], trouble: Option<&Failure>) {
        if self.terminal.is_some() {
            return self.draw(records, trouble);
        }
        if let Some(failure) = trouble {
            if !std::mem::replace(&mut self.warned, true) {
                self.output
                    .note(&format!("not reachable, trying again: {failure}"));
            }
            return;
        }
        self.warned = false;
        for record in records {
            let line = if self.output.json {
                text::json_line(record)
            } else {
                in_a_line(record)
            };
            if self.said.get(&record.infohash) != Some(&line) {
                self.output.result(record, || line.clone());
                self.said.insert(record.infohash, line);
            }
        }
    }

    fn draw(&mut self, records: &[TorrentRecord], trouble: Option<&Failure>) {
        let Some(terminal) = &self.terminal else {
            return;
        };
        let (rows, columns) = terminal.size();
        let (rows, columns) = (usize::from(rows), usize::from(columns));
        let mut lines = frame(
            records,
            trouble,
            rows,
            Look {
                width: Some(columns),
                ..Look::of_stdout()
            },
        );
        // A terminal that got narrower has folded what was drawn on it.
        let height = |line: &String| {
            console::measure_text_width(&plain(line))
                .div_ceil(columns.max(1))
                .max(1)
        };
        let up: usize = self.drawn.iter().map(height).sum();
        let draw = || {
            terminal.move_cursor_up(up.min(rows.saturating_sub(1)))?;
            terminal.clear_to_end_of_screen()?;
            for line in &lines {
                terminal.write_line(line)?;
            }
            terminal.flush()
        };
        if draw().is_err() {
            // Nobody is there any more to see it.
            std::process::exit(1);
        }
        self.drawn = std::mem::take(&mut lines);
    }
}

/// What is on the terminal: no more than fits.
fn frame(
    records: &[TorrentRecord],
    trouble: Option<&Failure>,
    rows: usize,
    look: Look,
) -> Vec<String> {
    // Header, a line below, and the cursor's own.
    let room = rows.saturating_sub(3).max(1);
    if records.is_empty() {
        return Vec::new();
    }
    let table = table::torrents(records.iter().take(room), look);
    let mut lines: Vec<_> = table.lines().map(str::to_owned).collect();
    let more = records.len().saturating_sub(room);
    let last = match trouble {
        Some(failure) => format!(
            "not reachable, trying again: {}",
            text::clean(&failure.to_string())
        ),
        None if more > 0 => format!("and {more} more"),
        None => return lines,
    };
    let width = look.width.unwrap_or(usize::MAX);
    lines.push(console::truncate_str(&last, width, "…").into_owned());
    lines
}

/// Without the escape sequences of colours, which are all that a table has.
fn plain(line: &str) -> String {
    let mut parts = line.split('\u{1b}');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        text + part.split_once('m').map_or("", |(_, rest)| rest)
    })
}

/// For logs: a line whenever the state changes, or another tenth is done.
fn in_a_line(record: &TorrentRecord) -> String {
    let tenths = text::percent(record).map(|percent| format!(" {}%", percent / 10 * 10));
    let reason = record
        .reason
        .as_deref()
        .filter(|_| record.state == State::Failed);
    let reason = reason
        .map(|reason| format!(": {}", text::clean(reason)))
        .unwrap_or_default();
    format!(
        "{}  {}{}  {}{reason}",
        text::short(record),
        text::state(record),
        tenths.unwrap_or_default(),
        text::clean(&record.name)
    )
}

#[cfg(test)]
mod tests {
    use torrent::{Source, Timestamp};

    use super::*;

    const LOOK: Look = Look {
        width: Some(60),
        colours: true,
    };

    fn records(count: usize) -> Vec<TorrentRecord> {
        let record = |number: usize| {
            let name = format!("number {number} \u{1b}[2J").repeat(4);
            let infohash = Infohash::v1(name.as_bytes());
            TorrentRecord::queued(infohash, name, Source::File, Timestamp::UNIX_EPOCH)
        };
        (0..count).map(record).collect()
    }

    #[test]
    fn a_frame_fits_the_terminal() {
        let trouble = Failure::unreachable("nobody\u{1b}[31m there".repeat(9));
        for (count, rows, lines, last) in [
            (0, 10, 0, ""),
            (3, 10, 4, "number 2"),
            (7, 10, 8, "number 6"),
            (8, 10, 9, "and 1 more"),
            (80, 10, 9, "and 73 more"),
            (80, 1, 3, "and 79 more"),
        ] {
            let frame = frame(&records(count), None, rows, LOOK);
            assert_eq!(frame.len(), lines, "{count} in {rows}");
            assert!(
                frame.last().is_none_or(|line| line.contains(last)),
                "{frame:?}"
            );
        }
        for line in frame(&records(8), Some(&trouble), 10, LOOK) {
            let shown = plain(&line);
            assert!(console::measure_text_width(&shown) <= 60, "{shown:?}");
            assert!(!shown.contains('\u{1b}'), "{shown:?}");
        }
    }

    #[test]
    fn colours_take_no_room() {
        assert_eq!(plain("a\u{1b}[38;5;10mgreen\u{1b}[39m b"), "agreen b");
        assert_eq!(plain("plain"), "plain");
    }
}
