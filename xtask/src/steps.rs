//! What a person sees while a command works: a spinner per step, then one line with its time.

use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;
use indicatif::{MultiProgress, ProgressBar, ProgressStyle};

use crate::interrupt::Interrupted;

static SCREEN: LazyLock<MultiProgress> = LazyLock::new(MultiProgress::new);
static START: LazyLock<Instant> = LazyLock::new(Instant::now);
/// What each step took.
static TIMES: Mutex<Vec<(String, Duration)>> = Mutex::new(Vec::new());

/// Since the command began; the first call is the beginning.
pub fn since_start() -> Duration {
    START.elapsed()
}

/// Prints what each step took, and the whole command.
pub fn print_times() {
    let times = TIMES.lock().unwrap_or_else(PoisonError::into_inner);
    say(&format!("\n{:>7}  step", "s"));
    for (what, time) in &*times {
        say(&format!("{:>7.1}  {what}", time.as_secs_f64()));
    }
    say(&format!("{:>7.1}  in all", since_start().as_secs_f64()));
}

fn took(what: &str, time: Duration) {
    let mut times = TIMES.lock().unwrap_or_else(PoisonError::into_inner);
    times.push((what.to_owned(), time));
}

/// The bars on the terminal; add your own here so that lines and bars do not overwrite each other.
#[must_use]
pub fn screen() -> &'static MultiProgress {
    &SCREEN
}

/// Prints a line on standard error, above the spinners.
pub fn say(line: &str) {
    // `println` drops the line when standard error is no terminal.
    if SCREEN.is_hidden() || SCREEN.println(line).is_err() {
        eprintln!("{line}");
    }
}

/// Runs one step of a command and prints what it was and how long it took.
///
/// # Errors
/// The step's own error, after a line that says which step failed.
pub fn step<T>(what: &str, work: impl FnOnce() -> Result<T>) -> Result<T> {
    let spinner = SCREEN.add(ProgressBar::new_spinner());
    spinner.set_style(
        ProgressStyle::with_template("  {spinner} {msg} {elapsed}")
            .unwrap_or_else(|_| ProgressStyle::default_spinner()),
    );
    spinner.set_message(what.to_owned());
    spinner.enable_steady_tick(Duration::from_millis(120));
    let start = Instant::now();
    let result = work();
    spinner.finish_and_clear();
    let mark = match &result {
        Ok(_) => "ok  ",
        Err(error) if error.is::<Interrupted>() => "stop",
        Err(_) => "FAIL",
    };
    took(what, start.elapsed());
    say(&format!(
        "  {mark} {what:<44} {:>7.1} s",
        start.elapsed().as_secs_f64()
    ));
    result
}

/// What a thread's work came to; its panic becomes the caller's.
pub(crate) fn joined<T>(outcome: std::thread::Result<Result<T>>) -> Result<T> {
    outcome.unwrap_or_else(|panic| std::panic::resume_unwind(panic))
}
