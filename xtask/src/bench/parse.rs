//! How long a `.torrent` file of 100,000 files takes to read, beside librqbit-core.
//!
//! librqbit-core's `torrent_from_bytes` hashes `info` and keeps every name as it stands in the file; ours also
//! makes of each a clean path of its own. What librqbit does before it uses a torrent (`validate`) is the
//! third subject. The subjects are a release build of their own, in `xtask/bench/parse`.

use std::fs;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::figures::{Figures, median};
use super::report::{Goal, Report, Row};
use super::trial::{Plan, Trial, interleave};
use super::usage;
use crate::steps::step;
use crate::{Process, paths, process};

const NAME: &str = "parse";
const SUBJECTS: [&str; 3] = ["torrent2s3", "librqbit-core", "librqbit-core, validated"];

const FILES: usize = 100_000;
/// For a run that measures nothing.
const FILES_SMALL: usize = 1_000;
/// Bytes of a piece, as libtorrent would choose them for as much content.
const PIECE_LENGTH: usize = 4 << 20;

/// Reads in one process after the first, which has to get its memory from the kernel.
const REPEATS: usize = 20;

/// What is read how.
struct Case {
    name: &'static str,
    sorted: bool,
    times: usize,
}

const CASES: [Case; 3] = [
    // As a function does it: once in its life.
    Case {
        name: "first",
        sorted: true,
        times: 1,
    },
    Case {
        name: "again",
        sorted: true,
        times: 1 + REPEATS,
    },
    // To see what it costs that a path which is there twice is harder to find; no goal, since the tools that
    // make torrents sort them.
    Case {
        name: "again, unsorted",
        sorted: false,
        times: 1 + REPEATS,
    },
];

pub(super) fn run(plan: &Plan<'_>) -> Result<Report> {
    let dir = paths::local().join("bench").join(NAME);
    let logs = dir.join("logs");
    fs::create_dir_all(&logs)?;
    let program = step("build the parsers", || build(plan.small, &logs))?;
    let files = if plan.small { FILES_SMALL } else { FILES };
    let torrents = [true, false].map(|sorted| (sorted, torrent(files, sorted)));
    let file = |sorted: bool| dir.join(format!("sorted-{sorted}.torrent"));
    for (sorted, bytes) in &torrents {
        fs::write(file(*sorted), bytes)?;
    }
    let mut trials = Vec::new();
    for case in &CASES {
        for subject in SUBJECTS {
            let mut command = Command::new(&program);
            command.arg(subject).arg(file(case.sorted));
            command.arg(case.times.to_string());
            let logs = logs.clone();
            trials.push(Trial {
                case: case.name,
                subject,
                measure: Box::new(move || measure(&command, files, &logs)),
            });
        }
    }
    let rows = step(&format!("measure {} rounds", plan.rounds), || {
        interleave(NAME, plan, 1, trials)
    })?;
    let sorted = CASES.iter().filter(|case| case.sorted);
    let goals = sorted.filter_map(|case| {
        let of = |subject| {
            let row = |row: &&Row| row.case == case.name && row.subject == subject;
            rows.iter().find(row)
        };
        Some(goal(of(SUBJECTS[0])?, of(SUBJECTS[1])?))
    });
    let goals = goals.collect();
    Ok(Report {
        rows,
        goals,
        notes: Vec::new(),
    })
}

fn goal(ours: &Row, theirs: &Row) -> Goal {
    let ratio = ours.figures.wall_s / theirs.figures.wall_s;
    Goal {
        case: ours.case,
        wanted: format!("no longer than {}", theirs.subject),
        found: format!("{ratio:.2} of its time"),
        met: ratio <= 1.0,
    }
}

fn build(small: bool, logs: &Path) -> Result<PathBuf> {
    let target = paths::target().join("bench-parse");
    let mut cargo = process::cargo("build --locked --target-dir");
    cargo
        .arg(&target)
        .args((!small).then_some("--release"))
        .current_dir(paths::root().join("xtask/bench/parse"));
    process::compile("parse-build", cargo, logs)?;
    let profile = if small { "debug" } else { "release" };
    Ok(target.join(profile).join("bench-parse"))
}

/// The line that a subject prints.
#[derive(Deserialize)]
struct Answer {
    seconds: Vec<f64>,
    infohash: String,
    files: usize,
}

fn measure(command: &Command, files: usize, logs: &Path) -> Result<Figures> {
    let mut again = Command::new(command.get_program());
    again.args(command.get_args());
    let (mut process, stdin, stdout) = Process::start_piped("parse", again, logs)?;
    let mut line = String::new();
    BufReader::new(stdout).read_line(&mut line)?;
    let answer: Result<Answer, _> = serde_json::from_str(&line);
    let answer = answer.map_err(|error| process.failure(&format!("answers {line:?} ({error})")))?;
    ensure!(
        answer.files == files && answer.infohash.len() == 40,
        "a wrong answer: {line}"
    );
    let pid = process.pid().context("it waits for the end of its input")?;
    let figures = Figures {
        wall_s: match answer.seconds.as_slice() {
            [first] => *first,
            [_, repeats @ ..] => median(repeats.to_vec()),
            [] => f64::NAN,
        },
        cpu_s: usage::cpu_time(pid)?.as_secs_f64(),
        peak_rss_mib: usage::peak_rss_mib(pid)?,
        ..Figures::default()
    };
    drop(stdin);
    let status = process.wait()?;
    ensure!(status.success(), "{status}");
    Ok(figures)
}

/// A v1 torrent, with 100,000 files of about 4 MB.
fn torrent(files: usize, sorted: bool) -> Vec<u8> {
    let mut order: Vec<_> = (0..files).collect();
    if !sorted {
        // Every number is met, since 61,803 has no divisor in common with their count.
        order = order.iter().map(|n| n * 61_803 % files).collect();
    }
    let length = |number: usize| 100_000 + number;
    let mut bytes = b"d8:announce31:http://tracker.example/announce4:infod5:filesl".to_vec();
    for number in order {
        let (length, folder) = (length(number), number / 1000);
        let entry = format!("d6:lengthi{length}e4:pathl3:{folder:03}8:{number:08}ee");
        bytes.extend_from_slice(entry.as_bytes());
    }
    let total: usize = (0..files).map(length).sum();
    let hashes = total.div_ceil(PIECE_LENGTH) * 20;
    let rest = format!("e4:name5:bench12:piece lengthi{PIECE_LENGTH}e6:pieces{hashes}:");
    bytes.extend_from_slice(rest.as_bytes());
    bytes.resize(bytes.len() + hashes, b'#');
    bytes.extend_from_slice(b"ee");
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_torrents_have_the_same_entries() {
        let (mut sorted, mut unsorted) = (torrent(FILES, true), torrent(FILES, false));
        assert!((4_000_000..4_500_000).contains(&sorted.len()));
        assert_ne!(sorted, unsorted);
        sorted.sort_unstable();
        unsorted.sort_unstable();
        assert_eq!(sorted, unsorted);
    }
}
