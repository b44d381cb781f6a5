//! Torrents and files in columns.

use comfy_table::{Cell, CellAlignment, Color, ContentArrangement, Table, presets};
use console::measure_text_width;
use torrent::{State, TorrentRecord};

use crate::api::TorrentFile;
use crate::text;

/// How much room there is, and whether colours are welcome.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Look {
    /// Columns of the terminal; without one, nothing is cut.
    pub(crate) width: Option<usize>,
    pub(crate) colours: bool,
}

impl Look {
    /// Of standard output. `NO_COLOR` (no-color.org) is heeded.
    pub(crate) fn of_stdout() -> Self {
        let terminal = console::Term::stdout();
        let width = terminal
            .size_checked()
            .map(|(_, columns)| usize::from(columns));
        Self {
            width: width.filter(|_| terminal.is_term()),
            colours: console::colors_enabled(),
        }
    }
}

/// A name wants so many columns; others give way to it.
const NAME_COLUMNS_MIN: usize = 20;

/// Between two columns.
const GAP: usize = 2;

const TORRENT_COLUMNS: [&str; 8] = [
    "TORRENT", "STATE", "DONE", "SIZE", "RATE", "LEFT", "LABEL", "NAME",
];
const STATE: usize = 1;
const NAME: usize = 7;

/// Left out where there is no room, the first of them first.
const DISPENSABLE: [usize; 4] = [6, 4, 5, 3];

/// One line for each torrent. A column that would be empty is left out.
pub(crate) fn torrents<'a>(
    records: impl IntoIterator<Item = &'a TorrentRecord>,
    look: Look,
) -> String {
    let records: Vec<_> = records.into_iter().collect();
    let mut rows: Vec<[String; 8]> = records.iter().map(|record| torrent_row(record)).collect();
    let filled = |column: &usize| rows.iter().any(|row| !row[*column].is_empty());
    let mut shown: Vec<usize> = (0..TORRENT_COLUMNS.len())
        .filter(|column| *column <= STATE || *column == NAME || filled(column))
        .collect();
    if let Some(width) = look.width {
        let room = make_room(&mut shown, &rows, width);
        cut(rows.iter_mut().map(|row| &mut row[NAME]), room);
    }
    let mut table = empty(look, shown.iter().map(|column| TORRENT_COLUMNS[*column]));
    for (record, row) in records.iter().zip(rows) {
        let mut row = row.map(Some);
        table.add_row(shown.iter().map(|column| {
            let cell = Cell::new(row[*column].take().unwrap_or_default());
            if *column == STATE {
                coloured(cell, record)
            } else {
                cell
            }
        }));
    }
    for (at, column) in shown.iter().enumerate() {
        if (2..=5).contains(column) {
            to_the_right(&mut table, at);
        }
    }
    table.trim_fmt()
}

/// Leaves out what can be spared, until there is room for names: so many columns.
fn make_room(shown: &mut Vec<usize>, rows: &[[String; 8]], width: usize) -> usize {
    let room = |shown: &[usize]| {
        let others = shown.iter().filter(|column| **column != NAME);
        let taken: usize = others
            .map(|at| GAP + widest(TORRENT_COLUMNS[*at], rows.iter().map(|row| &row[*at])))
            .sum();
        width.saturating_sub(taken)
    };
    for column in DISPENSABLE {
        if room(shown) >= NAME_COLUMNS_MIN {
            break;
        }
        shown.retain(|there| *there != column);
    }
    room(shown)
}

fn torrent_row(record: &TorrentRecord) -> [String; 8] {
    let running = record
        .progress
        .as_ref()
        .filter(|_| record.state == State::Downloading && !record.paused);
    let rate = running.and_then(|progress| progress.download_rate);
    let rate = rate.filter(|rate| *rate > 0);
    let left = running.and_then(|progress| progress.eta_seconds);
    let optional = |value: Option<String>| value.unwrap_or_default();
    [
        text::short(record),
        text::state(record).to_owned(),
        optional(text::percent(record).map(|percent| format!("{percent}%"))),
        optional(record.size_bytes.map(text::size)),
        optional(rate.map(|rate| format!("{}/s", text::size(rate)))),
        optional(left.map(text::duration)),
        optional(
            record
                .label
                .as_ref()
                .map(|label| text::clean(label.as_str())),
        ),
        text::clean(&record.name),
    ]
}

const FILE_COLUMNS: [&str; 4] = ["INDEX", "STATE", "SIZE", "PATH"];

/// One line for each file of a torrent.
pub(crate) fn files(files: &[TorrentFile], look: Look) -> String {
    let mut rows: Vec<[String; 4]> = files.iter().map(file_row).collect();
    if let Some(width) = look.width {
        let taken: usize = (0..3)
            .map(|column| GAP + widest(FILE_COLUMNS[column], rows.iter().map(|row| &row[column])))
            .sum();
        cut(
            rows.iter_mut().map(|row| &mut row[3]),
            width.saturating_sub(taken),
        );
    }
    let mut table = empty(look, FILE_COLUMNS);
    for [index, state, size, path] in rows {
        let colour = if state == "stored" {
            Color::Green
        } else {
            Color::Reset
        };
        let state = Cell::new(state).fg(colour);
        table.add_row([Cell::new(index), state, Cell::new(size), Cell::new(path)]);
    }
    to_the_right(&mut table, 0);
    to_the_right(&mut table, 2);
    table.trim_fmt()
}

