//! Ctrl-C as an ordinary error.
//!
//! Children run in process groups of their own, so the terminal's signal reaches only this process.
//! Everything here that waits asks [`check`], the error unwinds, and `Drop` ends the children in order.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, LazyLock};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static STOPPING: LazyLock<Arc<AtomicBool>> = LazyLock::new(Arc::default);

/// Exit status of a command that was interrupted, as shells have it: 128 + SIGINT.
pub const EXIT_STATUS: u8 = 130;

/// The error that [`check`] returns; found with `error.is::<Interrupted>()`.
#[derive(Debug)]
pub struct Interrupted;

impl std::fmt::Display for Interrupted {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("interrupted")
    }
}

impl std::error::Error for Interrupted {}

/// Takes SIGINT, SIGTERM and SIGHUP: the first asks to stop, a second exits at once and leaves the
/// children to the watchdog. For a program's `main` only; without it a signal ends the program as usual.
///
/// # Errors
/// When the operating system refuses a handler.
pub fn install() -> Result<()> {
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        // The order matters: the shutdown looks at the flag before this same signal sets it.
        signal_hook::flag::register_conditional_shutdown(
            signal,
            i32::from(EXIT_STATUS),
            Arc::clone(&STOPPING),
        )
        .and_then(|_| signal_hook::flag::register(signal, Arc::clone(&STOPPING)))
        .with_context(|| format!("cannot handle signal {signal}"))?;
    }
    Ok(())
}

/// Whether a signal has asked this program to stop.
///
/// # Errors
/// [`Interrupted`] from the first signal on.
pub fn check() -> Result<()> {
    if STOPPING.load(Ordering::Relaxed) {
        return Err(Interrupted.into());
    }
    Ok(())
}

/// Sleeps, but not through a signal.
///
/// # Errors
/// [`Interrupted`] within 50 ms of a signal.
pub fn sleep(duration: Duration) -> Result<()> {
    let end = Instant::now() + duration;
    loop {
        check()?;
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(Duration::from_millis(50)));
    }
}
