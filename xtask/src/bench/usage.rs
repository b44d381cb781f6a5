//! What a running process has used so far, from the kernel.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};
use nix::time::ClockId;
use nix::unistd::Pid;

/// User and system time of a process, threads that have ended included. `/proc/PID/stat` counts in
/// hundredths of a second, which is longer than a function's whole start.
pub(super) fn cpu_time(pid: u32) -> Result<Duration> {
    let pid = Pid::from_raw(i32::try_from(pid)?);
    let clock = ClockId::pid_cpu_clock_id(pid).context("the process has no CPU clock")?;
    Ok(clock.now()?.into())
}

/// The most memory that a process ever had resident, in MiB (proc(5), `VmHWM`).
pub(super) fn peak_rss_mib(pid: u32) -> Result<f64> {
    let status = fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kib: f64 = kib
        .with_context(|| format!("no VmHWM for process {pid}"))?
        .parse()?;
    Ok(kib / 1024.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_uses_time_and_memory() {
        let pid = std::process::id();
        let before = cpu_time(pid).unwrap();
        let block = std::hint::black_box(vec![1_u8; 64 << 20]);
        assert_eq!(
            block.iter().map(|byte| u64::from(*byte)).sum::<u64>(),
            64 << 20
        );
        assert!(cpu_time(pid).unwrap() > before);
        assert!(peak_rss_mib(pid).unwrap() > 64.0);
    }
}
