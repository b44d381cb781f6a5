//! `cargo xtask test`: every check there is, the quick ones first.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::sam_local::{self, Outcome};
use crate::steps::say;
use crate::tools::Venv;
use crate::{Process, aws, box_files, browser, clean_box, edge, paths, process, sam, tools};

/// The version of cargo-deny that is installed into `.local/cargo`.
const CARGO_DENY: &str = "0.20.2";

/// How a check is made.
enum Check {
    /// By a program, which succeeds or fails.
    Program(fn() -> Result<Command>),
    /// By a program that runs beside the next check, since both wait most of their time; its output comes at its end.
    Beside(fn() -> Result<Command>),
    /// In here.
    Here(fn() -> Result<Outcome>),
}

use Check::{Beside, Here, Program};

const CHECKS: &[(&str, Check)] = &[
    ("format", Program(|| Ok(cargo("fmt --all --check")))),
    (
        "clippy",
        Program(|| Ok(cargo("clippy --workspace --all-targets -- --deny warnings"))),
    ),
    ("licences and sources of dependencies", Program(deny)),
    ("template: sam validate", Program(sam_validate)),
    ("template: cfn-lint", Program(|| Ok(cfn_lint()))),
    ("template: checkov", Program(checkov)),
    ("box: scripts and versions", Program(box_files::shellcheck)),
    ("box: units", Here(box_files::verify_units)),
    ("page: types", Program(browser::types)),
    ("page: units", Program(browser::unit_tests)),
    ("edge function", Here(edge::check)),
    (
        "unit tests",
        Program(|| Ok(cargo("test --workspace --exclude tests"))),
    ),
    (
        "end-to-end tests",
        Beside(|| Ok(cargo("test --package tests"))),
    ),
    ("browser tests", Here(browser::check)),
    // After the end-to-end tests, which build what it invokes.
    ("sam local invoke", Here(sam_local::check)),
    ("box: installed in a clean Debian", Here(clean_box::check)),
];

/// What takes too long for every run.
const SOAK: &[(&str, Check)] = &[(
    "soak: a hundred kills",
    Program(|| {
        Ok(cargo(
            "test --package torrent2s3-agent --test faults -- --ignored --nocapture",
        ))
    }),
)];

/// Runs all checks, or those whose name contains `only`; the first that fails ends the run. With `soak` these
/// are the long ones, which are not among the others.
///
/// # Errors
/// Names the check that failed; its own output stands above.
pub fn run(only: Option<&str>, soak: bool) -> Result<()> {
    tools::setup()?;
    let start = Instant::now();
    let checks = if soak { SOAK } else { CHECKS };
    let chosen: Vec<_> = checks
        .iter()
        .filter(|(name, _)| only.is_none_or(|part| name.contains(part)))
        .collect();
    if chosen.is_empty() {
        let names: Vec<_> = checks.iter().map(|(name, _)| *name).collect();
        bail!("no check is called that; there are: {}", names.join(", "));
    }
    let mut skipped = 0;
    let mut beside = None;
    for (name, check) in &chosen {
        say(&format!("\n── {name}"));
        let is_last = chosen.last().is_some_and(|(last, _)| last == name);
        // CI has more time than patience with what a busy machine does to a test.
        let alone = is_last || std::env::var("CI").as_deref() == Ok("true");
        if let (Beside(command), false) = (check, alone) {
            beside = Some((name, Running::start(name, command()?)?));
            continue;
        }
        let begin = Instant::now();
        let outcome = make(check).with_context(|| format!("the check `{name}` failed"))?;
        if outcome == Outcome::Skipped {
            skipped += 1;
        }
        tell(name, outcome, begin);
        if let Some((name, running)) = beside.take() {
            let begin = running.begin;
            running
                .join()
                .with_context(|| format!("the check `{name}` failed"))?;
            tell(name, Outcome::Passed, begin);
        }
    }
    let seconds = start.elapsed().as_secs_f64();
    say(&format!("\nall checks made in {seconds:.0} s"));
    println!(
        "{} passed, 0 failed, {skipped} skipped",
        chosen.len() - skipped
    );
    Ok(())
}

fn tell(name: &str, outcome: Outcome, begin: Instant) {
    let word = match outcome {
        Outcome::Passed => "passed",
        Outcome::Skipped => "SKIPPED",
    };
    let seconds = begin.elapsed().as_secs_f64();
    say(&format!("── {name}: {word} after {seconds:.0} s"));
}

/// A check beside another one.
struct Running {
    process: Process,
    begin: Instant,
}

impl Running {
    fn start(name: &str, command: Command) -> Result<Self> {
        let logs = paths::logs().join("checks");
        let name = name.replace(' ', "-");
        process::truncate(&name, &logs)?;
        let process = Process::start(&name, command, &logs)?;
        let log = process.log().display();
        say(&format!("   beside the next one; see {log}"));
        Ok(Self {
            process,
            begin: Instant::now(),
        })
    }

    fn join(mut self) -> Result<()> {
        let status = self.process.wait()?;
        let log = fs::read(self.process.log()).context("its log")?;
        say(&String::from_utf8_lossy(&log));
        if !status.success() {
            bail!("{status}");
        }
        Ok(())
    }
}

fn make(check: &Check) -> Result<Outcome> {
    match check {
        Here(check) => check(),
        Program(command) | Beside(command) => {
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

fn cfn_lint() -> Command {
    let mut command = Command::new(Venv::Aws.program("cfn-lint"));
    command
        .arg("template.yaml")
        .current_dir(paths::root())
        .env("AWS_DEFAULT_REGION", aws::REGION);
    command
}

/// What it may find is in `.checkov.yaml`, with the reasons.
fn checkov() -> Result<Command> {
    tools::install(&[Venv::Checkov])?;
    let mut command = Command::new(Venv::Checkov.program("checkov"));
    command
        .args(["--config-file", ".checkov.yaml"])
        .current_dir(paths::root());
    Ok(command)
}

/// cargo-deny, installed when it is missing. Advisories are left out: their database is fetched from GitHub,
/// which not every machine may reach; `cargo deny check advisories` asks it.
fn deny() -> Result<Command> {
    let root = paths::local().join("cargo");
    let program: PathBuf = root.join(format!("cargo-deny-{CARGO_DENY}"));
    if !program.exists() {
        say("   installing cargo-deny (a few minutes, once)");
        let mut install = cargo("install --quiet --locked --root");
        install
            .arg(&root)
            .arg(format!("cargo-deny@{CARGO_DENY}"))
            .env_remove("CARGO_TARGET_DIR");
        process::run("cargo-deny-install", install, &paths::logs())?;
        fs::rename(root.join("bin/cargo-deny"), &program)
            .context("cargo-deny was not installed")?;
    }
    let mut command = Command::new(program);
    command
        .args(["check", "bans", "licenses", "sources"])
        .current_dir(paths::root());
    Ok(command)
}
