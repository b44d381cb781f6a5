//! `--once`: moves one finished torrent, without Deluge.

use std::collections::HashMap;
use std::io::IsTerminal;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, bail};
use indicatif::{ProgressBar, ProgressStyle};
use torrent::{Metainfo, TORRENT_BYTES_MAX, Timestamp};

use crate::config::Once;
use crate::fault::Fault;
use crate::finish::{store_manifest, store_torrent};
use crate::inventory::Inventory;
use crate::progress::Progress;
use crate::source::{Places, Source};
use crate::transfer::{Transfer, worst};

/// How often what time may help is tried, and how long it is given at first.
const TRIES: u32 = 5;
const PAUSE: Duration = Duration::from_secs(2);

/// Moves the torrent. An error if anything of it is not stored at the end.
pub(crate) async fn once(once: &Once, transfer: &Transfer) -> anyhow::Result<()> {
    let (source, torrent) = read(once)?;
    let source = Arc::new(source);
    let mut torrent = Some(torrent);
    let started_at = Timestamp::now();
    let bar = bar(source.wanted_bytes());
    let mut crc32s = HashMap::new();
    let mut last = Ok(());
    for attempt in 0..TRIES {
        if attempt > 0 {
            tokio::time::sleep(PAUSE * 2_u32.pow(attempt - 1)).await;
        }
        last = Box::pin(attempt_once(
            transfer,
            &source,
            &mut torrent,
            started_at,
            &mut crc32s,
            &bar,
        ))
        .await;
        match &last {
            Err(fault @ Fault::Later(_)) => tracing::warn!(%fault, "it is tried again"),
            _ => break,
        }
    }
    bar.finish_and_clear();
    transfer.spent().log();
    last.with_context(|| format!("{} is not wholly stored", source.metainfo.name))?;
    tracing::info!(infohash = %source.metainfo.infohash, files = crc32s.len(), size_bytes = source.wanted_bytes(), "stored");
    Ok(())
}

async fn attempt_once(
    transfer: &Transfer,
    source: &Arc<Source>,
    torrent: &mut Option<Vec<u8>>,
    started_at: Timestamp,
    crc32s: &mut HashMap<usize, u32>,
    bar: &ProgressBar,
) -> Result<(), Fault> {
    let bucket = transfer.bucket();
    let (inventory, ()) = tokio::try_join!(
        Inventory::take(bucket, source),
        store_torrent(bucket, source.metainfo.infohash, torrent)
    )?;
    let files: Vec<_> = source
        .wanted()
        .filter(|index| !crc32s.contains_key(index))
        .collect();
    let progress = Arc::new(Progress::default());
    let before = bar.position();
    let outcome = {
        let transferring = transfer.files(source, &files, &inventory, &progress, |index| {
            if bar.is_hidden() {
                let file = &source.metainfo.files[index];
                tracing::info!(path = %file.path, size_bytes = file.size_bytes, "file stored");
            }
        });
        tokio::pin!(transferring);
        let mut tick = tokio::time::interval(Duration::from_millis(100));
        loop {
            tokio::select! {
                outcome = &mut transferring => break outcome,
                _ = tick.tick() => bar.set_position(before + progress.stored_bytes()),
            }
        }
    };
    crc32s.extend(outcome.stored);
    if let Some(fault) = worst(outcome.failed.into_values()) {
        return Err(fault);
    }
    store_manifest(bucket, source, crc32s, started_at).await
}

/// The torrent, and its file.
fn read(once: &Once) -> anyhow::Result<(Source, Vec<u8>)> {
    let path = once.torrent.display();
    let size = std::fs::metadata(&once.torrent).with_context(|| path.to_string())?;
    if size.len() > TORRENT_BYTES_MAX as u64 {
        bail!("{path} has {} bytes: it is no torrent file", size.len());
    }
    let bytes = std::fs::read(&once.torrent).with_context(|| path.to_string())?;
    let metainfo = Metainfo::parse(&bytes).with_context(|| path.to_string())?;
    let hashes = metainfo
        .piece_hashes(&bytes)
        .with_context(|| path.to_string())?;
    let source = Source {
        metainfo,
        hashes,
        places: Places::below(&once.dir),
        wanted: Vec::new(),
    };
    Ok((source, bytes))
}

/// A bar on a terminal; hidden elsewhere.
fn bar(total_bytes: u64) -> ProgressBar {
    if !std::io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let template = "{wide_bar} {bytes}/{total_bytes} {bytes_per_sec} {eta}";
    let bar = ProgressBar::new(total_bytes);
    match ProgressStyle::with_template(template) {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}
