use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use rustix::time::{ClockId, clock_gettime};

/// Where the time of a transfer goes, so that one sees which limit is met: the disk, one core, or the network.
#[derive(Debug, Default)]
pub(crate) struct Spent {
    reading: Clock,
    hashing: Clock,
    /// All of the scan: what is neither reading nor hashing is waiting for the network.
    scan: Clock,
    scan_cpu: Clock,
}

/// The sum of some durations.
#[derive(Debug, Default)]
struct Clock(AtomicU64);

impl Clock {
    fn add(&self, time: Duration) {
        let nanos = u64::try_from(time.as_nanos()).unwrap_or(u64::MAX);
        self.0.fetch_add(nanos, Ordering::Relaxed);
    }

    fn time(&self) -> Duration {
        Duration::from_nanos(self.0.load(Ordering::Relaxed))
    }

    fn of<T>(&self, work: impl FnOnce() -> T) -> T {
        let start = Instant::now();
        let done = work();
        self.add(start.elapsed());
        done
    }
}

impl Spent {
    pub(crate) fn reading<T>(&self, work: impl FnOnce() -> T) -> T {
        self.reading.of(work)
    }

    pub(crate) fn hashing<T>(&self, work: impl FnOnce() -> T) -> T {
        self.hashing.of(work)
    }

    /// One whole scan, on a thread of its own.
    pub(crate) fn scan<T>(&self, work: impl FnOnce() -> T) -> T {
        let done = self.scan.of(work);
        self.scan_cpu.add(cpu(ClockId::ThreadCPUTime));
        done
    }

    /// Says it. Sending is the CPU time of everything but the scan.
    pub(crate) fn log(&self) {
        let (read, hash) = (self.reading.time(), self.hashing.time());
        let wait = self.scan.time().saturating_sub(read + hash);
        let send = cpu(ClockId::ProcessCPUTime).saturating_sub(self.scan_cpu.time());
        let seconds = |time: Duration| format!("{:.3}", time.as_secs_f64());
        let (read, hash, wait, send) = (seconds(read), seconds(hash), seconds(wait), seconds(send));
        tracing::info!(read_seconds = %read, hash_seconds = %hash, wait_seconds = %wait, send_seconds = %send, "time spent");
    }
}

fn cpu(clock: ClockId) -> Duration {
    let time = clock_gettime(clock);
    // Neither is ever negative.
    Duration::try_from(time).unwrap_or_default()
}
