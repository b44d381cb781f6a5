use std::hint::black_box;
use std::io::Write;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::time::Instant;

use anyhow::Result;
use sha1::{Digest, Sha1};

use crate::null;

const MIB: usize = 1 << 20;
/// Larger than any cache.
const COPIED: usize = 256 * MIB;
const HASHED: usize = 1024 * MIB;
const SENT: usize = 4096 * MIB;
/// Without optimisation, where the figures say nothing, a part of each is enough.
const PART: usize = if cfg!(debug_assertions) { 64 } else { 1 };

/// Prints as JSON what this machine does at most, in MiB per second: copying memory, SHA-1 on one core, and one
/// TCP connection over loopback whose receiver throws away what it gets, as the null sink does.
pub(crate) fn print() -> Result<()> {
    let limits = serde_json::json!({
        "memcpy_mib_per_s": memcpy(),
        "sha1_mib_per_s": sha1(),
        "loopback_mib_per_s": loopback()?,
    });
    println!("{limits}");
    Ok(())
}

fn memcpy() -> f64 {
    let source = vec![1_u8; COPIED / PART];
    let mut target = vec![0_u8; COPIED / PART];
    best(COPIED / PART, || {
        target.copy_from_slice(black_box(&source));
        black_box(&mut target);
    })
}

fn sha1() -> f64 {
    let block = vec![1_u8; MIB];
    best(HASHED / PART, || {
        let mut sha1 = Sha1::new();
        for _ in 0..HASHED / PART / MIB {
            sha1.update(black_box(&block));
        }
        black_box(sha1.finalize());
    })
}

fn loopback() -> Result<f64> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let mut sender = TcpStream::connect(listener.local_addr()?)?;
    let (receiver, _) = listener.accept()?;
    let received = std::thread::spawn(move || null::discard(&receiver, (SENT / PART) as u64));
    let block = vec![1_u8; MIB];
    let begin = Instant::now();
    for _ in 0..SENT / PART / MIB {
        sender.write_all(&block)?;
    }
    received
        .join()
        .unwrap_or_else(|panic| std::panic::resume_unwind(panic))?;
    Ok(rate(SENT / PART, begin))
}

/// The best of three: what stood in the way of the others is not this machine's limit.
fn best(bytes: usize, mut work: impl FnMut()) -> f64 {
    let rates = (0..3).map(|_| {
        let begin = Instant::now();
        work();
        rate(bytes, begin)
    });
    rates.fold(0.0, f64::max)
}

fn rate(bytes: usize, begin: Instant) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
    let mib = bytes as f64 / MIB as f64;
    mib / begin.elapsed().as_secs_f64()
}
