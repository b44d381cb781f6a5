//! What follows when a torrent is complete: its owner is told; in the end it is removed, or expires.

use std::fs;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use standardwebhooks::Webhook;
use tests::{Delivery, PATIENCE, World};
use ureq::http::{HeaderMap, HeaderName};
use xtask::content::SampleFile;

const FILES: &[SampleFile] = &[
    SampleFile {
        path: "read me + 100% 🎬.txt",
        bytes: 30_000,
    },
    SampleFile {
        path: "more.bin",
        bytes: 200_000,
    },
];

/// Stores a folder of two files; answers its info-hash and where it came from.
fn stored(world: &World, name: &str) -> Result<(String, PathBuf)> {
    let folder = world.sample(name, FILES)?;
    let seeded = world.seed(&folder, |_| ())?;
    let added = world.product.add_file(&fs::read(&seeded.torrent_path)?)?;
    ensure!(added.status == 202, "{added:?}");
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    world.product.wait_until_complete(&infohash, PATIENCE)?;
    Ok((infohash, folder))
}

pub(crate) fn the_webhook_is_told(world: &World) -> Result<()> {
    let (infohash, _) = stored(world, "to be told of")?;
    let tries = world.wait_for("the second try", || {
        let tries = world.receiver.of(&infohash);
        Ok((tries.len() >= 2).then_some(tries))
    })?;
    let answers: Vec<_> = tries.iter().map(|delivery| delivery.answered).collect();
    ensure!(answers == [500, 200], "{tries:?}");
    let pause = tries[1].at - tries[0].at;
    ensure!(
        pause >= Duration::from_secs(4),
        "it was tried again after {pause:?}"
    );
    ensure!(tries[0].body == tries[1].body, "{tries:?}");
    let secret = world.stack().outputs().completed_webhook_secret.clone();
    let secret = world.secret(&secret.context("the stack has a webhook")?)?;
    for delivery in &tries {
        ensure!(
            is_genuine(delivery, &delivery.body, &secret)?,
            "{delivery:?}"
        );
        let other = delivery.body.replace("completed", "forgotten");
        ensure!(!is_genuine(delivery, &other, &secret)?, "{delivery:?}");
    }
    let told: Value = serde_json::from_str(&tries[1].body)?;
    let data = &told["data"];
    let page = format!("complete/{infohash}/index.html");
    ensure!(
        told["type"] == "torrent.completed"
            && told["text"]
                .as_str()
                .is_some_and(|text| text.contains(&page))
            && told["timestamp"] == data["stored_at"]
            && data["infohash"] == infohash.as_str()
            && data["name"] == "to be told of"
            && data["size_bytes"] == 230_000
            && data["file_count"] == 2
            && data["url"].as_str().is_some_and(|url| url.ends_with(&page)),
        "{told}"
    );
    world.wait_for("an empty queue", || {
        Ok((world.queue_depth("CompletedWebhookQueue")? == 0).then_some(()))
    })?;
    ensure!(
        world.queue_depth("CompletedWebhookDeadLetters")? == 0,
        "something was given up"
    );
    ensure!(
        world.receiver.of(&infohash).len() == 2,
        "what was taken is not sent again"
    );
    Ok(())
}

/// Whether the convention's own library takes `body` for what was signed in this try.
fn is_genuine(delivery: &Delivery, body: &str, secret: &str) -> Result<bool> {
    let mut headers = HeaderMap::new();
    for (name, value) in &delivery.headers {
        headers.insert(name.parse::<HeaderName>()?, value.parse()?);
    }
    let webhook = Webhook::new(&format!("whsec_{secret}"))?;
    Ok(webhook.verify(body.as_bytes(), &headers).is_ok())
}

