//! Bad input gets its reason and leaves nothing behind.

use std::fs::{self, File};

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tests::World;
use xtask::product::base64;

pub(crate) fn nothing_is_stored(world: &World) -> Result<()> {
    let before = (world.keys("torrents/")?, world.product.get("api/torrents")?);
    let deep = "ZDQ6aW5mb2Qx".to_owned() + &"bGxs".repeat(70_000);
    let cases = [
        (json!({}), 400),
        (
            json!({"torrent": "ZGU=", "magnet": "magnet:?xt=urn:btih:00"}),
            400,
        ),
        (json!({"file": "ZGU="}), 400),
        (json!({"torrent": "not base64!"}), 422),
        (json!({"torrent": ""}), 422),
        (json!({"torrent": "PGh0bWw+"}), 422),
        (json!({"torrent": "ZGVk"}), 422),
        (json!({"torrent": "ZDQ6aW5mb2RlNDppbmZvZGVl"}), 422),
        (json!({"torrent": deep}), 422),
        (json!({"torrent": "A".repeat(5_700_000)}), 413),
        (json!({"magnet": "magnet:?dn=no-topic"}), 422),
        (json!([1, 2]), 400),
    ];
    for (body, status) in cases {
        let answer = world.product.add(&body)?;
        let shown = body.to_string().chars().take(60).collect::<String>();
        ensure!(answer.status == status, "{shown}: {answer:?}");
        ensure!(
            answer.content_type == "application/problem+json",
            "{shown}: {answer:?}"
        );
        ensure!(
            answer.body["detail"]
                .as_str()
                .is_some_and(|detail| detail.len() > 20),
            "{shown}: {answer:?}"
        );
    }
    let after = (world.keys("torrents/")?, world.product.get("api/torrents")?);
    ensure!(before == after, "something was stored");
    ensure!(
        world.queue_depth("TorrentAddedQueue")? == 0,
        "something was queued"
    );
    Ok(())
}

pub(crate) fn unknown_torrent(world: &World) -> Result<()> {
    let nobody = "0".repeat(40);
    for (infohash, status) in [(nobody.as_str(), 404), ("nonsense", 400)] {
        let path = format!("api/torrents/{infohash}");
        for answer in [
            world.product.ask(&path)?,
            world.product.delete(&path)?,
            world.product.post(&format!("{path}/pause"))?,
            world.product.post(&format!("{path}/retry"))?,
        ] {
            ensure!(answer.status == status, "{infohash}: {answer:?}");
        }
    }
    Ok(())
}

pub(crate) fn unknown_addresses(world: &World) -> Result<()> {
    for (answer, status) in [
        (world.product.ask("api/torrentz")?, 404),
        (world.product.post("api/torrents/x/stop")?, 404),
        (world.product.delete("api/torrents")?, 405),
        (world.product.ask("api/uploads")?, 405),
    ] {
        ensure!(answer.status == status, "{answer:?}");
        ensure!(
            answer.content_type == "application/problem+json",
            "{answer:?}"
        );
    }
    Ok(())
}

/// Of a magnet link nobody knows the size until Deluge has its metainfo.
pub(crate) fn a_magnet_beyond_the_limit(world: &World) -> Result<()> {
    let vast = world.sample("vast", &[])?.join("vast.bin");
    if let Some(folder) = vast.parent() {
        fs::create_dir_all(folder)?;
    }
    // Nothing of it is on disk, and nothing of it is downloaded.
    File::create(&vast)?.set_len(5 << 28)?;
    let seeded = world.seed(&vast, |request| request.upload_limit = Some(50_000))?;
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    let answer = world.product.add(&json!({ "magnet": seeded.magnet }))?;
    ensure!(answer.status == 202, "{answer:?}");
    let record = world.wait_for("giving it up", || {
        let record = world.product.torrent(&infohash)?;
        Ok((record["state"] == "failed").then_some(record))
    })?;
    let reason = record["reason"].as_str().unwrap_or_default();
    ensure!(reason.contains("1342177280 bytes"), "{record}");
    let state = world.stack().deluge().state_dir();
    let state = state.join(format!("{infohash}.torrent"));
    world.wait_for("Deluge without it", || Ok((!state.exists()).then_some(())))?;
    Ok(())
}

/// A limit that is reached has an error of its own, which names the place.
pub(crate) fn beyond_the_limits(world: &World) -> Result<()> {
    let torrent = |info: &str, pieces: usize| {
        let pieces = format!("6:pieces{}:{}", pieces * 20, "x".repeat(pieces * 20));
        base64(format!("d4:infod{info}{pieces}ee").as_bytes())
    };
    let gib = 1_u64 << 30;
    let vast = format!(
        "6:lengthi{}e4:name4:vast12:piece lengthi{}e",
        600 * gib,
        gib / 4
    );
    let names: Vec<_> = (0..100_001)
        .map(|at| format!("d6:lengthi0e4:pathl{}:{at}ee", at.to_string().len()))
        .collect();
    let many = format!(
        "5:filesl{}d6:lengthi1e4:pathl1:xeee4:name4:many12:piece lengthi16384e",
        names.concat()
    );
    let no_length = "4:name4:none12:piece lengthi16384e";
    for (torrent, kind, key) in [
        (torrent(&vast, 2400), "over-total-size", None),
        (torrent(&many, 1), "too-many-files", Some("info")),
        (torrent(no_length, 1), "bad-torrent", Some("info.length")),
    ] {
        let answer = world.product.add(&json!({ "torrent": torrent }))?;
        ensure!(answer.status == 422, "{answer:?}");
        let found = answer.body["type"].as_str().unwrap_or_default();
        ensure!(found.ends_with(kind), "{answer:?}");
        ensure!(answer.body["key"].as_str() == key, "{answer:?}");
        ensure!(answer.body["field"] == "torrent", "{answer:?}");
    }
    Ok(())
}
