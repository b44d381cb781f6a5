//! The page in a real browser: `tests/browser` against a stack and a swarm of its own.

mod cinema;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde::Serialize;

use crate::content::{self, ALBUM, SampleFile};
use crate::ministack::SHORT_MINUTE;
use crate::sam_local::Outcome;
use crate::{SeedRequest, Stack, StackOptions, Swarm, TorrentVersion};
use crate::{apt, npm, paths, process};

/// Where Debian installs it.
const CHROMIUM: &str = "/usr/bin/chromium";

/// What somebody seeds: a name by which the tests know it, its files and its kind. The files of tests run side by side:
/// what one expects to be new no other adds.
const SEEDED: &[(&str, &[SampleFile], TorrentVersion)] = &[
    ("album", ALBUM, TorrentVersion::V1),
    ("book", BOOK, TorrentVersion::V2),
    ("film", FILM, TorrentVersion::Hybrid),
    ("song", SONG, TorrentVersion::V1),
    ("poem", POEM, TorrentVersion::V1),
    ("reel", REEL, TorrentVersion::Hybrid),
    ("verse", VERSE, TorrentVersion::V1),
];

const BOOK: &[SampleFile] = &[
    file("chapters/one.txt", 20_000),
    file("chapters/two.txt", 16_384),
    file("cover.jpg", 5),
];
const FILM: &[SampleFile] = &[
    file("film.webm", 70_001),
    file("film.srt", 900),
    file("stills/1.png", 33_000),
];
const SONG: &[SampleFile] = &[file("song.ogg", 50_000)];
const POEM: &[SampleFile] = &[file("poem.txt", 700)];
const REEL: &[SampleFile] = &[file("reel.webm", 60_001), file("reel.srt", 800)];
const VERSE: &[SampleFile] = &[file("verse.txt", 600)];
const RIVER: &[SampleFile] = &[
    file("source.txt", 200_000),
    file("course/mouth.bin", 3 << 20),
];

/// Of the river: in the time it takes, the status page looks again several times.
const RIVER_BYTES_PER_SECOND: u32 = 90_000;

/// What the stack takes, and a magnet link that leads to more.
const TOTAL_GIB_MAX: u32 = 1;
const OCEAN_BYTES: u64 = 5 << 28;

const fn file(path: &'static str, bytes: usize) -> SampleFile {
    SampleFile { path, bytes }
}

/// What the tests are told, as JSON in the file that `BROWSER_WORLD` names.
#[derive(Serialize)]
struct World {
    /// The front page.
    page: String,
    /// The owner's.
    token: String,
    /// Paths of files that would run, if they were let.
    hostile: Vec<String>,
    seeded: BTreeMap<&'static str, SeededTorrent>,
}

#[derive(Serialize)]
struct SeededTorrent {
    torrent: PathBuf,
    infohash: String,
    magnet: String,
}

/// The command that checks the types of the page's and the tests' scripts.
///
/// # Errors
/// When the compiler cannot be installed.
pub fn types() -> Result<Command> {
    let project = project()?;
    let mut tsc = npm::node()?;
    tsc.args(["node_modules/typescript/bin/tsc", "--project", "."])
        .current_dir(project);
    Ok(tsc)
}

/// The command that tests the page's modules without a browser.
///
/// # Errors
/// When there is no Node.
pub fn unit_tests() -> Result<Command> {
    node_test("unit/*.test.js")
}

/// Starts a stack and a swarm and has Chromium use them.
///
/// # Errors
/// When something does not start or a test fails; their output stands above.
pub fn check() -> Result<Outcome> {
    if !Path::new(CHROMIUM).exists() {
        apt::install(&["chromium"]).context("the browser tests need Chromium")?;
    }
    let dir = paths::local().join("browser");
    let logs = paths::logs().join("browser");
    let stack = Stack::start(&StackOptions {
        dir: dir.clone(),
        logs: logs.clone(),
        minute: SHORT_MINUTE,
        retention_days: 30,
        total_gib_max: TOTAL_GIB_MAX,
        ..StackOptions::default()
    })?;
    let mut swarm = Swarm::start(&logs)?;
    let world = World {
        page: stack.page_url(),
        token: stack.owner_token().to_owned(),
        hostile: store_hostile(&stack, &dir.join("hostile"))?,
        seeded: seed(&mut swarm, &dir.join("content"))?,
    };
    let file = dir.join("world.json");
    fs::write(&file, serde_json::to_vec_pretty(&world)?)
        .with_context(|| file.display().to_string())?;
    let mut tests = node_test("*.test.js")?;
    tests.env("BROWSER_WORLD", file).env("CHROMIUM", CHROMIUM);
    let status = process::attached(tests)?;
    if !status.success() {
        bail!("{status}");
    }
    Ok(Outcome::Passed)
}

