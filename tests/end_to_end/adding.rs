//! What a caller adds comes out, whatever kind of torrent it is.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::{Value, json};
use tests::World;
use xtask::TorrentVersion;
use xtask::content::{ALBUM, SampleFile};
use xtask::product::base64;

const SONG: &[SampleFile] = &[SampleFile {
    path: "sóng one.ogg",
    bytes: 700_001,
}];

pub(crate) fn a_folder_by_file(world: &World) -> Result<()> {
    let album = world.sample("Das Älbum", ALBUM)?;
    let seeded = world.seed(&album, |_| ())?;
    let answer = world.product.add_file(&fs::read(&seeded.torrent_path)?)?;
    ensure!(answer.status == 202, "{answer:?}");
    ensure!(
        answer.body["state"] == "queued" && answer.body["name"] == "Das Älbum",
        "{answer:?}"
    );
    ensure!(answer.body["file_count"] == ALBUM.len(), "{answer:?}");
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    let files: Vec<_> = ALBUM
        .iter()
        .map(|file| format!("Das Älbum/{}", file.path))
        .collect();
    world.expect_published(
        &infohash,
        &album,
        &files.iter().map(String::as_str).collect::<Vec<_>>(),
    )?;
    let record = world.product.torrent(&infohash)?;
    ensure!(record["stored_bytes"] == record["size_bytes"], "{record}");
    for stage in ["queued", "downloading", "transferring", "complete"] {
        ensure!(
            record["since"][stage].is_string(),
            "no time for {stage}: {record}"
        );
    }
    Ok(())
}

pub(crate) fn a_single_file_by_magnet(world: &World) -> Result<()> {
    let song = world.sample("by-magnet", SONG)?.join("sóng one.ogg");
    let seeded = world.seed(&song, |_| ())?;
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    let answer = world.product.add(&json!({ "magnet": seeded.magnet }))?;
    ensure!(
        answer.status == 202 && answer.body["infohash"] == infohash,
        "{answer:?}"
    );
    ensure!(
        answer.body["size_bytes"].is_null(),
        "nobody knows its size yet: {answer:?}"
    );
    world.expect_published(&infohash, &song, &["sóng one.ogg"])?;
    let metainfo = world.keys(&format!("torrents/{infohash}"))?;
    ensure!(
        metainfo.len() == 1,
        "a magnet's metainfo is stored once it is known: {metainfo:?}"
    );
    Ok(())
}

pub(crate) fn v2_and_hybrid(world: &World) -> Result<()> {
    for (version, name) in [
        (TorrentVersion::V2, "Only v2"),
        (TorrentVersion::Hybrid, "Both of them"),
    ] {
        let album = world.sample(name, ALBUM)?;
        let seeded = world.seed(&album, |request| request.version = version)?;
        let answer = world.product.add_file(&fs::read(&seeded.torrent_path)?)?;
        ensure!(answer.status == 202, "{name}: {answer:?}");
        let infohash = answer.body["infohash"]
            .as_str()
            .context("a record has an info-hash")?;
        let v1 = seeded.infohash.as_deref();
        ensure!(
            infohash == v1.unwrap_or(seeded.deluge_id()),
            "{name}: {infohash} is not {seeded:?}"
        );
        let files: Vec<_> = ALBUM
            .iter()
            .map(|file| format!("{name}/{}", file.path))
            .collect();
        world.expect_published(
            infohash,
            &album,
            &files.iter().map(String::as_str).collect::<Vec<_>>(),
        )?;
    }
    Ok(())
}

pub(crate) fn a_large_file(world: &World) -> Result<()> {
    let files = &[SampleFile {
        path: "40 MB.bin",
        bytes: 40_000_001,
    }];
    let large = world.sample("large", files)?.join("40 MB.bin");
    let seeded = world.seed(&large, |_| ())?;
    ensure!(
        world
            .product
            .add_file(&fs::read(&seeded.torrent_path)?)?
            .status
            == 202
    );
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    world.expect_published(&infohash, &large, &["40 MB.bin"])
}

/// Nobody waits for the last file to have the first.
pub(crate) fn links_before_the_end(world: &World) -> Result<()> {
    const NAMES: [&str; 8] = ["1", "2", "3", "4", "5", "6", "7", "8"];
    let mut files: Vec<_> = NAMES
        .into_iter()
        .map(|path| SampleFile {
            path,
            bytes: 20_000,
        })
        .collect();
    files.push(SampleFile {
        path: "the large one",
        bytes: 7_000_000,
    });
    let folder = world.sample("by and by", &files)?;
    let seeded = world.seed(&folder, |request| request.upload_limit = Some(400_000))?;
    let answer = world.product.add_file(&fs::read(&seeded.torrent_path)?)?;
    ensure!(answer.status == 202, "{answer:?}");
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    let link = world.wait_for("a link while the rest is downloading", || {
        // Before the first file is stored there is no page.
        let links = world.product.links(&infohash).unwrap_or_default();
        let state = world.product.torrent(&infohash)?["state"].clone();
        ensure!(
            !links.is_empty() || state == "queued" || state == "downloading",
            "{state}, and there was no link before"
        );
        Ok((state == "downloading")
            .then(|| links.into_iter().next())
            .flatten())
    })?;
    let name = link.rsplit('/').next().context("a link has a name")?;
    ensure!(
        world.product.get(&link)? == fs::read(folder.join(name))?,
        "{link} differs"
    );
    let files: Vec<_> = files
        .iter()
        .map(|file| format!("by and by/{}", file.path))
        .collect();
    let files: Vec<_> = files.iter().map(String::as_str).collect();
    world.expect_published(&infohash, &folder, &files)
}

