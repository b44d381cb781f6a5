//! `cargo xtask demo`: the main job, from a torrent to files that are compared byte for byte.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use indicatif::{ProgressBar, ProgressStyle};
use serde_json::Value;

use crate::product::Product;
use crate::steps::{self, say, screen, step};
use crate::{
    SeedRequest, Seeded, Stack, StackOptions, Swarm, content, local_build, paths, process,
};

/// So slow that one can watch: the sample takes about six seconds.
const UPLOAD_LIMIT: u32 = 800_000;

/// For the whole way of the sample; a cold emulator takes about a minute less.
const PATIENCE: Duration = Duration::from_mins(3);

/// Runs the demo and returns the stack, still up.
///
/// # Errors
/// Names the stage that failed and shows the end of its log.
pub fn run(build: bool) -> Result<Stack> {
    say("torrent2s3: a torrent goes in, a link comes out");
    let stack = Stack::start(&StackOptions {
        build,
        ..StackOptions::default()
    })?;
    let folder = paths::local().join("demo");
    if folder.exists() {
        fs::remove_dir_all(&folder).context("the last demo's files cannot be removed")?;
    }
    let album = content::write(&folder.join("An album for Zoë"), content::ALBUM)?;
    let mut swarm = step("seed a sample torrent", || Swarm::start(stack.logs()))?;
    let seeded = swarm.seed(&SeedRequest {
        upload_limit: Some(UPLOAD_LIMIT),
        ..SeedRequest::new(&album, &folder.join("album.torrent"))
    })?;
    let product = step("sign in", || Product::signed_in(&stack))?;
    let infohash = submit(&product, &seeded)?;
    let start = Instant::now();
    let record = follow(&stack, &product, &infohash)?;
    say(&format!(
        "  ok   stored and published{:>30.1} s",
        start.elapsed().as_secs_f64()
    ));
    let files = step("fetch every link and compare every byte", || {
        compare(&product, &infohash, &album)
    })?;
    summary(&record, files)?;
    examine(&stack)?;
    steps::print_times();
    Ok(stack)
}

/// Has the command line look at everything, and send a torrent of its own the whole way.
fn examine(stack: &Stack) -> Result<()> {
    say("\n  torrent2s3 doctor --try");
    let mut doctor = Command::new(local_build::program("torrent2s3"));
    doctor
        .args(["doctor", "--try"])
        .env("TORRENT2S3_URL", stack.localhost_url())
        .env("TORRENT2S3_TOKEN", stack.owner_token());
    let start = Instant::now();
    let status = process::attached(doctor)?;
    ensure!(
        status.success(),
        "the doctor found something; its lines stand above"
    );
    say(&format!(
        "  ok   examined{:>42.1} s",
        start.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn submit(product: &Product, seeded: &Seeded) -> Result<String> {
    let torrent = fs::read(&seeded.torrent_path)?;
    let answer = step("submit it to POST /api/torrents", || {
        let answer = product.add_file(&torrent)?;
        ensure!(
            answer.status == 202,
            "the API answered {}: {}",
            answer.status,
            answer.body
        );
        Ok(answer)
    })?;
    Ok(answer.body["infohash"]
        .as_str()
        .context("the record has no info-hash")?
        .to_owned())
}

/// Shows how far the torrent is until it is complete.
fn follow(stack: &Stack, product: &Product, infohash: &str) -> Result<Value> {
    let bar = screen().add(ProgressBar::new(0));
    bar.set_style(ProgressStyle::with_template(
        "  {msg:<14} {bar:32} {bytes}/{total_bytes} {elapsed}",
    )?);
    bar.enable_steady_tick(Duration::from_millis(120));
    let mut state = "queued".to_owned();
    let mut entered = Instant::now();
    let mut links = 0;
    let outcome = product.wait_until(
        infohash,
        PATIENCE,
        |record| record["state"] == "complete",
        |record| {
            let now = record["state"].as_str().unwrap_or_default();
            if now != state {
                say(&format!(
                    "       {state:<44} {:>7.1} s",
                    entered.elapsed().as_secs_f64()
                ));
                (state, entered) = (now.to_owned(), Instant::now());
            }
            if now == "downloading" {
                tell_of_links(product, record, &mut links);
            }
            show(&bar, record);
        },
    );
    bar.finish_and_clear();
    outcome.with_context(|| {
        let log = log_of(&state);
        let tail = process::tail(&stack.logs().join(format!("{log}.log")), 25);
        format!("the demo stopped in stage `{state}`; the end of {log}.log:\n{tail}\n")
    })
}

/// Says so when there are more links than before, although the download goes on.
fn tell_of_links(product: &Product, record: &Value, links: &mut usize) {
    let infohash = record["infohash"].as_str().unwrap_or_default();
    // Before the first file is stored there is no page.
    let now = product.links(infohash).unwrap_or_default().len();
    if now > *links {
        let files = &record["file_count"];
        let percent = percent_downloaded(record).map_or_else(String::new, |percent| {
            format!(", {percent:.0} % downloaded")
        });
        say(&format!("       {now} of {files} links are there{percent}"));
        *links = now;
    }
}

#[expect(
    clippy::cast_precision_loss,
    reason = "a percentage is no exact number"
)]
fn percent_downloaded(record: &Value) -> Option<f64> {
    let downloaded = record["progress"]["downloaded_bytes"].as_u64()?;
    let size = record["size_bytes"].as_u64()?;
    Some(100.0 * downloaded as f64 / size.max(1) as f64)
}

fn show(bar: &ProgressBar, record: &Value) {
    let state = record["state"].as_str().unwrap_or_default();
    bar.set_message(state.to_owned());
    bar.set_length(record["size_bytes"].as_u64().unwrap_or_default());
    let downloaded = record["progress"]["downloaded_bytes"]
        .as_u64()
        .unwrap_or_default();
    let stored = record["stored_bytes"].as_u64().unwrap_or_default();
    bar.set_position(if state == "downloading" {
        downloaded
    } else {
        stored
    });
}

/// The process whose log tells most about a stage.
fn log_of(state: &str) -> &'static str {
    match state {
        "downloading" => "deluged",
        "transferring" => "agent",
        _ => "ministack",
    }
}

