//! The workspace's own tests, as `cargo test --workspace` runs them, but two programs at a time.

use std::collections::{BTreeSet, VecDeque};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail, ensure};
use serde::Deserialize;

use crate::beside::{self, Job};
use crate::sam_local::Outcome;
use crate::steps::say;
use crate::{paths, process};

/// They wait about as much as they compute.
const AT_A_TIME: usize = 2;

/// The programs that take longest, which therefore come first.
const SLOWEST: [&str; 4] = ["faults", "libtorrent", "live", "binary"];

/// It takes minutes: not for every change.
const TOO_SLOW: &str = "faults";

/// One program with tests.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Program {
    /// The package's folder, in which its tests run.
    folder: PathBuf,
    package: String,
    /// The name of the library, the program or the file in `tests/`.
    target: String,
    /// `lib`, `bin` or `test`.
    kind: String,
    executable: PathBuf,
}

/// All of them, and the examples in the documentation.
///
/// # Errors
/// Names the programs whose tests failed; what they printed stands above.
pub(crate) fn check() -> Result<Outcome> {
    run(programs()?)?;
    let examples = process::attached(process::cargo("test --workspace --doc --quiet"))?;
    ensure!(examples.success(), "the documentation's examples failed");
    Ok(Outcome::Passed)
}

/// Those that the files in `changed`, paths from the workspace's root, concern: the tests of the packages that they
/// are in, and the unit tests of what depends on these.
///
/// # Errors
/// As [`check`].
pub(crate) fn check_changed(changed: &[String]) -> Result<Outcome> {
    let packages = packages()?;
    let touched = touched(&packages, changed);
    let dependents = with_dependents(&packages, &touched);
    let mut programs = programs()?;
    programs.retain(|program| {
        let is_touched = touched.contains(&program.package);
        program.target != TOO_SLOW
            && (is_touched || dependents.contains(&program.package) && program.kind != "test")
    });
    run(programs)?;
    Ok(Outcome::Passed)
}

fn run(mut programs: Vec<Program>) -> Result<()> {
    let rank = |target: &str| SLOWEST.iter().position(|slow| *slow == target);
    programs.sort_by_key(|program| rank(&program.target).unwrap_or(SLOWEST.len()));
    let mut jobs: VecDeque<Job> = programs.iter().map(job).collect();
    let mut failed = Vec::new();
    beside::run(
        AT_A_TIME,
        &paths::logs().join("unit-tests"),
        |_| jobs.pop_front(),
        |ended| {
            let seconds = ended.time.as_secs_f64();
            if ended.status.success() {
                let count = passed(&ended.log);
                say(&format!("{seconds:>7.1} s  {}: {count} passed", ended.name));
            } else {
                say(&format!(
                    "{}\n{seconds:>7.1} s  {}: FAILED",
                    ended.log, ended.name
                ));
                failed.push(ended.name);
            }
            Ok(())
        },
    )?;
    if !failed.is_empty() {
        bail!("these failed: {}", failed.join(", "));
    }
    Ok(())
}

fn job(program: &Program) -> Job {
    let mut command = Command::new(&program.executable);
    command
        .current_dir(&program.folder)
        .env("CARGO_MANIFEST_DIR", &program.folder);
    Job {
        name: format!("{}: {} {}", program.package, program.kind, program.target),
        command,
    }
}

/// How many tests a program's summary counts.
fn passed(log: &str) -> usize {
    let summary = |line: &str| -> Option<usize> {
        let rest = line.strip_prefix("test result: ok. ")?;
        rest.split(' ').next()?.parse().ok()
    };
    log.lines().filter_map(summary).sum()
}

/// A line of what Cargo says about a build (The Cargo Book, "External tools").
#[derive(Deserialize)]
struct Message {
    reason: String,
    #[serde(default)]
    manifest_path: PathBuf,
    executable: Option<PathBuf>,
    target: Option<Target>,
    profile: Option<Profile>,
}

#[derive(Deserialize)]
struct Target {
    name: String,
    kind: Vec<String>,
}

#[derive(Deserialize)]
struct Profile {
    test: bool,
}

/// Compiles the tests. All packages at once: another choice would compile the AWS SDK again.
fn programs() -> Result<Vec<Program>> {
    let arguments = "test --workspace --no-run --message-format json-render-diagnostics";
    let logs = paths::logs().join("unit-tests");
    let messages = process::output("compile", process::cargo(arguments), &logs)?;
    let mut programs = Vec::new();
    for line in messages.lines().filter(|line| line.starts_with('{')) {
        let message: Message = serde_json::from_str(line).context("Cargo's messages")?;
        programs.extend(program(message)?);
    }
    ensure!(!programs.is_empty(), "Cargo made no tests");
    Ok(programs)
}

fn program(message: Message) -> Result<Option<Program>> {
    let is_test = message.profile.is_some_and(|profile| profile.test);
    let (Some(executable), Some(target), true, "compiler-artifact") = (
        message.executable,
        message.target,
        is_test,
        message.reason.as_str(),
    ) else {
        return Ok(None);
    };
    let folder = message.manifest_path.parent();
    let folder = folder.context("a manifest is in a folder")?.to_owned();
    let package = folder.file_name().and_then(|name| name.to_str());
    Ok(Some(Program {
        package: package.context("a package's folder")?.to_owned(),
        target: target.name,
        kind: target.kind.join(" "),
        folder,
        executable,
    }))
}

