use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use anyhow::{Context, Result, ensure};

use crate::steps::{say, step};
use crate::{apt, paths, process};

const PACKAGES: [&str; 3] = ["debian-archive-keyring", "debootstrap", "systemd-container"];
/// What Debian's image for EC2 has as well, as far as it matters here.
const INCLUDE: &str =
    "--include=ca-certificates,curl,dbus,iproute2,procps,python3,systemd,systemd-sysv";
/// How this machine reaches Debian's packages.
const REACH: [&str; 4] = [
    "etc/apt/apt.conf.d",
    "etc/apt/sources.list.d/debian.sources",
    "etc/hosts",
    "etc/ssl/certs/ca-certificates.crt",
];
/// Another one for another recipe.
const STAMP: &str = "debian 12, 2\n";

/// Whether a machine can be started within this one, which takes root.
///
/// # Errors
/// When a package is missing and cannot be installed; and without root when `CI` is `true`.
pub(super) fn prepare_tools() -> Result<bool> {
    if !rustix::process::geteuid().is_root() {
        let how =
            "a machine within this one can be started by root only: sudo -E cargo xtask test box";
        ensure!(std::env::var("CI").as_deref() != Ok("true"), "{how}");
        say(&format!("   NOT CHECKED: {how}"));
        return Ok(false);
    }
    apt::install(&PACKAGES)?;
    // A container that this runs in may forbid it.
    let output = Command::new("unshare").args(["--mount", "true"]).output();
    Ok(is_able(&output.context("unshare")?))
}

/// Whether a machine can be started in `root`, which some containers forbid.
///
/// # Errors
/// When systemd-nspawn is not there.
pub(super) fn can_start(root: &Path) -> Result<bool> {
    let mut command = Command::new("systemd-nspawn");
    command.args(["--quiet", "--register=no", "--keep-unit", "--directory"]);
    let output = command.arg(root).arg("true").output();
    Ok(is_able(&output.context("systemd-nspawn")?))
}

fn is_able(output: &Output) -> bool {
    let able = output.status.success();
    if !able {
        let why = String::from_utf8_lossy(&output.stderr);
        say(&format!(
            "   NOT CHECKED: no machine can be started within this one: {why}"
        ));
    }
    able
}

/// A Debian that never booted, in a folder of its own. Its packages are fetched once.
pub(super) fn prepare(logs: &Path) -> Result<PathBuf> {
    let dir = paths::local().join("box");
    let (base, root, stamp) = (
        dir.join("debian"),
        dir.join("root"),
        dir.join("debian.stamp"),
    );
    fs::create_dir_all(&dir)?;
    if fs::read_to_string(&stamp).ok().as_deref() != Some(STAMP) {
        step("fetch a clean Debian", || make(&base, logs))?;
        fs::write(&stamp, STAMP)?;
    }
    remove(&root)?;
    let mut copy = Command::new("cp");
    copy.args(["--archive", "--one-file-system", "--reflink=auto"])
        .args([&base, &root]);
    process::run("box-copy", copy, logs)?;
    Ok(root)
}

fn make(base: &Path, logs: &Path) -> Result<()> {
    remove(base)?;
    // What is mounted goes with the namespace, however it ends.
    let mut debootstrap = Command::new("unshare");
    debootstrap
        .args([
            "--mount",
            "debootstrap",
            "--variant=minbase",
            INCLUDE,
            "bookworm",
        ])
        .arg(base);
    process::run("debootstrap", debootstrap, logs)?;
    for path in REACH {
        let from = Path::new("/").join(path);
        if from.exists() {
            let to = base.join(path);
            fs::create_dir_all(to.parent().context("no folder")?)?;
            let mut copy = Command::new("cp");
            copy.args(["--recursive", "--no-target-directory"])
                .args([&from, &to]);
            process::run("box-copy", copy, logs)?;
        }
    }
    if base.join("etc/apt/sources.list.d/debian.sources").exists() {
        fs::write(base.join("etc/apt/sources.list"), "")?;
    }
    // In a step of its own: debootstrap cannot order what cloud-init needs.
    let script = "mount -t proc proc \"$0/proc\" && chroot \"$0\" apt-get -q update && \
        DEBIAN_FRONTEND=noninteractive chroot \"$0\" apt-get -qy install --no-install-recommends cloud-init";
    let mut install = Command::new("unshare");
    install
        .args(["--mount", "sh", "-c", script])
        .arg(base)
        .env("LC_ALL", "C.UTF-8");
    process::run("box-cloud-init", install, logs)?;
    // The network is this machine's.
    fs::write(
        base.join("etc/cloud/cloud.cfg.d/99-here.cfg"),
        // This Debian has no locales to choose from.
        "network: { config: disabled }\nlocale: C.UTF-8\n",
    )?;
    fs::write(
        base.join("etc/cloud/ds-identify.cfg"),
        "policy: search,found=first,maybe=none,notfound=disabled\ndatasource: NoCloud\n",
    )
    .context("cloud-init's configuration")
}

/// Lets it look up no name: whatever comes from another place than the emulator of AWS cannot be had.
pub(super) fn cut_off(root: &Path) -> Result<()> {
    write_hosts(root, "files")
}

/// Lets it look up names again.
pub(super) fn connect(root: &Path) -> Result<()> {
    write_hosts(root, "files dns")
}

fn write_hosts(root: &Path, sources: &str) -> Result<()> {
    let path = root.join("etc/nsswitch.conf");
    let text = fs::read_to_string(&path).context("/etc/nsswitch.conf")?;
    let (before, after) = text.split_once("\nhosts:").context("hosts:")?;
    let rest = after.split_once('\n').map_or("", |(_, rest)| rest);
    fs::write(&path, format!("{before}\nhosts: {sources}\n{rest}"))?;
    Ok(())
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder).with_context(|| folder.display().to_string())?;
    }
    Ok(())
}
