//! Session Manager's agent: installed when its signature is right, and only then.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, ensure};

use super::machine::Machine;
use super::metadata::Metadata;
use crate::{apt, process};

const NAME: &str = "amazon-ssm-agent.deb";
const CONTROL: &str = "Package: amazon-ssm-agent\nVersion: 1\nArchitecture: all\n\
    Maintainer: nobody <nobody@example.com>\nDescription: nothing, for a test\n";

/// Puts a package, signed with a key of its own, where the box looks for AWS's.
pub(super) fn publish(metadata: &Metadata, logs: &Path) -> Result<()> {
    apt::install(&["gpg", "gpg-agent"])?;
    let work = metadata.files().join("ssm");
    if work.exists() {
        fs::remove_dir_all(&work)?;
    }
    fs::create_dir_all(work.join("package/DEBIAN"))?;
    fs::write(work.join("package/DEBIAN/control"), CONTROL)?;
    let architecture = process::output("ssm", dpkg_architecture(), logs)?;
    let folder = work.join(format!("debian_{}", architecture.trim()));
    fs::create_dir_all(&folder)?;
    let mut build = Command::new("dpkg-deb");
    build
        .args(["--root-owner-group", "--build"])
        .arg(work.join("package"))
        .arg(folder.join(NAME));
    process::run("ssm", build, logs)?;
    let home = work.join("gnupg");
    fs::create_dir_all(&home)?;
    let gpg = |arguments: &[&str]| {
        let mut command = Command::new("gpg");
        command
            .args(["--batch", "--no-permission-warning", "--homedir"])
            .arg(&home)
            .args(["--passphrase", "", "--pinentry-mode", "loopback"])
            .args(arguments)
            .current_dir(&folder);
        process::run("ssm", command, logs)
    };
    gpg(&["--quick-generate-key", "test@example.com", "rsa3072"])?;
    gpg(&["--detach-sign", "--output", &format!("{NAME}.sig"), NAME])?;
    gpg(&["--armor", "--export", "--output", "../key.asc"])?;
    // It lives on in the background otherwise.
    let mut end = Command::new("gpgconf");
    end.arg("--homedir").arg(&home).args(["--kill", "all"]);
    process::run("ssm", end, logs)
}

fn dpkg_architecture() -> Command {
    let mut command = Command::new("dpkg");
    command.arg("--print-architecture");
    command
}

/// With AWS's key it is refused; with the key that it was signed with it is installed.
pub(super) fn check(machine: &Machine, metadata: &Metadata) -> Result<()> {
    let extras = "systemctl start torrent2s3-extras";
    let installed = "dpkg-query --show amazon-ssm-agent";
    ensure!(
        machine.run(extras).is_err(),
        "a package that somebody else signed is no failure"
    );
    ensure!(
        machine.run(installed).is_err(),
        "a package that somebody else signed is installed"
    );
    machine.run("journalctl --unit torrent2s3-extras | grep 'is not AWS'")?;
    machine.run("dpkg-query --show unattended-upgrades")?;
    let key = fs::read(metadata.files().join("ssm/key.asc")).context("the test's key")?;
    fs::write(machine.path("opt/torrent2s3/amazon-ssm-agent.asc"), key)?;
    ensure!(
        machine.run(extras).is_err(),
        "what was refused is fetched again at once"
    );
    machine.run("rm /var/lib/torrent2s3-box/ssm.refused")?;
    machine.run(extras)?;
    machine.run(installed)?;
    Ok(())
}