fn file_row(file: &TorrentFile) -> [String; 4] {
    let state = match (file.stored, file.wanted) {
        (true, _) => "stored",
        (false, true) => "not yet",
        (false, false) => "not wanted",
    };
    [
        file.index.to_string(),
        state.to_owned(),
        text::size(file.size_bytes),
        text::clean(&file.path),
    ]
}

fn empty<'a>(look: Look, header: impl IntoIterator<Item = &'a str>) -> Table {
    let mut table = Table::new();
    table
        .load_style(presets::NOTHING)
        .set_content_arrangement(ContentArrangement::Disabled)
        .set_header(header);
    if look.colours {
        table.enforce_styling();
    } else {
        table.force_no_tty();
    }
    let gap = u16::try_from(GAP).unwrap_or(1);
    for column in table.column_iter_mut() {
        column.set_padding((0, gap));
    }
    table
}

fn to_the_right(table: &mut Table, column: usize) {
    if let Some(column) = table.column_mut(column) {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

fn coloured(cell: Cell, record: &TorrentRecord) -> Cell {
    match record.state {
        State::Complete => cell.fg(Color::Green),
        State::Failed => cell.fg(Color::Red),
        State::Downloading if text::is_stopped(record) => cell.fg(Color::Red),
        State::Downloading | State::Transferring if !record.paused => cell.fg(Color::Cyan),
        State::Queued | State::Downloading | State::Transferring | State::Removed => {
            cell.fg(Color::DarkGrey)
        }
    }
}

fn widest<'a>(header: &str, cells: impl Iterator<Item = &'a String>) -> usize {
    cells
        .map(|cell| measure_text_width(cell))
        .chain([header.len()])
        .max()
        .unwrap_or_default()
}

fn cut<'a>(cells: impl Iterator<Item = &'a mut String>, room: usize) {
    for cell in cells {
        let short = console::truncate_str(cell, room.max(1), "…").into_owned();
        *cell = short;
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use torrent::{Infohash, Source, Timestamp};

    use super::*;

    const PLAIN: Look = Look {
        width: None,
        colours: false,
    };

    fn record(name: &str, state: State) -> TorrentRecord {
        let record = TorrentRecord::queued(
            Infohash::v1(name.as_bytes()),
            name.into(),
            Source::File,
            Timestamp::UNIX_EPOCH,
        );
        TorrentRecord {
            state,
            size_bytes: Some(4 << 20),
            ..record
        }
    }

    #[test]
    fn columns_that_nobody_fills_are_left_out() {
        let text = torrents([&record("One", State::Complete)], PLAIN);
        assert_eq!(
            text.lines()
                .next()
                .unwrap()
                .split_whitespace()
                .collect::<Vec<_>>(),
            ["TORRENT", "STATE", "DONE", "SIZE", "NAME"]
        );
        assert!(text.ends_with("complete  100%  4.0 MiB  One"), "{text}");
    }

    #[test]
    fn names_fill_the_terminal_and_no_more() {
        let mut long = record(&"日本語 long name ".repeat(20), State::Downloading);
        let progress = json!({
            "at": Timestamp::UNIX_EPOCH, "downloaded_bytes": 1 << 20, "download_rate": 2048, "eta_seconds": 90,
        });
        long.progress = serde_json::from_value(progress).unwrap();
        let lines = |width: usize| {
            let look = Look {
                width: Some(width),
                colours: false,
            };
            torrents([&long, &record("short", State::Queued)], look)
        };
        for width in [40, 50, 60, 80, 81, 100, 101] {
            let text = lines(width);
            let widest = text.lines().map(measure_text_width).max().unwrap();
            assert!(
                (width - 1..=width).contains(&widest),
                "{width}: {widest}\n{text}"
            );
            assert!(text.contains("日本"), "{text}");
        }
        assert!(
            lines(90).contains("25%  4.0 MiB  2.0 KiB/s  1 min 30 s  日本"),
            "{}",
            lines(90)
        );
        assert!(!lines(50).contains("KiB/s"), "{}", lines(50));
    }

    #[test]
    fn a_name_has_no_power_over_the_terminal() {
        let text = torrents(
            [&record("a\u{1b}[2Jb\nc\u{202e}d", State::Failed)],
            Look {
                width: Some(80),
                colours: true,
            },
        );
        assert!(text.contains("a\u{fffd}[2Jb\u{fffd}c\u{fffd}d"), "{text:?}");
        assert_eq!(text.lines().count(), 2, "{text:?}");
    }
}
