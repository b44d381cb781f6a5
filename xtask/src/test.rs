//! `cargo xtask test`: every check there is, the quick ones first.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, bail};

use crate::steps::say;
use crate::tools::Venv;
use crate::{aws, paths, process, sam, tools};

/// The version of cargo-deny that is installed into `.local/cargo`.
const CARGO_DENY: &str = "0.20.2";

type Check = (&'static str, fn() -> Result<Command>);

const CHECKS: &[Check] = &[
    ("format", || Ok(cargo(&["fmt", "--all", "--check"]))),
    ("clippy", || {
        Ok(cargo(&[
            "clippy",
            "--workspace",
            "--all-targets",
            "--",
            "-D",
            "warnings",
        ]))
    }),
    ("licences and sources of dependencies", deny),
    ("template: sam validate --lint", || {
        sam::Project::new(paths::root()).sam(&["validate", "--lint"])
    }),
    ("template: cfn-lint", || Ok(cfn_lint())),
    ("unit tests", || {
        Ok(cargo(&["test", "--workspace", "--exclude", "tests"]))
    }),
    ("end-to-end tests", || {
        Ok(cargo(&["test", "--package", "tests"]))
    }),
];

/// Runs all checks, or those whose name contains `only`; the first that fails ends the run.
///
/// # Errors
/// Names the check that failed; its own output stands above.
pub fn run(only: Option<&str>) -> Result<()> {
    tools::setup()?;
    let start = Instant::now();
    let chosen: Vec<_> = CHECKS
        .iter()
        .filter(|(name, _)| only.is_none_or(|part| name.contains(part)))
        .collect();
    if chosen.is_empty() {
        let names: Vec<_> = CHECKS.iter().map(|(name, _)| *name).collect();
        bail!("no check is called that; there are: {}", names.join(", "));
    }
    for (name, command) in &chosen {
        say(&format!("\n── {name}"));
        let check = Instant::now();
        let status = process::attached(command().context(*name)?)?;
        if !status.success() {
            bail!("{name}: failed ({status})");
        }
        say(&format!(
            "── {name}: passed in {:.0} s",
            check.elapsed().as_secs_f64()
        ));
    }
    say(&format!(
        "\nall {} checks passed in {:.0} s",
        chosen.len(),
        start.elapsed().as_secs_f64()
    ));
    Ok(())
}

fn cargo(arguments: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(arguments).current_dir(paths::root());
    command
}

fn cfn_lint() -> Command {
    let mut command = Command::new(Venv::Aws.program("cfn-lint"));
    command
        .arg("template.yaml")
        .current_dir(paths::root())
        .env("AWS_DEFAULT_REGION", aws::REGION);
    command
}

/// cargo-deny, installed when it is missing. Advisories are left out: their database is fetched from GitHub,
/// which not every machine may reach; `cargo deny check advisories` asks it.
fn deny() -> Result<Command> {
    let root = paths::local().join("cargo");
    let program: PathBuf = root.join(format!("cargo-deny-{CARGO_DENY}"));
    if !program.exists() {
        say("   installing cargo-deny (a few minutes, once)");
        let mut install = cargo(&["install", "--quiet", "--locked", "--root"]);
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
        .args(["--offline", "check", "bans", "licenses", "sources"])
        .current_dir(paths::root());
    Ok(command)
}
