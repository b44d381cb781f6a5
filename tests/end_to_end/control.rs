//! What an owner does with a torrent that is there.

use std::fs;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};
use tests::World;
use xtask::content::SampleFile;

const FILES: &[SampleFile] = &[
    SampleFile {
        path: "wanted.txt",
        bytes: 30_000,
    },
    SampleFile {
        path: "unwanted.txt",
        bytes: 50_000,
    },
];

pub(crate) fn only_the_wanted_files(world: &World) -> Result<()> {
    let folder = world.sample("some of it", FILES)?;
    let seeded = world.seed(&folder, |_| ())?;
    let torrent = xtask::product::base64(&fs::read(&seeded.torrent_path)?);
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    let wrong = world
        .product
        .add(&json!({ "torrent": torrent, "files": [7] }))?;
    ensure!(
        wrong.status == 422 && wrong.body["field"] == "files",
        "{wrong:?}"
    );
    // libtorrent sorts a folder's files by name.
    let wish =
        json!({ "torrent": torrent, "files": [1], "name": "My own words", "label": "Texts" });
    let answer = world.product.add(&wish)?;
    ensure!(
        answer.status == 202 && answer.body["size_bytes"] == 30_000,
        "{answer:?}"
    );
    world.expect_published(&infohash, &folder, &["some of it/wanted.txt"])?;
    let shown = world.product.torrent(&infohash)?;
    ensure!(
        shown["name"] == "My own words" && shown["label"] == "Texts",
        "{shown}"
    );
    let stored = |file: &Value| {
        (
            file["wanted"] == true,
            file["stored"] == true,
            file["link"].is_string(),
        )
    };
    let files: Vec<_> = shown["files"]
        .as_array()
        .context("files")?
        .iter()
        .map(stored)
        .collect();
    ensure!(
        files == [(false, false, false), (true, true, true)],
        "{shown}"
    );
    Ok(())
}

pub(crate) fn lists_are_filtered_and_paged(world: &World) -> Result<()> {
    let get = |path: &str| Ok::<_, anyhow::Error>(world.product.ask(path)?.body);
    let labelled = get("api/torrents?label=Texts")?;
    ensure!(
        labelled["torrents"]
            .as_array()
            .is_some_and(|torrents| torrents.len() == 1),
        "{labelled}"
    );
    let all = get("api/torrents?state=complete")?;
    let all = all["torrents"].as_array().context("torrents")?.clone();
    let mut paged = Vec::new();
    let mut path = "api/torrents?state=complete&limit=2".to_owned();
    loop {
        let page = get(&path)?;
        let torrents = page["torrents"].as_array().context("torrents")?;
        ensure!(torrents.len() <= 2, "{page}");
        paged.extend(torrents.iter().cloned());
        let Some(next) = page["next"].as_str() else {
            break;
        };
        path = format!("api/torrents?state=complete&limit=2&cursor={next}");
    }
    ensure!(
        paged == all && all.len() > 4,
        "pages: {paged:?}, all: {all:?}"
    );
    for query in [
        "limit=0",
        "limit=x",
        "state=lost",
        "cursor=x",
        "label=%3Cb%3E",
    ] {
        let answer = world.product.ask(&format!("api/torrents?{query}"))?;
        ensure!(answer.status == 400, "{query}: {answer:?}");
    }
    Ok(())
}

pub(crate) fn pause_resume_remove(world: &World) -> Result<()> {
    let files = &[SampleFile {
        path: "slow.bin",
        bytes: 6_000_000,
    }];
    let file = world.sample("slow", files)?.join("slow.bin");
    let seeded = world.seed(&file, |request| request.upload_limit = Some(200_000))?;
    let added = world.product.add_file(&fs::read(&seeded.torrent_path)?)?;
    ensure!(added.status == 202, "{added:?}");
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    let state = |wanted: &'static str| {
        world.wait_for(wanted, || {
            let record = world.product.torrent(&infohash)?;
            Ok((record["state"] == wanted).then_some(record))
        })
    };
    state("downloading")?;
    for (verb, paused) in [("pause", true), ("resume", false)] {
        let answer = world
            .product
            .post(&format!("api/torrents/{infohash}/{verb}"))?;
        ensure!(
            answer.status == 202 && answer.body["paused"] == paused,
            "{verb}: {answer:?}"
        );
        world.wait_for(verb, || {
            let record = world.product.torrent(&infohash)?;
            Ok((record["progress"]["paused"] == paused).then_some(()))
        })?;
    }
    let retry = world
        .product
        .post(&format!("api/torrents/{infohash}/retry"))?;
    ensure!(
        retry.status == 409,
        "only a failed torrent is tried again: {retry:?}"
    );
    for _ in 0..2 {
        let removed = world.product.delete(&format!("api/torrents/{infohash}"))?;
        ensure!(matches!(removed.status, 202 | 404), "{removed:?}");
    }
    world.wait_for("forgetting it", || {
        let gone = world
            .product
            .torrent(&infohash)
            .is_err_and(|error| error.to_string().contains("404"));
        Ok(gone.then_some(()))
    })?;
    ensure!(
        world.keys(&format!("torrents/{infohash}"))?.is_empty(),
        "its metainfo is still there"
    );
    Ok(())
}

pub(crate) fn a_url_of_this_machine_is_refused(world: &World) -> Result<()> {
    for (url, kind) in [
        ("http://127.0.0.1:8080/a.torrent", "url-forbidden-address"),
        (
            "http://169.254.169.254/latest/meta-data/",
            "url-forbidden-address",
        ),
        ("http://localhost/a.torrent", "url-forbidden-address"),
        ("file:///etc/passwd", "url-forbidden-scheme"),
        ("no address", "url-bad-url"),
    ] {
        let answer = world.product.add(&json!({ "url": url }))?;
        let found = answer.body["type"].as_str().unwrap_or_default();
        ensure!(
            answer.status == 422 && found.ends_with(kind),
            "{url}: {answer:?}"
        );
    }
    Ok(())
}

pub(crate) fn an_upload_is_a_torrent_too(world: &World) -> Result<()> {
    let file = world
        .sample(
            "uploaded",
            &[SampleFile {
                path: "up.bin",
                bytes: 70_000,
            }],
        )?
        .join("up.bin");
    let seeded = world.seed(&file, |_| ())?;
    let start = world.product.post("api/uploads")?;
    ensure!(start.status == 201, "{start:?}");
    let url = start.body["url"]
        .as_str()
        .context("an upload has an address")?;
    world.product.put(
        url,
        "application/x-bittorrent",
        &fs::read(&seeded.torrent_path)?,
    )?;
    let answer = world
        .product
        .add(&json!({ "upload": start.body["upload"] }))?;
    ensure!(answer.status == 202, "{answer:?}");
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    world.expect_published(&infohash, &file, &["up.bin"])?;
    let nothing = json!({ "upload": format!("torrents/upload-{}.torrent", "0".repeat(32)) });
    let answer = world.product.add(&nothing)?;
    ensure!(answer.status == 422, "{answer:?}");
    Ok(())
}
