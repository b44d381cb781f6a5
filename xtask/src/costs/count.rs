//! Counts what the product asks of AWS, on a local stack.

use std::collections::BTreeMap;
use std::fs;
use std::ops::Range;
use std::time::{Duration, SystemTime};

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::counted::{Asked, Calls, Counted, Idle, Runs, Sample};
use super::owner::Owner;
use crate::content::SampleFile;
use crate::steps::{say, step};
use crate::{Programs, SeedRequest, Stack, StackOptions, Swarm, content, interrupt, paths};

/// Until what a new stack has to do is done, and the status page was made twice.
const SETTLE: Duration = Duration::from_secs(150);
const IDLE_MINUTES: u64 = 5;
/// After the torrent, until the box has removed it and the status page says so.
const TAIL: Duration = Duration::from_mins(1);

const NAMES: [&str; 20] = [
    "01", "02", "03", "04", "05", "06", "07", "08", "09", "10", "11", "12", "13", "14", "15", "16",
    "17", "18", "19", "20",
];

fn files() -> [SampleFile; NAMES.len()] {
    NAMES.map(|path| SampleFile {
        path,
        bytes: 5_000_000,
    })
}

/// Bytes per second: the sample takes as long as fifty times as much does at fifty times this.
const UPLOAD_LIMIT: u32 = 200_000;

/// Runs the stack idle, then with one torrent.
///
/// # Errors
/// When the stack does not come up, the torrent does not arrive, or on Ctrl-C.
pub(super) fn run(build: bool) -> Result<Counted> {
    let dir = paths::local().join("costs");
    let mut stack = Stack::start(&StackOptions {
        dir: dir.join("stack"),
        logs: dir.join("logs"),
        // How long they run is counted too.
        programs: Programs::Sam,
        build,
        ..StackOptions::default()
    })?;
    step("let it settle", || interrupt::sleep(SETTLE))?;
    let idle = Window::begin();
    step("look on while nothing is done", || {
        interrupt::sleep(Duration::from_secs(60 * IDLE_MINUTES))
    })?;
    let idle = idle.end();
    stack.check()?;

    let folder = dir.join("sample");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let sample = content::write(&folder.join("files"), &files())?;
    let mut swarm = Swarm::start(stack.logs())?;
    let seeded = swarm.seed(&SeedRequest {
        upload_limit: Some(UPLOAD_LIMIT),
        ..SeedRequest::new(&sample, &folder.join("sample.torrent"))
    })?;
    let busy = Window::begin();
    let owner = Owner::signed_in(&stack)?;
    let infohash = owner.add(&fs::read(&seeded.torrent_path)?)?;
    step("download a torrent, slowly", || {
        owner.watch_until_complete(&mut stack, &infohash)
    })?;
    let files = NAMES.len() as u64;
    owner.fetch_all(&infohash, files, seeded.size_bytes)?;
    interrupt::sleep(TAIL)?;
    let busy = busy.end();
    drop(swarm);

    let (idle, torrent) = (asked(&mut stack, &idle)?, asked(&mut stack, &busy)?);
    say("  counted");
    Ok(Counted {
        date: jiff::Zoned::now().date().to_string(),
        idle: Idle {
            minutes: IDLE_MINUTES,
            asked: idle,
        },
        torrent: Sample {
            files,
            size_bytes: seeded.size_bytes,
            // What is left of the last minute is counted as idle as well.
            minutes: busy.end.saturating_sub(busy.start).as_secs() / 60,
            owner: owner.requests(),
            asked: torrent,
        },
    })
}

/// A time, since 1970.
struct Window(Duration);

impl Window {
    fn begin() -> Self {
        Self(now())
    }

    fn end(self) -> Range<Duration> {
        self.0..now()
    }
}

fn now() -> Duration {
    SystemTime::UNIX_EPOCH.elapsed().unwrap_or_default()
}

fn asked(stack: &mut Stack, window: &Range<Duration>) -> Result<Asked> {
    let calls = fs::read_to_string(stack.ministack().calls())?;
    Ok(Asked {
        calls: count_calls(&calls, window)?,
        runs: runs(stack, window)?,
    })
}

/// A line of [`crate::ministack::Ministack::calls`].
#[derive(Deserialize)]
struct Call {
    at: f64,
    role: String,
    action: String,
}