pub(crate) fn the_same_twice(world: &World) -> Result<()> {
    let song = world
        .sample(
            "twice",
            &[SampleFile {
                path: "twice.ogg",
                bytes: 400_000,
            }],
        )?
        .join("twice.ogg");
    let seeded = world.seed(&song, |_| ())?;
    let torrent = fs::read(&seeded.torrent_path)?;
    let first = world.product.add_file(&torrent)?;
    let again = world.product.add_file(&torrent)?;
    ensure!(
        (first.status, again.status) == (202, 200),
        "{first:?} {again:?}"
    );
    ensure!(
        first.body["added_at"] == again.body["added_at"],
        "{first:?} {again:?}"
    );
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    world.expect_published(&infohash, &song, &["twice.ogg"])?;
    let later = world.product.add(&json!({ "magnet": seeded.magnet }))?;
    ensure!(
        later.status == 200 && later.body["state"] == "complete",
        "{later:?}"
    );
    let listed = world.product.get("api/torrents")?;
    let listed: Value = serde_json::from_slice(&listed)?;
    let torrents = listed["torrents"]
        .as_array()
        .context("a list of torrents")?;
    ensure!(
        torrents
            .iter()
            .filter(|torrent| torrent["infohash"] == infohash)
            .count()
            == 1,
        "{listed}"
    );
    Ok(())
}

/// One record, one torrent in Deluge, and no message left over.
pub(crate) fn a_hundred_at_once(world: &World) -> Result<()> {
    let files = &[SampleFile {
        path: "hundred.ogg",
        bytes: 500_000,
    }];
    let song = world.sample("hundred", files)?.join("hundred.ogg");
    // Slow enough to be seen in Deluge.
    let seeded = world.seed(&song, |request| request.upload_limit = Some(100_000))?;
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    // Deluge keeps a `.torrent` of each torrent that it has. Complete ones go meanwhile.
    let in_deluge = || -> Result<BTreeSet<_>> {
        let folder = fs::read_dir(world.stack().deluge().state_dir())?;
        let torrents = folder
            .map(|entry| Ok(entry?.path()))
            .collect::<Result<BTreeSet<_>>>()?;
        Ok(torrents
            .into_iter()
            .filter(|path| path.extension().is_some_and(|end| end == "torrent"))
            .collect())
    };
    let before = in_deluge()?;
    let wish = json!({ "torrent": base64(&fs::read(&seeded.torrent_path)?) });
    let answers = std::thread::scope(|scope| {
        let calls: Vec<_> = (0..100)
            .map(|_| scope.spawn(|| world.product.add(&wish)))
            .collect();
        calls
            .into_iter()
            .map(|call| call.join().map_err(|_| anyhow!("a call panicked"))?)
            .collect::<Result<Vec<_>>>()
    })?;
    let count = |status: u16| {
        answers
            .iter()
            .filter(|answer| answer.status == status)
            .count()
    };
    ensure!((count(202), count(200)) == (1, 99), "{answers:?}");
    let added_at = &answers[0].body["added_at"];
    ensure!(
        answers
            .iter()
            .all(|answer| answer.body["added_at"] == *added_at),
        "there was more than one record: {answers:?}"
    );
    let new = world.wait_for("a torrent in Deluge", || {
        let new: Vec<_> = in_deluge()?.difference(&before).cloned().collect();
        Ok((!new.is_empty()).then_some(new))
    })?;
    let is_it = |path: &PathBuf| {
        path.file_stem()
            .is_some_and(|stem| stem == infohash.as_str())
    };
    ensure!(new.len() == 1 && is_it(&new[0]), "{new:?} in Deluge");
    world.expect_published(&infohash, &song, &["hundred.ogg"])?;
    world.wait_for("an empty queue", || {
        Ok((world.queue_depth("TorrentAddedQueue")? == 0).then_some(()))
    })?;
    ensure!(
        world.queue_depth("TorrentAddedDeadLetters")? == 0,
        "dead letters"
    );
    Ok(())
}

/// The state of every torrent in an answer, by info-hash.
fn states(answer: &Value) -> Result<BTreeMap<String, String>> {
    let torrents = answer["torrents"]
        .as_array()
        .context("a list of torrents")?;
    let state = |torrent: &Value| {
        let text = |name: &str| torrent[name].as_str().map(str::to_owned);
        text("infohash").zip(text("state")).context("a torrent")
    };
    torrents.iter().map(state).collect()
}

pub(crate) fn the_status_page(world: &World) -> Result<()> {
    let (html, status) = world.wait_for("a status page with every torrent", || {
        // Before the first minute is over there is no page.
        let Ok(json) = world.product.get("status/status.json") else {
            return Ok(None);
        };
        let status: Value = serde_json::from_slice(&json)?;
        let listed: Value = serde_json::from_slice(&world.product.get("api/torrents?limit=100")?)?;
        let shown = states(&status)?;
        let ended = |state: &String| state == "complete" || state == "failed";
        if shown.len() < 6 || !shown.values().all(ended) || shown != states(&listed)? {
            return Ok(None);
        }
        Ok(Some((
            String::from_utf8(world.product.get("status/index.html")?)?,
            status,
        )))
    })?;
    ensure!(html.contains("Das Älbum"), "{html}");
    ensure!(status["workers"][0]["live"] == true, "{status}");
    let text = status.to_string();
    ensure!(
        !text.contains("deluge_url") && !text.contains("magnet:"),
        "{text}"
    );
    Ok(())
}
