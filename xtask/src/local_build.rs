//! Functions and agent for the local stack: one unoptimised build for this machine, packed as Lambda takes it.
//!
//! `sam build`, which compiles and optimises every function for Lambda by itself, takes many times as long and is
//! a check of its own.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::SystemTime;

use anyhow::{Context, Result, ensure};

use crate::steps::joined;
use crate::tools::{self, Venv};
use crate::{interrupt, paths, process};

/// The function whose package holds the page and the box's files as well.
const PUBLISH_SITE: &str = "publish-site";
const AGENT: &str = "torrent2s3-agent";

/// Where packages lie as the template's `CodeUri` names them, beside a copy of the template.
fn dir() -> PathBuf {
    paths::local().join("build")
}

/// The template to deploy, with every function's package beside it.
pub(crate) fn template() -> PathBuf {
    dir().join("template.yaml")
}

/// A program of this workspace as the local stack's build leaves it.
#[must_use]
pub fn program(name: &str) -> PathBuf {
    paths::target().join("debug").join(name)
}

/// The agent of the local stack.
pub(crate) fn agent() -> PathBuf {
    program(AGENT)
}

/// Taken while packages are written or read.
///
/// # Errors
/// On Ctrl-C, or when the lock's file cannot be made.
pub(crate) fn lock() -> Result<fs::File> {
    tools::lock(&paths::local().join("build.lock"))
}

/// Compiles all programs of the workspace. Tests compile the same selection of packages, so both use what the other
/// compiled.
///
/// # Errors
/// When the compiler fails, with the end of its log.
pub(crate) fn compile(logs: &Path) -> Result<()> {
    interrupt::check()?;
    process::truncate("build", logs)?;
    process::run("build", process::cargo("build --workspace --bins"), logs)
}

/// Packs what [`compile`] left; a package that is newer than what it holds stays as it is.
///
/// # Errors
/// When a program is missing or `strip` or Python fail, with the end of their log.
pub(crate) fn pack(logs: &Path) -> Result<()> {
    let _lock = lock()?;
    fs::create_dir_all(dir().join("functions"))?;
    let names = functions()?;
    // Two at a time: packing is work for one core each.
    for pair in names.chunks(2) {
        std::thread::scope(|scope| {
            let threads: Vec<_> = pair
                .iter()
                .map(|name| scope.spawn(move || pack_function(name, logs)))
                .collect();
            threads
                .into_iter()
                .try_for_each(|thread| joined(thread.join()))
        })?;
    }
    fs::copy(paths::root().join("template.yaml"), template()).context("the template")?;
    Ok(())
}

fn functions() -> Result<Vec<String>> {
    let mut names = Vec::new();
    for entry in fs::read_dir(paths::root().join("functions"))? {
        let entry = entry?;
        if entry.path().join("Cargo.toml").exists() {
            let name = entry.file_name().into_string();
            names.push(name.ok().context("a function's folder has a UTF-8 name")?);
        }
    }
    ensure!(!names.is_empty(), "there are no functions in functions/");
    names.sort();
    Ok(names)
}

fn pack_function(name: &str, logs: &Path) -> Result<()> {
    let archive = dir().join("functions").join(name);
    let mut sources = vec![("bootstrap".to_owned(), program(name))];
    if name == PUBLISH_SITE {
        sources.push(("static-site".to_owned(), paths::root().join("static-site")));
        sources.push(("box".to_owned(), pack_box(logs)?));
    }
    if is_newer(&archive, sources.iter().map(|(_, source)| source.as_path()))? {
        return Ok(());
    }
    let mut pack = Command::new(Venv::Aws.program("python"));
    pack.arg(paths::root().join("xtask/python/pack.py"))
        .arg(&archive);
    for (entry, source) in &sources {
        let source = if source.is_file() {
            stripped(source, logs)?
        } else {
            source.clone()
        };
        pack.arg(format!("{entry}={}", source.display()));
    }
    process::run(&format!("pack-{name}"), pack, logs)
}

/// The folder with what the box installs itself from, as `sam build` makes it too.
fn pack_box(logs: &Path) -> Result<PathBuf> {
    let folder = dir().join("box");
    let packer = paths::root().join("functions/publish-site/pack_box.py");
    let agent = agent();
    let sources = [&packer, &agent, &paths::root().join("box")];
    if is_newer(
        &folder.join("release.tar.gz"),
        sources.map(PathBuf::as_path),
    )? {
        return Ok(folder);
    }
    let mut pack = Command::new(Venv::Aws.program("python"));
    pack.arg(packer)
        .arg(std::env::consts::ARCH.replace("aarch64", "arm64"))
        .arg(stripped(&agent, logs)?)
        .arg(&folder)
        .arg(dir().join("cache"));
    process::run("pack-box", pack, logs)?;
    Ok(folder)
}

/// Whether an archive was made after everything that it holds.
fn is_newer<'a>(archive: &Path, sources: impl IntoIterator<Item = &'a Path>) -> Result<bool> {
    let mut newest = SystemTime::UNIX_EPOCH;
    for source in sources {
        newest = newest.max(newest_change(source)?);
    }
    Ok(fs::metadata(archive).is_ok_and(|file| file.modified().is_ok_and(|at| at > newest)))
}

/// A copy without symbols among the packages.
fn stripped(program: &Path, logs: &Path) -> Result<PathBuf> {
    let name = program.file_name().context("a program has a name")?;
    let copy = dir().join(name);
    strip(program, &copy, logs)?;
    Ok(copy)
}

/// Makes a copy without symbols, a third as large.
pub(crate) fn strip(program: &Path, copy: &Path, logs: &Path) -> Result<()> {
    let mut strip = Command::new("strip");
    strip.arg("-o").arg(copy).arg(program);
    process::run("strip", strip, logs)
        .with_context(|| format!("{} was not built", program.display()))
}

/// When a file, or anything in a folder, was changed last.
fn newest_change(path: &Path) -> Result<SystemTime> {
    let about = fs::metadata(path).with_context(|| format!("{} is not there", path.display()))?;
    let mut newest = about.modified()?;
    if about.is_dir() {
        for entry in fs::read_dir(path)? {
            newest = newest.max(newest_change(&entry?.path())?);
        }
    }
    Ok(newest)
}
