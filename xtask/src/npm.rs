//! The npm projects of this repository.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::aws::path_with;
use crate::steps::step;
use crate::{paths, process, tools};

/// npm in the folder of a project, on the Node that is pinned with the other tools.
///
/// # Errors
/// When the wheel that brings Node is not as expected.
pub fn command(project: &Path) -> Result<Command> {
    let bin = tools::node_bin()?;
    // The wheel's `bin/npm` is a copy of a link, which does not find what it should lead to.
    let npm = bin.join("../lib/node_modules/npm/bin/npm-cli.js");
    if !npm.exists() {
        bail!(
            "no npm at {}; delete the folder .local/venv/ministack and try again",
            npm.display()
        );
    }
    let mut command = node()?;
    command
        .arg(npm)
        .current_dir(project)
        .env("PATH", path_with(&[bin])?);
    Ok(command)
}

/// The pinned Node.
///
/// # Errors
/// When the wheel that brings it is not as expected.
pub fn node() -> Result<Command> {
    Ok(Command::new(tools::node_bin()?.join("node")))
}

/// Installs what the project's `package-lock.json` names, unless just that is there.
///
/// # Errors
/// When npm fails, with the end of its log, or on Ctrl-C.
pub fn install(project: &Path) -> Result<()> {
    let lock = fs::read(project.join("package-lock.json"))
        .with_context(|| project.display().to_string())?;
    let stamp = project.join("node_modules/installed-lock.json");
    let is_current = || fs::read(&stamp).is_ok_and(|had| had == lock);
    if is_current() {
        return Ok(());
    }
    let _turn = tools::lock(&paths::local().join("npm.lock"))?;
    if is_current() {
        return Ok(());
    }
    let name = project.file_name().unwrap_or_default().to_string_lossy();
    step(&format!("npm ci ({name})"), || {
        let mut ci = command(project)?;
        ci.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]);
        process::run("npm-ci", ci, &paths::logs())
    })?;
    fs::write(&stamp, lock).context("cannot write the stamp")
}
