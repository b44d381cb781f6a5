//! A box that is off is an ordinary case.

use std::fs;

use anyhow::{Context, Result, ensure};
use tests::World;
use xtask::Seeded;
use xtask::content::SampleFile;

/// Seeds and adds one small file; answers what was seeded.
fn add(world: &World, name: &'static str) -> Result<(std::path::PathBuf, Seeded)> {
    let file = world
        .sample(
            name,
            &[SampleFile {
                path: name,
                bytes: 300_000,
            }],
        )?
        .join(name);
    let seeded = world.seed(&file, |_| ())?;
    let answer = world.product.add_file(&fs::read(&seeded.torrent_path)?)?;
    ensure!(
        answer.status == 202 && answer.body["state"] == "queued",
        "{answer:?}"
    );
    Ok((file, seeded))
}

pub(crate) fn waits_and_starts(world: &World) -> Result<()> {
    world.stack().deluge().stop();
    let (file, seeded) = add(world, "waits.bin")?;
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    // Longer than one try takes.
    std::thread::sleep(std::time::Duration::from_secs(5));
    let record = world.product.torrent(&infohash)?;
    ensure!(record["state"] == "queued", "{record}");
    world.stack().deluge().restart()?;
    world.expect_published(&infohash, &file, &["waits.bin"])
}

pub(crate) fn fails_at_last(world: &World) -> Result<()> {
    ensure!(
        world.queue_depth("TorrentAddedDeadLetters")? == 0,
        "there are dead letters already"
    );
    world.stack().deluge().stop();
    let (_, seeded) = add(world, "fails.bin")?;
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    let record = world.wait_for("giving up", || {
        let record = world.product.torrent(&infohash)?;
        Ok((record["state"] == "failed").then_some(record))
    })?;
    let reason = record["reason"].as_str().unwrap_or_default();
    ensure!(
        reason.contains("10 tries") && reason.contains("Deluge"),
        "{record}"
    );
    world.wait_for("the dead letter", || {
        Ok((world.queue_depth("TorrentAddedDeadLetters")? == 1).then_some(()))
    })?;
    world.stack().deluge().restart()
}
