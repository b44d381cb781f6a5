use std::cell::Cell;
use std::time::Duration;

use indicatif::{MultiProgress, ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::text;

/// How far the files are, for a person at a terminal; for nobody else anything is drawn.
pub(crate) struct Progress {
    screen: MultiProgress,
    total: ProgressBar,
}

impl Progress {
    /// Of `files` files with `bytes` bytes together.
    pub(crate) fn new(shown: bool, files: usize, bytes: u64) -> Self {
        let target = if shown {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let screen = MultiProgress::with_draw_target(target);
        let total = screen.add(ProgressBar::new(bytes));
        total.set_style(style(
            "{bar:24} {bytes:>11} of {total_bytes:<11} {binary_bytes_per_sec:>13}  {wide_msg}",
        ));
        total.set_message(text::count(files as u64, "file"));
        total.enable_steady_tick(Duration::from_millis(200));
        Self { screen, total }
    }

    /// A bar for one file, gone when it is dropped.
    pub(crate) fn file(&self, path: &str, size_bytes: u64) -> FileBar<'_> {
        let bar = self
            .screen
            .insert_before(&self.total, ProgressBar::new(size_bytes));
        bar.set_style(style(
            "{bar:24} {bytes:>11} of {total_bytes:<11} {wide_msg}",
        ));
        let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
        bar.set_message(text::clean(name));
        FileBar {
            all: self,
            bar,
            counted: Cell::new(0),
        }
    }

    /// Does something that writes to the terminal, out of the bars' way.
    pub(crate) fn aside(&self, write: impl FnOnce()) {
        self.screen.suspend(write);
    }

    pub(crate) fn finish(&self) {
        self.total.finish_and_clear();
    }
}

/// One file's bar.
pub(crate) struct FileBar<'a> {
    all: &'a Progress,
    bar: ProgressBar,
    counted: Cell<u64>,
}

impl FileBar<'_> {
    /// There are so many bytes now; it may start again and have fewer.
    pub(crate) fn at(&self, bytes: u64) {
        let before = self.counted.replace(bytes);
        if bytes >= before {
            self.all.total.inc(bytes - before);
        } else {
            self.all.total.dec(before - bytes);
        }
        self.bar.set_position(bytes);
    }
}

impl Drop for FileBar<'_> {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
        self.all.screen.remove(&self.bar);
    }
}

fn style(template: &str) -> ProgressStyle {
    ProgressStyle::with_template(template)
        .expect("the template is a constant")
        .progress_chars("━╸─")
}
