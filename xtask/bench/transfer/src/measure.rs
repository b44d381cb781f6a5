use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::Instant;

use anyhow::{Context, Result, ensure};
use nix::sys::resource::{UsageWho, getrusage};

/// Runs a program and prints as JSON what it took. Its output goes to `log`, from the start of the file.
///
/// This process has no other child, so what the kernel says of all children is the program's: its CPU time with
/// that of its own children, and the peak of the largest of them.
pub(crate) fn print(log: &Path, program: &OsStr, arguments: &[OsString]) -> Result<()> {
    let log = File::create(log).with_context(|| log.display().to_string())?;
    let mut command = Command::new(program);
    command
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(log.try_clone()?)
        .stderr(log);
    let begin = Instant::now();
    let status = command
        .status()
        .with_context(|| format!("cannot start {}", program.display()))?;
    let wall = begin.elapsed();
    let usage = getrusage(UsageWho::RUSAGE_CHILDREN)?;
    ensure!(status.success(), "{} failed ({status})", program.display());
    let seconds = |time: nix::sys::time::TimeVal| {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52 microseconds")]
        let seconds = time.tv_sec() as f64 + time.tv_usec() as f64 / 1e6;
        seconds
    };
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 KiB")]
    let peak_rss_mib = usage.max_rss() as f64 / 1024.0;
    let report = serde_json::json!({
        "wall_s": wall.as_secs_f64(),
        "cpu_s": seconds(usage.user_time()) + seconds(usage.system_time()),
        "peak_rss_mib": peak_rss_mib,
    });
    println!("{report}");
    Ok(())
}
