use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::{npm, paths, process, tools};

/// The functions' AWS calls as Node programs, one bundle each.
pub(super) struct Node {
    program: PathBuf,
    dist: PathBuf,
}

impl Node {
    /// Installs the SDK unless the same one is there, and bundles. The source tree stays as it is.
    pub(super) fn build(dir: &Path, logs: &Path) -> Result<Self> {
        let npm = |arguments: &[&str]| {
            let mut command = npm::command(dir)?;
            command.args(arguments);
            Ok::<_, anyhow::Error>(command)
        };
        let source = paths::root().join("xtask/bench/coldstart");
        let lock = fs::read(source.join("package-lock.json"))?;
        let installed = dir.join("installed-lock.json");
        copy(&source, dir)?;
        if !fs::read(&installed).is_ok_and(|had| had == lock) {
            let ci = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
            process::run("npm-ci", npm(&ci)?, logs)?;
            fs::write(&installed, lock)?;
        }
        process::run("npm-build", npm(&["run", "build"])?, logs)?;
        Ok(Self {
            program: tools::node_bin()?.join("node"),
            dist: dir.join("dist"),
        })
    }

    pub(super) fn bundle(&self, function: &str) -> PathBuf {
        self.dist.join(function).with_extension("cjs")
    }

    pub(super) fn command(&self, function: &str) -> Command {
        let mut command = Command::new(&self.program);
        command.arg(self.bundle(function));
        command
    }
}

/// Copies a folder's files and folders over another's.
fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| from.display().to_string())? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            copy(&entry.path(), &target)?;
        } else if kind.is_file() {
            fs::copy(entry.path(), target)?;
        } else {
            bail!("{} is neither file nor folder", entry.path().display());
        }
    }
    Ok(())
}
