//! What a request costs at the edge: the template's function in njs beside a handler that does nothing.
//!
//! CloudFront stops a function after about 1 ms and says nothing about its machines. So there are instructions too,
//! which depend on neither machine nor load: valgrind counts those of two runs, and the difference is the requests'.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::figures::Figures;
use super::report::{Goal, Report, Row};
use super::trial::{Plan, Trial, interleave};
use crate::steps::step;
use crate::{apt, edge};

const NAME: &str = "edge";
const EDGE: &str = "edge";
const SUBJECTS: [&str; 2] = [EDGE, "empty"];

/// Kinds of `edge/tests/cases.js`; the second half is the most work that CloudFront's limits allow without a proof.
const CASES: [&str; 14] = [
    "public file",
    "session",
    "bearer",
    "share link",
    "share cookie",
    "refused",
    "to sign-in",
    "sign-in",
    "every proof wrong",
    "letters",
    "almost a trick",
    "a session of letters",
    "names",
    "eight spaces",
];

/// Their events are made before and stay in memory.
const TURNS: u32 = 200;
/// Two runs that differ by enough requests to tell theirs from a start's.
const COUNTED: [u32; 2] = [20, 60];

/// Of the 1 ms, on this machine; a slower one at AWS has the rest.
const MICROSECONDS_MAX: f64 = 500.0;
/// Of 2 MB.
const KIB_MAX: f64 = 1024.0;

pub(super) fn run(plan: &Plan<'_>) -> Result<Report> {
    apt::install(&["valgrind"])?;
    let folder = edge::prepare()?;
    let some = if plan.small { 1 } else { CASES.len() };
    let cases = CASES[..some].iter().copied();
    let cases = cases.filter(|case| plan.wants(case));
    let mut rows = Vec::new();
    for case in cases {
        rows.extend(step(&format!("measure {case}"), || {
            measure(plan, &folder, case)
        })?);
    }
    let goals = rows.iter().filter(|row| row.subject == EDGE);
    let goals = goals.flat_map(goals_of).collect();
    let notes =
        vec!["of one request; the instructions of both include making its event".to_owned()];
    Ok(Report { rows, goals, notes })
}

fn measure(plan: &Plan<'_>, folder: &Path, case: &'static str) -> Result<Vec<Row>> {
    let mut trials = Vec::new();
    for subject in SUBJECTS {
        let instructions = instructions(folder, subject, case)?;
        trials.push(Trial {
            case,
            subject,
            measure: Box::new(move || {
                let (microseconds, bytes) = work(folder, subject, case)?;
                Ok(Figures {
                    wall_s: f64::NAN,
                    cpu_s: f64::NAN,
                    peak_rss_mib: f64::NAN,
                    requests: 0,
                    extra: vec![
                        ("instructions", instructions),
                        ("microseconds", microseconds),
                        ("kib", (bytes / 102.4).round() / 10.0),
                    ],
                })
            }),
        });
    }
    interleave(NAME, plan, 1, trials)
}

fn command(folder: &Path, subject: &str, case: &str, turns: u32) -> Command {
    let mut njs = edge::njs(folder, "work.js");
    njs.args([subject, case, &turns.to_string()]);
    njs
}

/// Microseconds and bytes of a request.
fn work(folder: &Path, subject: &str, case: &str) -> Result<(f64, f64)> {
    let output = command(folder, subject, case, TURNS).output()?;
    let text = String::from_utf8(output.stdout)?;
    ensure!(output.status.success(), "{}: {text}", output.status);
    let figures = text.trim().split_once(' ').context("two figures")?;
    Ok((figures.0.parse()?, figures.1.parse()?))
}

/// Of one request, without what njs needs to start.
fn instructions(folder: &Path, subject: &str, case: &str) -> Result<f64> {
    let [few, many] = COUNTED;
    let more = counted(folder, subject, case, many)? - counted(folder, subject, case, few)?;
    Ok((more / f64::from(many - few)).round())
}

fn counted(folder: &Path, subject: &str, case: &str, turns: u32) -> Result<f64> {
    let njs = command(folder, subject, case, turns);
    let mut valgrind = Command::new("valgrind");
    valgrind
        .args(["--tool=callgrind", "--callgrind-out-file=/dev/null"])
        .arg(njs.get_program())
        .args(njs.get_args());
    let output = valgrind.output()?;
    let text = String::from_utf8(output.stderr)?;
    ensure!(output.status.success(), "{}: {text}", output.status);
    let collected = text
        .lines()
        .find_map(|line| line.split("Collected :").nth(1));
    let collected = collected.with_context(|| format!("valgrind counted nothing: {text}"))?;
    Ok(collected.trim().parse()?)
}

fn goals_of(row: &Row) -> [Goal; 2] {
    [("microseconds", MICROSECONDS_MAX), ("kib", KIB_MAX)].map(|(name, most)| {
        let found = row.figures.extra(name);
        Goal {
            case: row.case,
            wanted: format!("{name} at most {most}"),
            found: format!("{found}"),
            met: found <= most,
        }
    })
}