pub(crate) fn nothing_is_left_of_a_removed_torrent(world: &World) -> Result<()> {
    let (infohash, _) = stored(world, "to be removed")?;
    in_library(world, &infohash, true)?;
    ensure!(
        world.keys(&format!("files/{infohash}/"))?.len() == 2,
        "two files are stored"
    );
    // As an agent leaves it that is in the middle of a large file.
    let bucket = world.stack().outputs().files_bucket.clone();
    let key = format!("files/{infohash}/to be removed/late.bin");
    let start = [
        "s3api",
        "create-multipart-upload",
        "--bucket",
        &bucket,
        "--key",
        &key,
    ];
    world.aws(&start)?;
    ensure!(world.uploads(&infohash)? == 1, "an upload is under way");
    for _ in 0..3 {
        let removed = world.product.delete(&format!("api/torrents/{infohash}"))?;
        ensure!(matches!(removed.status, 202 | 404), "{removed:?}");
    }
    gone(world, &infohash)?;
    let again = world.product.delete(&format!("api/torrents/{infohash}"))?;
    ensure!(again.status == 404, "{again:?}");
    ensure!(
        world.queue_depth("TorrentAddedDeadLetters")? == 0,
        "removing it was given up"
    );
    Ok(())
}

pub(crate) fn an_expired_torrent_is_removed(world: &World) -> Result<()> {
    let (infohash, _) = stored(world, "to expire")?;
    let page = format!("complete/{infohash}/index.html");
    let html = String::from_utf8(world.product.get(&page)?)?;
    ensure!(html.contains("kept until"), "{html}");
    in_library(world, &infohash, true)?;
    // The emulator takes no lifecycle rules from a template, and no time passes in it: what S3 would do is done by
    // hand.
    let bucket = world.stack().outputs().files_bucket.clone();
    let long_ago = SystemTime::now() - Duration::from_hours(40 * 24);
    added_at(world, &infohash, jiff::Timestamp::try_from(long_ago)?)?;
    let manifest = format!("manifests/{infohash}.json");
    world.aws(&[
        "s3api",
        "delete-object",
        "--bucket",
        &bucket,
        "--key",
        &manifest,
    ])?;
    gone(world, &infohash)
}

/// Nothing is left: objects, uploads, pages, record, and its place in the library.
fn gone(world: &World, infohash: &str) -> Result<()> {
    world.wait_for("forgetting it", || {
        let answer = world.product.ask(&format!("api/torrents/{infohash}"))?;
        Ok((answer.status == 404).then_some(()))
    })?;
    for prefix in ["files", "manifests", "torrents"] {
        let keys = world.keys(&format!("{prefix}/{infohash}"))?;
        ensure!(keys.is_empty(), "{keys:?} are still there");
    }
    ensure!(
        world.uploads(infohash)? == 0,
        "an upload is still under way"
    );
    in_library(world, infohash, false)?;
    let site = world.stack().outputs().site_bucket.clone();
    let prefix = format!("complete/{infohash}/");
    let pages = [
        "s3api",
        "list-objects-v2",
        "--bucket",
        &site,
        "--prefix",
        &prefix,
    ];
    let pages = world.aws(&pages)?;
    ensure!(pages["Contents"].is_null(), "{pages}");
    Ok(())
}

/// Waits until the library has the torrent, or has it no more: the page, and the list for programs.
fn in_library(world: &World, infohash: &str, wanted: bool) -> Result<()> {
    world.wait_for("the library", || {
        let html = world.product.get("complete/index.html")?;
        let json = world.product.get("complete/library.json")?;
        let has = |text: Vec<u8>| String::from_utf8(text).map(|text| text.contains(infohash));
        Ok((has(html)? == wanted && has(json)? == wanted).then_some(()))
    })
}

fn added_at(world: &World, infohash: &str, at: jiff::Timestamp) -> Result<()> {
    let table = world.stack().outputs().table.clone();
    let key = json!({ "pk": { "S": format!("torrent#{infohash}") } }).to_string();
    let values = json!({ ":at": { "S": at.to_string() } }).to_string();
    let update = [
        "dynamodb",
        "update-item",
        "--table-name",
        &table,
        "--key",
        &key,
    ];
    let set = ["--update-expression", "SET added_at = :at"];
    let values = ["--expression-attribute-values", &values];
    world.aws(&[&update[..], &set, &values].concat())?;
    Ok(())
}
