//! The command line, from adding to the files on a disk.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tempfile::TempDir;
use tests::{Cli, Ended, StallingProxy, World};
use xtask::content::{ALBUM, SampleFile};

fn cli(world: &World) -> Result<Cli> {
    let stack = world.stack();
    Cli::new(&stack.page_url(), stack.owner_token())
}

fn text(path: &Path) -> Result<&str> {
    path.to_str().context("a path of the tests' own")
}

fn succeeded(ended: Ended) -> Result<Ended> {
    ensure!(ended.code == Some(0), "{ended:?}");
    Ok(ended)
}

/// Every file of the album is below `to`, and nothing else.
fn is_the_album(to: &Path, album: &Path) -> Result<()> {
    let name = album.file_name().context("the album has a name")?;
    for file in ALBUM {
        let got = fs::read(to.join(name).join(file.path)).context(file.path)?;
        ensure!(
            got == fs::read(album.join(file.path))?,
            "{} differs",
            file.path
        );
    }
    let found = files_below(to)?;
    ensure!(
        found == ALBUM.len(),
        "{found} files are in {}",
        to.display()
    );
    Ok(())
}

fn files_below(folder: &Path) -> Result<usize> {
    let mut found = 0;
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        found += if path.is_dir() {
            files_below(&path)?
        } else {
            1
        };
    }
    Ok(found)
}

pub(crate) fn add_watch_get(world: &World) -> Result<()> {
    let cli = cli(world)?;
    let album = world.sample("Álbum of the cli", ALBUM)?;
    let song = &[SampleFile {
        path: "cli song.ogg",
        bytes: 500_001,
    }];
    let song = world.sample("cli-song", song)?.join("cli song.ogg");
    let (by_file, by_magnet) = (world.seed(&album, |_| ())?, world.seed(&song, |_| ())?);
    let infohashes = [&by_file, &by_magnet].map(|seeded| seeded.infohash.clone());
    let [Some(album_hash), Some(song_hash)] = &infohashes else {
        bail!("v1 torrents have an info-hash");
    };
    let bad = album.join("read me first.txt");
    let inputs = [text(&bad)?, text(&by_file.torrent_path)?, &by_magnet.magnet];
    let added = cli.run(&[&["add", "--label", "Of the cli", "--json"], &inputs[..]].concat())?;
    ensure!(added.code == Some(4), "one of three is bad: {added:?}");
    let problem = &added.problems()?[0];
    ensure!(
        problem["input"] == inputs[0] && problem["offset"].is_u64(),
        "{problem}"
    );
    let lines = added.json()?;
    let outcome = |line: &Value| (line["outcome"].clone(), line["torrent"]["infohash"].clone());
    ensure!(
        lines.iter().map(outcome).collect::<Vec<_>>()
            == [album_hash, song_hash].map(|infohash| (json!("added"), json!(infohash))),
        "{lines:?}"
    );
    let again = succeeded(cli.run(&["add", inputs[1]])?)?;
    ensure!(again.stdout.starts_with("known  "), "{again:?}");
    expect_listed(&cli, &infohashes.clone().map(Option::unwrap_or_default))?;
    let watched =
        succeeded(cli.run(&["watch", &album_hash[..8], song_hash, "--interval", "0.5"])?)?;
    for infohash in [album_hash, song_hash] {
        let done = format!("{}  complete 100%", &infohash[..8]);
        ensure!(watched.stdout.contains(&done), "{watched:?}");
    }
    expect_shown(&cli, album_hash)?;
    let to = TempDir::new()?;
    let get = ["get", &album_hash[..8], "--to", text(to.path())?];
    let got = cli.json(&get)?;
    ensure!(
        got.len() == ALBUM.len() && got.iter().all(|file| file["outcome"] == "fetched"),
        "{got:?}"
    );
    is_the_album(to.path(), &album)?;
    let again = cli.json(&get)?;
    ensure!(
        again.len() == ALBUM.len() && again.iter().all(|file| file["outcome"] == "present"),
        "{again:?}"
    );
    let said = succeeded(cli.run(&get)?)?;
    ensure!(
        said.stdout.is_empty() && said.stderr.contains("5 files there already"),
        "{said:?}"
    );
    expect_kept_when_removed(world, &cli, album_hash)
}

fn expect_listed(cli: &Cli, infohashes: &[String]) -> Result<()> {
    let mut listed: Vec<_> = cli
        .json(&["list", "--label", "Of the cli"])?
        .iter()
        .map(|record| record["infohash"].as_str().unwrap_or_default().to_owned())
        .collect();
    listed.sort_unstable();
    let mut expected = infohashes.to_vec();
    expected.sort_unstable();
    ensure!(listed == expected, "{listed:?}");
    let table = succeeded(cli.run(&["list", "--label", "Of the cli"])?)?.stdout;
    ensure!(
        table.lines().count() == 3 && table.contains("Álbum of the cli"),
        "{table}"
    );
    ensure!(cli.json(&["list", "--limit", "1"])?.len() == 1);
    Ok(())
}

fn expect_shown(cli: &Cli, infohash: &str) -> Result<()> {
    let shown = succeeded(cli.run(&["show", infohash])?)?.stdout;
    for part in [
        infohash,
        "complete",
        "Of the cli",
        "02 100% & more #2.ogg",
        "stored",
    ] {
        ensure!(shown.contains(part), "no {part:?} in {shown}");
    }
    let record = &cli.json(&["show", infohash])?[0];
    ensure!(
        record["state"] == "complete"
            && record["files"].as_array().map(Vec::len) == Some(ALBUM.len()),
        "{record}"
    );
    Ok(())
}

