//! The box's files as they are in `box/`, before anything is installed.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use crate::sam_local::Outcome;
use crate::tools::Venv;
use crate::{apt, paths, process};

/// shellcheck on every script of the box, those of its user data included.
pub(crate) fn shellcheck() -> Result<Command> {
    apt::install(&["shellcheck"])?;
    let user_data = paths::local().join("box-user-data");
    let mut extract = python("user_data.py");
    extract.arg(&user_data);
    process::run("box-user-data", extract, &paths::logs())?;
    let mut command = Command::new("shellcheck");
    command
        .args(["update", "install.sh", "extras"])
        .args(["torrent2s3-start", "torrent2s3-report"].map(|name| user_data.join(name)))
        .current_dir(paths::root().join("box"));
    Ok(command)
}

/// The requests to AWS that the user data's own program signs.
pub(crate) fn requests() -> Command {
    python("test_box_requests.py")
}

/// With the libraries that the AWS command lines bring.
fn python(program: &str) -> Command {
    let mut command = Command::new(Venv::Aws.program("python"));
    command.arg(paths::root().join("xtask/python").join(program));
    command
}

/// `systemd-analyze verify` on the units, in a root that has what they start.
pub(crate) fn verify_units() -> Result<Outcome> {
    apt::install(&["systemd"])?;
    let units = paths::root().join("box/systemd");
    let root = paths::local().join("box-units");
    if root.exists() {
        fs::remove_dir_all(&root)?;
    }
    let installed = root.join("etc/systemd/system");
    fs::create_dir_all(&installed)?;
    fs::create_dir_all(root.join("usr/lib/systemd"))?;
    symlink("usr/lib", root.join("lib"))?;
    let mut copy = Command::new("cp");
    copy.args(["--archive", "/usr/lib/systemd/system"])
        .arg(root.join("usr/lib/systemd/system"));
    process::run("box-units", copy, &paths::logs())?;
    let mut names = Vec::new();
    for entry in fs::read_dir(&units).context("box/systemd")? {
        let entry = entry?;
        let text = fs::read_to_string(entry.path())?;
        for program in programs(&text) {
            stand_in(&root.join(program.trim_start_matches('/')))?;
        }
        fs::copy(entry.path(), installed.join(entry.file_name()))?;
        names.push(entry.file_name());
    }
    let mut verify = Command::new("systemd-analyze");
    verify
        .args(["verify", "--man=no", "--recursive-errors=no"])
        .arg(format!("--root={}", root.display()))
        .args(names);
    process::run("box-units", verify, &paths::logs())?;
    Ok(Outcome::Passed)
}

/// What a unit starts.
fn programs(unit: &str) -> impl Iterator<Item = &str> {
    unit.lines()
        .filter_map(|line| line.strip_prefix("Exec")?.split_once('='))
        .filter_map(|(_, command)| command.split(' ').next())
}

/// systemd looks whether it is there and can be started.
fn stand_in(program: &Path) -> Result<()> {
    fs::create_dir_all(program.parent().context("no folder")?)?;
    fs::write(program, "")?;
    fs::set_permissions(program, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    /// Deluge's wheel of libtorrent looks for them where Debian has none, and then takes no HTTPS tracker or web seed.
    #[test]
    fn deluge_is_told_where_the_roots_are() {
        let unit = paths::root().join("box/systemd/deluged.service");
        let unit = fs::read_to_string(unit).unwrap();
        let roots = "Environment=SSL_CERT_FILE=/etc/ssl/certs/ca-certificates.crt";
        assert!(unit.lines().any(|line| line == roots), "{unit}");
    }

    /// Versions alone, `name==VERSION`, with names as `PyPI` compares them; not those for a Python older than the box's.
    fn versions(text: &str) -> BTreeSet<(String, &str)> {
        text.lines()
            .filter(|line| !line.contains("python_version < "))
            .filter_map(|line| line.split([' ', ';']).next()?.split_once("=="))
            .map(|(name, version)| (name.to_lowercase().replace(['_', '.'], "-"), version))
            .collect()
    }

    #[test]
    fn the_box_runs_the_deluge_that_the_tests_run() {
        let ours = versions(include_str!("../../box/deluge.txt"));
        assert_eq!(ours, versions(include_str!("../python/deluge.txt")));
        assert!(ours.len() > 20);
    }

    #[test]
    fn what_a_unit_starts_is_found() {
        let unit = "[Service]\nExecStartPre=/a/b web\nExecStart=/c\nRestart=always";
        assert_eq!(programs(unit).collect::<Vec<_>>(), ["/a/b", "/c"]);
    }
}