/// Fetches every link of the complete page and compares it with the file that was seeded.
pub(crate) fn compare(product: &Product, infohash: &str, album: &Path) -> Result<usize> {
    let links = product.links(infohash)?;
    let name = album
        .file_name()
        .and_then(|name| name.to_str())
        .context("the album has a name")?;
    for file in content::ALBUM {
        let path = format!("files/{infohash}/{name}/{}", file.path);
        let link = links.iter().find(|link| percent_decoded(link) == path);
        let link = link.with_context(|| format!("the complete page has no link to {path}"))?;
        let stored = product.get(link)?;
        if stored != fs::read(album.join(file.path))? {
            bail!(
                "{path} differs from the file that was seeded ({} bytes came)",
                stored.len()
            );
        }
    }
    ensure!(
        links.len() == content::ALBUM.len(),
        "the complete page has {} links",
        links.len()
    );
    Ok(links.len())
}

fn percent_decoded(link: &str) -> String {
    percent_encoding::percent_decode_str(link)
        .decode_utf8_lossy()
        .into_owned()
}

/// What each stage took, by the times in the record itself.
fn summary(record: &Value, files: usize) -> Result<()> {
    let seconds = |stage: &str| -> Result<f64> {
        let time = record["since"][stage]
            .as_str()
            .with_context(|| format!("the record has no time for {stage}"))?;
        let time: jiff::Timestamp = time.parse()?;
        Ok(time
            .duration_since(jiff::Timestamp::UNIX_EPOCH)
            .as_secs_f64())
    };
    let stages = ["queued", "downloading", "transferring", "complete"];
    say(&format!(
        "\n  {files} files, {} bytes, all the same",
        record["size_bytes"]
    ));
    for pair in stages.windows(2) {
        say(&format!(
            "  {:<14} {:>6.1} s",
            pair[0],
            seconds(pair[1])? - seconds(pair[0])?
        ));
    }
    say(&format!(
        "  {:<14} {:>6.1} s",
        "in all",
        seconds("complete")? - seconds("queued")?
    ));
    Ok(())
}