fn expect_kept_when_removed(world: &World, cli: &Cli, infohash: &str) -> Result<()> {
    succeeded(cli.run(&["remove", "--keep-data", infohash])?)?;
    expect_forgotten(world, cli, infohash)?;
    let kept = world.keys(&format!("files/{infohash}/"))?;
    ensure!(kept.len() == ALBUM.len(), "{kept:?}");
    Ok(())
}

fn expect_forgotten(world: &World, cli: &Cli, infohash: &str) -> Result<()> {
    world.wait_for("forgetting it", || {
        let shown = cli.run(&["show", infohash, "--json"])?;
        let gone = shown.code == Some(5);
        if gone {
            let problem = &shown.problems()?[0];
            ensure!(
                problem["status"] == 404 && problem["input"] == infohash,
                "{problem}"
            );
        }
        Ok(gone.then_some(()))
    })
}

pub(crate) fn control(world: &World) -> Result<()> {
    let cli = cli(world)?;
    let files = &[SampleFile {
        path: "cli slow.bin",
        bytes: 6_000_000,
    }];
    let file = world.sample("cli-slow", files)?.join("cli slow.bin");
    let seeded = world.seed(&file, |request| request.upload_limit = Some(200_000))?;
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    succeeded(cli.run(&["add", text(&seeded.torrent_path)?])?)?;
    let show = || -> Result<Value> {
        let shown = cli.json(&["show", &infohash])?;
        shown.into_iter().next().context("one torrent is shown")
    };
    world.wait_for("downloading", || {
        Ok((show()?["state"] == "downloading").then_some(()))
    })?;
    let nothing = cli.run(&["get", &infohash, "--json"])?;
    ensure!(
        nothing.code == Some(1) && nothing.stdout.is_empty(),
        "{nothing:?}"
    );
    for (verb, paused) in [("pause", true), ("resume", false)] {
        let said = succeeded(cli.run(&[verb, &infohash[..8]])?)?.stdout;
        ensure!(
            said.starts_with(verb) && said.contains("cli slow.bin"),
            "{said}"
        );
        world.wait_for(verb, || {
            Ok((show()?["progress"]["paused"] == paused).then_some(()))
        })?;
        let answered = &cli.json(&[verb, &infohash])?[0];
        ensure!(answered["paused"] == paused, "{answered}");
    }
    let retried = cli.run(&["retry", &infohash, "--json"])?;
    ensure!(
        retried.code == Some(4) && retried.problems()?[0]["status"] == 409,
        "{retried:?}"
    );
    let removed = &cli.json(&["remove", &infohash])?[0];
    ensure!(removed["state"] == "removed", "{removed}");
    expect_forgotten(world, &cli, &infohash)
}

pub(crate) fn an_interrupted_get_goes_on(world: &World) -> Result<()> {
    const BYTES: usize = 9_000_001;
    let files = &[SampleFile {
        path: "cli large.bin",
        bytes: BYTES,
    }];
    let file = world.sample("cli-large", files)?.join("cli large.bin");
    let seeded = world.seed(&file, |_| ())?;
    let infohash = seeded.infohash.context("a v1 torrent has an info-hash")?;
    let cli = cli(world)?;
    succeeded(cli.run(&["add", text(&seeded.torrent_path)?])?)?;
    succeeded(cli.run(&["watch", &infohash, "--interval", "0.5"])?)?;
    let address = world.stack().page_url();
    let (origin, port) = address
        .trim_end_matches('/')
        .rsplit_once(':')
        .context("the address has a port")?;
    let behind = |bytes| -> Result<(Cli, StallingProxy)> {
        let proxy = StallingProxy::start(port.parse()?, bytes)?;
        Ok((cli.at(&format!("{origin}:{}/", proxy.port()))?, proxy))
    };
    let to = TempDir::new()?;
    let get = ["get", &infohash, "--to", text(to.path())?];
    let (slow, _proxy) = behind(4_000_000)?;
    let mut child = slow.start(&get)?;
    let partial = to.path().join(format!(".torrent2s3/{infohash}-0"));
    let stuck = world.wait_for("half a file", || {
        let length = fs::metadata(&partial).map_or(0, |file| file.len());
        Ok((length > 3_900_000).then_some(()))
    });
    child.kill()?;
    child.wait()?;
    stuck?;
    ensure!(
        !to.path().join("cli large.bin").exists(),
        "it is not whole yet"
    );
    let there = fs::metadata(&partial)?.len();
    let (fast, proxy) = behind(usize::MAX)?;
    let start = std::time::Instant::now();
    succeeded(fast.run(&get)?)?;
    ensure!(
        start.elapsed() < Duration::from_secs(30),
        "{:?}",
        start.elapsed()
    );
    let asked = proxy.seen();
    ensure!(
        asked.len() == 1
            && asked[0]
                .to_lowercase()
                .contains(&format!("range: bytes={there}-")),
        "{asked:?}"
    );
    ensure!(
        fs::read(to.path().join("cli large.bin"))? == fs::read(&file)?,
        "it differs"
    );
    ensure!(files_below(to.path())? == 1, "something partial is left");
    Ok(())
}