/// What a torrent may bring: each tries to read the cookie and to call the API.
const HOSTILE: [(&str, &str, &str); 3] = [
    (
        "page.html",
        "text/html",
        "<script>document.title = 'ran'; fetch('/api/torrents'); new Image().src = '/stolen?' + document.cookie</script>\
         <img src=x onerror=\"fetch('/api/torrents')\"><form id=f action=/api/torrents method=post></form><script>f.submit()</script>",
    ),
    (
        "picture.svg",
        "image/svg+xml",
        "<svg xmlns='http://www.w3.org/2000/svg' onload=\"fetch('/api/torrents')\"><script>fetch('/api/torrents')</script></svg>",
    ),
    (
        "page.xhtml",
        "application/xhtml+xml",
        "<html xmlns='http://www.w3.org/1999/xhtml'><head><title>x</title></head><body><script>fetch('/api/torrents')</script></body></html>",
    ),
];

/// Puts them where files of a torrent are, and returns their paths.
fn store_hostile(stack: &Stack, folder: &Path) -> Result<Vec<String>> {
    fs::create_dir_all(folder)?;
    let bucket = &stack.outputs().files_bucket;
    let store = |&(name, content_type, text): &(&str, &str, &str)| {
        let key = format!("files/{}/{name}", "e".repeat(40));
        let file = folder.join(name);
        fs::write(&file, text)?;
        let file = file.to_str().context("the project's path is not UTF-8")?;
        stack.aws().cli(&[
            "s3api",
            "put-object",
            "--bucket",
            bucket,
            "--key",
            &key,
            "--content-type",
            content_type,
            "--body",
            file,
        ])?;
        Ok(key)
    };
    HOSTILE.iter().map(store).collect()
}

/// Some files at a time: their tests share a stack, and often wait for a clock or for Deluge.
fn node_test(files: &str) -> Result<Command> {
    let mut node = npm::node()?;
    node.args(["--test", "--test-concurrency=3", files])
        .current_dir(project()?);
    Ok(node)
}

/// The tests' folder, with what they need installed.
fn project() -> Result<PathBuf> {
    let project = paths::root().join("tests/browser");
    npm::install(&project)?;
    Ok(project)
}

fn seed(swarm: &mut Swarm, folder: &Path) -> Result<BTreeMap<&'static str, SeededTorrent>> {
    if folder.exists() {
        fs::remove_dir_all(folder).context("the last run's content cannot be removed")?;
    }
    let mut seed = |name: &str, content: PathBuf, version, upload_limit| {
        let seeded = swarm.seed(&SeedRequest {
            version,
            upload_limit,
            ..SeedRequest::new(&content, &folder.join(format!("{name}.torrent")))
        })?;
        let infohash = seeded.infohash.as_deref().unwrap_or(seeded.deluge_id());
        Ok::<_, anyhow::Error>(SeededTorrent {
            infohash: infohash.to_owned(),
            torrent: seeded.torrent_path.clone(),
            magnet: seeded.magnet.clone(),
        })
    };
    let mut seeded = BTreeMap::new();
    for &(name, files, version) in SEEDED {
        let content = content::write(&folder.join(format!("The {name}")), files)?;
        seeded.insert(name, seed(name, content, version, None)?);
    }
    let river = content::write(&folder.join("The river"), RIVER)?;
    let slow = Some(RIVER_BYTES_PER_SECOND);
    seeded.insert("river", seed("river", river, TorrentVersion::V1, slow)?);
    let ocean = folder.join("The ocean");
    let file = fs::File::create(&ocean).and_then(|file| file.set_len(OCEAN_BYTES));
    file.with_context(|| ocean.display().to_string())?;
    seeded.insert("ocean", seed("ocean", ocean, TorrentVersion::V1, None)?);
    let cinema = cinema::write(&folder.join("The cinema"))?;
    seeded.insert("cinema", seed("cinema", cinema, TorrentVersion::V1, None)?);
    Ok(seeded)
}
