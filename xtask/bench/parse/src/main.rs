//! Reads a `.torrent` file as one subject does, again and again, and prints how long each time took.
//!
//! `bench-parse SUBJECT FILE TIMES` writes one line of JSON and stays until its stdin ends, so that whoever
//! started it can ask the kernel what it used.

use std::io::{self, Read, Write};
use std::time::Instant;
use std::{env, fs};

use anyhow::{Context, Result, bail};
use librqbit_core::torrent_metainfo::torrent_from_bytes;
use torrent::Metainfo;

/// What a subject found, for the bench to compare.
struct Found {
    infohash: String,
    files: usize,
}

fn main() -> Result<()> {
    let arguments: Vec<_> = env::args().skip(1).collect();
    let [subject, file, times] = arguments.as_slice() else {
        bail!("usage: bench-parse SUBJECT FILE TIMES");
    };
    let bytes = fs::read(file).with_context(|| file.clone())?;
    let times: usize = times.parse().context("TIMES is a number")?;
    let parse = match subject.as_str() {
        "torrent2s3" => torrent2s3,
        "librqbit-core" => librqbit_core,
        "librqbit-core, validated" => librqbit_core_validated,
        other => bail!("no subject {other:?}"),
    };
    let mut seconds = Vec::with_capacity(times);
    let mut found = None;
    for _ in 0..times {
        let (took, what) = parse(&bytes)?;
        seconds.push(took);
        found = Some(what);
    }
    let found = found.context("TIMES is at least 1")?;
    let line = serde_json::json!({
        "seconds": seconds, "infohash": found.infohash, "files": found.files,
    });
    let mut out = io::stdout().lock();
    writeln!(out, "{line}")?;
    out.flush()?;
    io::stdin().read_to_end(&mut Vec::new())?;
    Ok(())
}

/// Seconds from the bytes to the subject's own type; what comes after is not counted.
fn timed<T>(parse: impl FnOnce() -> T) -> (f64, T) {
    let start = Instant::now();
    let value = parse();
    (start.elapsed().as_secs_f64(), value)
}

fn torrent2s3(bytes: &[u8]) -> Result<(f64, Found)> {
    let (took, metainfo) = timed(|| Metainfo::parse(bytes));
    let metainfo = metainfo?;
    let found = Found {
        infohash: metainfo.infohash.to_string(),
        files: metainfo.files.len(),
    };
    Ok((took, found))
}

/// Borrowed names as they stand in the file, and the info-hash: no name is decoded, none is checked.
fn librqbit_core(bytes: &[u8]) -> Result<(f64, Found)> {
    let (took, torrent) = timed(|| torrent_from_bytes(bytes));
    let torrent = torrent?;
    let found = Found {
        infohash: torrent.info_hash.as_string(),
        files: torrent.info.data.files.map_or(1, |files| files.len()),
    };
    Ok((took, found))
}

/// The same with the checks that rqbit makes before it uses a torrent.
fn librqbit_core_validated(bytes: &[u8]) -> Result<(f64, Found)> {
    let (took, validated) = timed(|| -> Result<_> {
        let torrent = torrent_from_bytes(bytes)?;
        Ok((torrent.info_hash, torrent.info.data.validate()?))
    });
    let (infohash, validated) = validated?;
    let found = Found {
        infohash: infohash.as_string(),
        files: validated.iter_file_details().count(),
    };
    Ok((took, found))
}