fn count_calls(lines: &str, window: &Range<Duration>) -> Result<Vec<Calls>> {
    let mut counts: BTreeMap<(String, String), u64> = BTreeMap::new();
    for line in lines.lines() {
        let call: Call = serde_json::from_str(line).with_context(|| line.to_owned())?;
        if window.contains(&Duration::try_from_secs_f64(call.at)?) {
            let role = logical(&call.role).to_owned();
            *counts.entry((role, call.action)).or_default() += 1;
        }
    }
    let counts = counts.into_iter();
    Ok(counts
        .map(|((role, action), count)| Calls {
            role,
            action,
            count,
        })
        .collect())
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Function {
    #[serde(rename = "FunctionName")]
    name: String,
    memory_size: u64,
    logging_config: LoggingConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct LoggingConfig {
    log_group: String,
}

/// How often each function ran, by the platform's report lines in its log.
fn runs(stack: &Stack, window: &Range<Duration>) -> Result<Vec<Runs>> {
    let functions: Vec<Function> = stack
        .aws()
        .query(&["lambda", "list-functions"], "Functions")?;
    let mut all = Vec::new();
    for function in functions {
        let [start, end] = [window.start, window.end].map(|time| time.as_millis().to_string());
        let command = [
            "logs",
            "filter-log-events",
            "--log-group-name",
            &function.logging_config.log_group,
            "--start-time",
            &start,
            "--end-time",
            &end,
        ];
        let messages: Vec<String> = stack.aws().query(&command, "events[].message")?;
        // As many as the emulator gives at once.
        ensure!(messages.len() < 10_000, "{} logged too much", function.name);
        let durations: Vec<u64> = messages.iter().filter_map(|line| duration(line)).collect();
        if !durations.is_empty() {
            all.push(Runs {
                function: logical(&function.name).to_owned(),
                memory_mib: function.memory_size,
                count: durations.len() as u64,
                duration_ms: durations.iter().sum(),
                log_bytes: messages.iter().map(|line| line_bytes(line)).sum(),
            });
        }
    }
    all.sort_by(|a, b| a.function.cmp(&b.function));
    Ok(all)
}

/// Of a report line, in milliseconds.
fn duration(line: &str) -> Option<u64> {
    let report = line.strip_prefix("REPORT RequestId: ")?;
    let (_, rest) = report.split_once("\tDuration: ")?;
    rest.split_once(" ms")?.0.parse().ok()
}

/// AWS bills 26 bytes more for each (`PutLogEvents`).
fn line_bytes(line: &str) -> u64 {
    line.len() as u64 + 26
}

/// The template's name in `torrent2s3-local-AddTorrent-1A2B3C`.
fn logical(physical: &str) -> &str {
    physical.rsplit('-').nth(1).unwrap_or(physical)
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::super::assumed::{PART_BYTES, TORRENT_FILES, TORRENT_MB};
    use super::*;

    #[test]
    fn calls_in_the_window_are_counted_by_role_and_action() {
        let line = |at: f64, role: &str, action: &str| {
            format!(
                r#"{{"at": {at}, "role": "torrent2s3-local-{role}-A1B2", "action": "{action}", "resource": "*", "allowed": true}}"#
            )
        };
        let lines = [
            line(9.9, "BoxRole", "s3:PutObject"),
            line(10.0, "BoxRole", "s3:PutObject"),
            line(10.5, "BoxRole", "s3:PutObject"),
            line(11.0, "AddTorrentRole", "s3:PutObject"),
            line(12.0, "BoxRole", "s3:PutObject"),
        ]
        .join("\n");
        let counts = count_calls(&lines, &(Duration::from_secs(10)..Duration::from_secs(12)));
        let counts: Vec<_> = counts
            .unwrap()
            .into_iter()
            .map(|calls| (calls.role, calls.count))
            .collect();
        let expected = [("AddTorrentRole".to_owned(), 1), ("BoxRole".to_owned(), 2)];
        assert_eq!(counts, expected);
    }

    #[test]
    fn a_report_line_tells_how_long_a_run_was() {
        let line =
            "REPORT RequestId: 1-2\tDuration: 45 ms\tBilled Duration: 46 ms\tMemory Size: 256 MB";
        assert_eq!(duration(line), Some(45));
        assert_eq!(duration("END RequestId: 1-2"), None);
    }

    #[test]
    fn the_sample_is_a_fiftieth_of_the_tables_torrent_in_files_that_go_up_in_one_request() {
        let files = files();
        let names: BTreeSet<_> = files.iter().map(|file| file.path).collect();
        assert_eq!(names.len() as u64, TORRENT_FILES);
        assert!(files.iter().all(|file| (file.bytes as u64) < PART_BYTES));
        let bytes: usize = files.iter().map(|file| file.bytes).sum();
        assert_eq!(50 * bytes as u64, TORRENT_MB * 1_000_000);
    }
}
