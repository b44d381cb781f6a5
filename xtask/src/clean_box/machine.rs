use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::{Process, interrupt, process};

/// A booted Debian in a folder, with the network of this machine. `Drop` switches it off.
#[derive(Debug)]
pub(super) struct Machine {
    nspawn: Process,
    root: PathBuf,
}

impl Machine {
    /// Switches it on; its console is `LOGS/box.log`.
    pub(super) fn boot(root: &Path, logs: &Path) -> Result<Self> {
        let mut command = Command::new("systemd-nspawn");
        command
            .args(["--quiet", "--boot", "--register=no", "--keep-unit"])
            .arg("--link-journal=no")
            .args(["--machine=torrent2s3-box", "--resolv-conf=copy-host"])
            .arg("--console=pipe")
            .arg("--directory")
            .arg(root);
        let nspawn = Process::start("box", command, logs)?;
        Ok(Self {
            nspawn,
            root: root.to_owned(),
        })
    }

    /// A file of the machine, seen from here.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Waits until `ready`.
    ///
    /// # Errors
    /// When the machine ends or `timeout` passes, with the end of its logs.
    pub(super) fn wait(
        &mut self,
        timeout: Duration,
        what: &str,
        ready: impl Fn(&Self) -> Result<bool>,
    ) -> Result<()> {
        let start = Instant::now();
        while !ready(self)? {
            if !self.nspawn.is_alive() {
                return Err(self.nspawn.failure("has ended"));
            }
            if start.elapsed() > timeout {
                bail!("the box did not {what} in time\n{}", self.journal());
            }
            interrupt::sleep(Duration::from_millis(500))?;
        }
        Ok(())
    }

    /// Runs a shell's line in it as root and returns the output.
    ///
    /// # Errors
    /// When it does not succeed, with what it printed.
    pub(super) fn run(&self, line: &str) -> Result<String> {
        let init = self.init()?.to_string();
        let output = Command::new("nsenter")
            .args(["--target", &init, "--all", "--root", "--wd"])
            .args(["/usr/bin/env", "-i", "HOME=/root", "LC_ALL=C.UTF-8"])
            .arg("PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin")
            .args(["/bin/sh", "-c", line])
            .output()
            .context("nsenter")?;
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        ensure!(
            output.status.success(),
            "on the box, `{line}` failed ({}):\n{text}{}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(text)
    }

    /// The end of what the machine wrote about itself, for a person.
    pub(super) fn journal(&self) -> String {
        let cloud = process::tail(&self.path("var/log/cloud-init-output.log"), 40);
        let journal = self
            .run("journalctl --no-pager --lines=2000 --output=short")
            .unwrap_or_else(|error| format!("{error:#}"));
        let lines: Vec<_> = journal.lines().collect();
        let end = &lines[lines.len().saturating_sub(120)..];
        format!("{cloud}\n{}", end.join("\n"))
    }

    /// The machine's first process as this one sees it.
    fn init(&self) -> Result<u32> {
        let pid = self.nspawn.pid().context("the box is switched off")?;
        let children = fs::read_to_string(format!("/proc/{pid}/task/{pid}/children"))?;
        let first = children.split_whitespace().next();
        first
            .context("the box has no first process yet")?
            .parse()
            .context("/proc")
    }
}
