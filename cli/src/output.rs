use std::io::{self, ErrorKind, IsTerminal, Write};
use std::sync::atomic::{AtomicBool, Ordering};

use serde::Serialize;

use crate::failure::{Exit, Failure, Tally};
use crate::text;

/// Where results go, and what goes wrong: results to standard output, all else to standard error.
///
/// Nothing a stranger wrote reaches a terminal as it is.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Output {
    pub(crate) json: bool,
}

impl Output {
    pub(crate) const fn new(json: bool) -> Self {
        Self { json }
    }

    /// Whether progress may be drawn: somebody looks, and wants to read it.
    pub(crate) fn draws_progress(self) -> bool {
        !self.json && io::stderr().is_terminal()
    }

    /// One result, in the form that was asked for. `human` may have several lines and is clean already.
    pub(crate) fn result(self, json: &impl Serialize, human: impl FnOnce() -> String) {
        if self.json {
            write_line(io::stdout().lock(), &text::json_line(json));
        } else {
            write_line(io::stdout().lock(), &human());
        }
    }

    /// Says something to a person; a program is not told.
    pub(crate) fn note(self, note: &str) {
        if !self.json {
            write_line(io::stderr().lock(), &text::clean(note));
        }
    }

    /// Says what went wrong.
    pub(crate) fn failure(self, failure: &Failure) {
        let line = if self.json {
            text::json_line(failure)
        } else {
            format!("error: {}", text::clean(&failure.to_string()))
        };
        write_line(io::stderr().lock(), &line);
    }

    /// Does `act` for each input, goes on after a failure, and tells in the end how it went.
    pub(crate) fn each<T>(
        self,
        inputs: impl IntoIterator<Item = T>,
        mut act: impl FnMut(T) -> Result<(), Failure>,
    ) -> Exit {
        let mut tally = Tally::default();
        for input in inputs {
            if let Err(failure) = act(input) {
                self.failure(&failure);
                tally.add(failure.exit);
            }
        }
        tally.exit()
    }
}

/// Writes to standard output what is not for programs or people in particular.
pub(crate) fn write_all(bytes: &[u8]) {
    let mut to = io::stdout().lock();
    done(to.write_all(bytes).and_then(|()| to.flush()));
}

fn write_line(mut to: impl Write, line: &str) {
    done(writeln!(to, "{line}").and_then(|()| to.flush()));
}

/// Whether a command goes on when nobody reads it any more.
static IS_FINISHING: AtomicBool = AtomicBool::new(false);

/// From here on the command ends by itself, whoever still reads it: it has something to tidy up.
pub(crate) fn finish_unread() {
    IS_FINISHING.store(true, Ordering::Relaxed);
}

/// Whoever reads us and stops, as `head` does, has enough; and where nothing can be written nothing can be
/// said about it either.
fn done(outcome: io::Result<()>) {
    match outcome {
        Ok(()) => {}
        Err(_) if IS_FINISHING.load(Ordering::Relaxed) => {}
        Err(error) if error.kind() == ErrorKind::BrokenPipe => std::process::exit(0),
        Err(_) => std::process::exit(1),
    }
}
