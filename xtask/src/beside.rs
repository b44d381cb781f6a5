//! Programs that run side by side, each with its output in a log of its own.

use std::fs;
use std::path::Path;
use std::process::{Command, ExitStatus};
use std::time::{Duration, Instant};

use anyhow::{Context, Result};

use crate::{Process, interrupt, process};

/// A check that is stopped stops what it has started, one after the other.
const GRACE: Duration = Duration::from_secs(50);

/// A program to run.
pub(crate) struct Job {
    pub(crate) name: String,
    pub(crate) command: Command,
}

/// What became of one.
pub(crate) struct Ended {
    pub(crate) name: String,
    pub(crate) status: ExitStatus,
    pub(crate) time: Duration,
    /// All that it printed.
    pub(crate) log: String,
}

/// Runs what `next` has for each lane, one job per lane at a time, until it has nothing more. `ended` is called
/// for each job that has ended; its error ends all others.
///
/// # Errors
/// That of `ended`; when a program does not start; or on Ctrl-C.
pub(crate) fn run(
    lanes: usize,
    logs: &Path,
    mut next: impl FnMut(usize) -> Option<Job>,
    mut ended: impl FnMut(Ended) -> Result<()>,
) -> Result<()> {
    let mut running: Vec<Option<(String, Process, Instant)>> = Vec::new();
    running.resize_with(lanes, || None);
    loop {
        for (lane, slot) in running.iter_mut().enumerate() {
            if let Some((_, process, _)) = slot
                && process.is_alive()
            {
                continue;
            }
            if let Some((name, mut process, begin)) = slot.take() {
                let status = process.wait()?;
                let log = fs::read(process.log()).context("its log")?;
                let log = String::from_utf8_lossy(&log).into_owned();
                let time = begin.elapsed();
                ended(Ended {
                    name,
                    status,
                    time,
                    log,
                })?;
            }
            if let Some(Job { name, command }) = next(lane) {
                let file = name.replace([' ', ':', '/'], "-");
                process::truncate(&file, logs)?;
                let process = Process::start(&file, command, logs)?.with_grace(GRACE);
                *slot = Some((name, process, Instant::now()));
            }
        }
        if running.iter().all(Option::is_none) {
            return Ok(());
        }
        interrupt::sleep(Duration::from_millis(100))?;
    }
}
