use std::collections::HashMap;
use std::io::IsTerminal;
use std::thread;
use std::time::{Duration, Instant};

use console::Term;
use torrent::{Infohash, State, TorrentRecord};

use crate::api::{Api, Filter};
use crate::arguments::Watch;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::table::{self, Look};
use crate::text;

/// How long a service that went away is waited for.
const PATIENCE: Duration = Duration::from_mins(2);

/// Shows torrents until nothing more happens with them. Ctrl-C ends it as it ends any program.
pub(super) fn run(api: &Api, output: Output, watch: &Watch) -> Result<Exit, Failure> {
    let named = watch
        .torrents
        .iter()
        .map(|meant| api.infohash(meant).map_err(|failure| failure.of(meant)));
    let mut followed = Followed {
        named: named.collect::<Result<_, _>>()?,
        records: Vec::new(),
        gone: Vec::new(),
    };
    let mut screen = Screen::new(output);
    let mut away: Option<Instant> = None;
    loop {
        match followed.look(api) {
            Ok(()) => {
                away = None;
                screen.show(&followed, None);
                if followed.is_over() {
                    break;
                }
            }
            Err(failure) if failure.exit == Exit::Unreachable && !followed.records.is_empty() => {
                let since = away.get_or_insert_with(Instant::now).elapsed();
                if since > PATIENCE {
                    return Err(failure);
                }
                screen.show(&followed, Some(&failure));
            }
            Err(failure) => return Err(failure),
        }
        thread::sleep(watch.interval);
    }
    if followed.records.is_empty() {
        output.note("nothing to watch: no torrent is on its way");
    }
    Ok(followed.exit())
}

/// The torrents that are watched, the newest first.
struct Followed {
    /// Just these; without any, all that are on their way at some time.
    named: Vec<Infohash>,
    records: Vec<TorrentRecord>,
    /// Named, but not there.
    gone: Vec<Infohash>,
}

impl Followed {
    fn look(&mut self, api: &Api) -> Result<(), Failure> {
        let mut all = Vec::new();
        api.list(&Filter::default(), None, |record| {
            all.push(record);
            true
        })?;
        let before: Vec<_> = self.records.drain(..).collect();
        let followed = |record: &TorrentRecord| {
            if self.named.is_empty() {
                record.state.is_active()
                    || before.iter().any(|known| known.infohash == record.infohash)
            } else {
                self.named.contains(&record.infohash)
            }
        };
        self.records = all.into_iter().filter(followed).collect();
        let known = |infohash: &&Infohash| {
            !self
                .records
                .iter()
                .any(|record| record.infohash == **infohash)
        };
        let were = before
            .iter()
            .map(|record| &record.infohash)
            .chain(&self.named)
            .chain(&self.gone);
        let mut gone: Vec<Infohash> = were.filter(known).copied().collect();
        gone.sort_unstable();
        gone.dedup();
        self.gone = gone;
        Ok(())
    }

    fn is_over(&self) -> bool {
        !self.records.iter().any(|record| record.state.is_active())
    }

    fn exit(&self) -> Exit {
        if self
            .records
            .iter()
            .any(|record| record.state == State::Failed)
        {
            Exit::Failed
        } else if self
            .named
            .iter()
            .any(|infohash| self.gone.contains(infohash))
        {
            Exit::NotFound
        } else {
            Exit::Ok
        }
    }
}

/// Where the torrents are shown: a table that is drawn again in its place on a terminal, elsewhere a line
/// for each change.
struct Screen {
    output: Output,
    terminal: Option<Term>,
    /// The lines of the table that is on the terminal.
    drawn: Vec<String>,
    /// What was last said of a torrent, where lines are written.
    said: HashMap<Infohash, String>,
    warned: bool,
}

impl Screen {
    fn new(output: Output) -> Self {
        let live = !output.json && std::io::stdout().is_terminal();
        Self {
            output,
            terminal: live.then(Term::buffered_stdout),
            drawn: Vec::new(),
            said: HashMap::new(),
            warned: false,
        }
    }

    fn show(&mut self, followed: &Followed, trouble: Option<&Failure>) {
        if self.terminal.is_some() {
            return self.draw(followed, trouble);
        }
        if let Some(failure) = trouble {
            if !std::mem::replace(&mut self.warned, true) {
                self.output
                    .note(&format!("not reachable, trying again: {failure}"));
            }
            return;
        }
        self.warned = false;
        for record in &followed.records {
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

    fn draw(&mut self, followed: &Followed, trouble: Option<&Failure>) {
        let Some(terminal) = &self.terminal else {
            return;
        };
        let (rows, columns) = terminal.size();
        let (rows, columns) = (usize::from(rows), usize::from(columns));
        let mut lines = frame(
            followed,
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
fn frame(followed: &Followed, trouble: Option<&Failure>, rows: usize, look: Look) -> Vec<String> {
    // Header, a line below, and the cursor's own.
    let room = rows.saturating_sub(3).max(1);
    let records = &followed.records;
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
