use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget};

use crate::output::Output;
use crate::text;

/// A line that says what is waited for, for a person at a terminal; gone when it is dropped.
pub(super) struct Waiting(ProgressBar);

impl Waiting {
    pub(super) fn new(output: Output) -> Self {
        if !output.draws_progress() {
            return Self(ProgressBar::hidden());
        }
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
        bar.enable_steady_tick(Duration::from_millis(200));
        Self(bar)
    }

    pub(super) fn say(&self, what: &str) {
        self.0.set_message(text::clean(what));
    }
}

impl Drop for Waiting {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