/// A package of the workspace, by the name of its folder.
#[derive(Debug)]
struct Package {
    name: String,
    /// From the workspace's root.
    folder: String,
    /// The packages of the workspace that it depends on.
    needs: Vec<String>,
}

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<MetadataPackage>,
}

#[derive(Deserialize)]
struct MetadataPackage {
    manifest_path: PathBuf,
    dependencies: Vec<Dependency>,
}

#[derive(Deserialize)]
struct Dependency {
    path: Option<PathBuf>,
}

fn packages() -> Result<Vec<Package>> {
    let arguments = "metadata --format-version 1 --no-deps";
    let logs = paths::logs().join("unit-tests");
    let text = process::output("metadata", process::cargo(arguments), &logs)?;
    let metadata: Metadata = serde_json::from_str(&text).context("cargo metadata")?;
    let name = |folder: &Path| {
        let name = folder.file_name().and_then(|name| name.to_str());
        name.map(str::to_owned).context("a package's folder")
    };
    let package = |package: MetadataPackage| {
        let folder = package.manifest_path.parent().context("a manifest")?;
        let from_root = folder.strip_prefix(paths::root())?;
        let needs = package.dependencies.iter();
        let needs = needs.filter_map(|dependency| dependency.path.as_deref());
        Ok(Package {
            name: name(folder)?,
            folder: from_root.to_str().context("a package's folder")?.to_owned(),
            needs: needs.map(name).collect::<Result<_>>()?,
        })
    };
    metadata.packages.into_iter().map(package).collect()
}

/// Folders and files in no package that only the tests of `tests` and `xtask` read.
const OUTSIDE: [&str; 6] = ["box/", "docs/", "edge/", "fuzz/", "static-site/", ".md"];

/// The packages that changed files are in. What else is in none, such as the template, the events and `Cargo.lock`,
/// concerns all of them. The tests of `tests` and `xtask` read files of the others.
fn touched(packages: &[Package], changed: &[String]) -> BTreeSet<String> {
    let mut touched = BTreeSet::from(["tests", "xtask"].map(str::to_owned));
    for file in changed {
        let owner = packages.iter().find(|package| {
            let rest = file.strip_prefix(&package.folder);
            rest.is_some_and(|rest| rest.starts_with('/'))
        });
        match owner {
            Some(package) => _ = touched.insert(package.name.clone()),
            None if OUTSIDE
                .iter()
                .any(|it| file.starts_with(it) || file.ends_with(it)) => {}
            None => touched.extend(packages.iter().map(|package| package.name.clone())),
        }
    }
    touched
}

fn with_dependents(packages: &[Package], touched: &BTreeSet<String>) -> BTreeSet<String> {
    let mut all = touched.clone();
    loop {
        let more: Vec<_> = packages
            .iter()
            .filter(|package| !all.contains(&package.name))
            .filter(|package| package.needs.iter().any(|need| all.contains(need)))
            .map(|package| package.name.clone())
            .collect();
        if more.is_empty() {
            return all;
        }
        all.extend(more);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(folder: &str, needs: &[&str]) -> Package {
        Package {
            name: folder.rsplit('/').next().unwrap_or_default().to_owned(),
            folder: folder.to_owned(),
            needs: needs.iter().map(|need| (*need).to_owned()).collect(),
        }
    }

    #[test]
    fn a_change_concerns_what_depends_on_it() {
        let packages = [
            package("crates/torrent", &[]),
            package("crates/store", &["torrent"]),
            package("functions/sign-in", &["store"]),
            package("crates/edge", &[]),
        ];
        let changed = ["crates/store/src/lib.rs".to_owned()];
        let touched = touched(&packages, &changed);
        let expected = ["store", "tests", "xtask"].map(str::to_owned);
        assert_eq!(touched, BTreeSet::from(expected));
        let all = with_dependents(&packages, &touched);
        let expected = ["sign-in", "store", "tests", "xtask"].map(str::to_owned);
        assert_eq!(all, BTreeSet::from(expected));
    }

    #[test]
    fn what_is_in_no_package_concerns_all_of_them() {
        let packages = [package("crates/edge", &[])];
        for (changed, expected) in [
            ("Cargo.lock", &["edge", "tests", "xtask"][..]),
            (
                "events/status-page-schedule.json",
                &["edge", "tests", "xtask"],
            ),
            ("docs/aws.md", &["tests", "xtask"]),
            ("README.md", &["tests", "xtask"]),
            ("crates/edge/src/lib.rs", &["edge", "tests", "xtask"]),
        ] {
            let expected = expected.iter().map(|name| (*name).to_owned()).collect();
            assert_eq!(
                touched(&packages, &[changed.to_owned()]),
                expected,
                "{changed}"
            );
        }
    }

    #[test]
    fn only_programs_with_tests_are_taken_from_cargos_messages() {
        let message = |text: &str| program(serde_json::from_str(text).unwrap()).unwrap();
        let test = r#"{"reason":"compiler-artifact","manifest_path":"/w/cli/Cargo.toml","executable":"/t/binary-1",
            "target":{"name":"binary","kind":["test"]},"profile":{"test":true}}"#;
        let found = message(test).unwrap();
        assert_eq!(
            (found.package.as_str(), found.kind.as_str()),
            ("cli", "test")
        );
        assert_eq!(
            message(&test.replace("\"test\":true", "\"test\":false")),
            None
        );
        assert_eq!(
            message(r#"{"reason":"build-finished","success":true}"#),
            None
        );
    }

    #[test]
    fn passed_tests_are_counted() {
        assert_eq!(passed("x\ntest result: ok. 12 passed; 0 failed\n"), 12);
    }
}
