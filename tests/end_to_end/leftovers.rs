//! What somebody before left behind: an agent that was killed, an earlier version of the page.

use std::fs;
use std::io::Read;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, anyhow, ensure};
use fake_http::{Server, empty};
use http::StatusCode;
use serde_json::Value;
use tests::World;
use torrent::PartPlan;
use xtask::content::SampleFile;
use xtask::paths;

/// The first goes up in two parts.
const FILES: &[SampleFile] = &[
    SampleFile {
        path: "large.bin",
        bytes: 17_000_000,
    },
    SampleFile {
        path: "small.bin",
        bytes: 20_000,
    },
];

/// An agent was killed after the small file and the first part of the large one. It had started another upload before,
/// whose id it never got to know.
pub(crate) fn a_transfer_goes_on(world: &World) -> Result<()> {
    let folder = world.sample("gone on with", FILES)?;
    let seeded = world.seed(&folder, |_| ())?;
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    let key = |name: &str| format!("files/{infohash}/gone on with/{name}");
    let bucket = world.stack().outputs().files_bucket.clone();
    let s3 = |verb: &str, key: &str, more: &[&str]| {
        let object = ["s3api", verb, "--bucket", &bucket, "--key", key];
        let checksum = ["--checksum-algorithm", "CRC32"];
        world.aws(&[&object[..], &checksum, more].concat())
    };
    s3(
        "put-object",
        &key("small.bin"),
        &["--body", text(&folder.join("small.bin"))?],
    )?;
    let start = || -> Result<String> {
        let composite = ["--checksum-type", "COMPOSITE"];
        let started = s3("create-multipart-upload", &key("large.bin"), &composite)?;
        let id = started["UploadId"].as_str().map(str::to_owned);
        id.with_context(|| format!("{started} has no id"))
    };
    let (begun, _lost) = (start()?, start()?);
    let part = world.sample("first part", &[])?.join("part");
    fs::create_dir_all(part.parent().context("it is in a folder")?)?;
    let mut first = Vec::new();
    let large = fs::File::open(folder.join("large.bin"))?;
    large
        .take(PartPlan::PART_BYTES_MIN)
        .read_to_end(&mut first)?;
    fs::write(&part, first)?;
    let number = ["--part-number", "1", "--upload-id", &begun];
    let sent = [&number[..], &["--body", text(&part)?]].concat();
    s3("upload-part", &key("large.bin"), &sent)?;

    let added = world.product.add_file(&fs::read(&seeded.torrent_path)?)?;
    ensure!(added.status == 202, "{added:?}");
    let files = ["gone on with/large.bin", "gone on with/small.bin"];
    world.expect_published(&infohash, &folder, &files)?;
    let left = world.uploads(&infohash)?;
    ensure!(left == 0, "{left} uploads are still under way");
    Ok(())
}

/// What only an earlier version had goes; what others wrote beside it stays.
pub(crate) fn what_an_earlier_version_published_goes(world: &World) -> Result<()> {
    let (files, site) = {
        let stack = world.stack();
        let outputs = stack.outputs();
        (outputs.files_bucket.clone(), outputs.site_bucket.clone())
    };
    let list = world.sample("site.json", &[])?;
    fs::create_dir_all(&list)?;
    let list = list.join("site.json");
    let listed = ["published/site.json", text(&list)?];
    world.aws(
        &[
            &["s3api", "get-object", "--bucket", &files, "--key"],
            &listed[..],
        ]
        .concat(),
    )?;
    let mut names: Vec<String> = serde_json::from_slice(&fs::read(&list)?)?;
    ensure!(names.contains(&"index.html".to_owned()), "{names:?}");
    names.push("earlier.js".to_owned());
    fs::write(&list, serde_json::to_vec(&names)?)?;
    let release = "published/box/releases/00.tar.gz";
    let put = |bucket: &str, key: &str, body: &str| {
        let object = ["s3api", "put-object", "--bucket", bucket, "--key", key];
        world.aws(&[&object[..], &["--body", body]].concat())
    };
    put(&files, "published/site.json", text(&list)?)?;
    put(&files, release, text(&list)?)?;
    put(&site, "earlier.js", text(&list)?)?;
    let has = |page: &str| world.product.get(page).is_ok();
    ensure!(has("earlier.js"), "it is not there");

    let answer = publish(world)?;
    ensure!(answer["Status"] == "SUCCESS", "{answer}");
    let keys = world.keys("published/")?;
    ensure!(!keys.iter().any(|key| key == release), "{keys:?}");
    let releases = keys.iter().filter(|key| key.ends_with(".tar.gz")).count();
    ensure!(releases == 1, "{keys:?}");
    ensure!(
        !has("earlier.js"),
        "an earlier version's file is still there"
    );
    ensure!(
        has("index.html") && has("complete/index.html"),
        "a page is gone"
    );
    Ok(())
}

/// Has the site published as `CloudFormation` does it, and answers what it would be told.
fn publish(world: &World) -> Result<Value> {
    let server = Server::start()?;
    let url = format!("{}/answer", server.url());
    let answer = std::thread::spawn(move || -> Result<Value> {
        let request = server.recv_timeout(Duration::from_mins(1));
        let request = request.context("it did not answer within a minute")?;
        let answer = serde_json::from_slice(request.body())?;
        request.respond(empty(StatusCode::OK));
        Ok(answer)
    });
    let event = fs::read(paths::root().join("events/publish-site-update.json"))?;
    let mut event: Value = serde_json::from_slice(&event)?;
    event["ResponseURL"] = url.into();
    let function = world.physical("PublishSite")?;
    let out = paths::local().join("published.json");
    let command = ["lambda", "invoke", "--function-name", &function];
    let payload = ["--payload", &event.to_string(), text(&out)?];
    let invoked = world.aws(&[&command[..], &payload].concat())?;
    ensure!(invoked["FunctionError"].is_null(), "{invoked}");
    answer
        .join()
        .map_err(|_| anyhow!("whoever waited for the answer gave up"))?
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("the path is not UTF-8")
}
