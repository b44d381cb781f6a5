//! Packages of the operating system (Debian and its kin).

use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result, bail};

use crate::steps::step;
use crate::{paths, process, tools};

/// Installs those of `packages` that are missing; as root only.
///
/// # Errors
/// One line with the command to run when this is not root or has no apt-get; else apt-get's own failure
/// with the end of its log.
pub fn install(packages: &[&str]) -> Result<()> {
    if missing(packages).is_empty() {
        return Ok(());
    }
    let by_hand = format!(
        "apt-get update && apt-get install -y {}",
        packages.join(" ")
    );
    if !rustix::process::geteuid().is_root() || !Path::new("/usr/bin/apt-get").exists() {
        bail!("run this as root, or its like on your system: {by_hand}");
    }
    let _lock = tools::lock(&paths::local().join("apt.lock"))?;
    let missing = missing(packages);
    if missing.is_empty() {
        return Ok(());
    }
    step(&format!("apt-get install {}", missing.join(" ")), || {
        apt_get(&["update"])?;
        apt_get(
            &[
                &["install", "-y", "--no-install-recommends"],
                missing.as_slice(),
            ]
            .concat(),
        )
    })
    .with_context(|| format!("you can try by hand: {by_hand}"))
}

fn missing<'a>(packages: &[&'a str]) -> Vec<&'a str> {
    packages
        .iter()
        .copied()
        .filter(|package| !is_installed(package))
        .collect()
}

fn is_installed(package: &str) -> bool {
    Command::new("dpkg-query")
        .args(["--show", "--showformat=${db:Status-Status}", package])
        .stderr(Stdio::null())
        .output()
        .is_ok_and(|output| output.stdout == b"installed")
}

fn apt_get(arguments: &[&str]) -> Result<()> {
    let mut command = Command::new("apt-get");
    command
        .arg("--quiet")
        .args(arguments)
        .env("DEBIAN_FRONTEND", "noninteractive");
    process::run("apt-get", command, &paths::logs())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_missing_is_named() {
        // dpkg is a package of its own wherever it is in use.
        let debian = Path::new("/var/lib/dpkg/status").exists();
        let expected: &[&str] = if debian {
            &["no-such"]
        } else {
            &["dpkg", "no-such"]
        };
        assert_eq!(missing(&["dpkg", "no-such"]), expected);
    }
}
