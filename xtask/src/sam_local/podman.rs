use std::ffi::OsStr;
use std::fs::{self, File};
use std::os::unix::net::UnixStream;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use crate::process::{self, Process};
use crate::steps::step;
use crate::tools::{self, Venv};
use crate::{apt, paths, watchdog};

const PACKAGES: [&str; 7] = [
    "aardvark-dns",
    "debian-archive-keyring",
    "debootstrap",
    "iptables",
    "netavark",
    "podman",
    "runc",
];

/// AWS's base image, and the name under which SAM looks for it with the emulator inside.
const IMAGES: [&str; 2] = [
    "public.ecr.aws/lambda/provided:al2023",
    "public.ecr.aws/lambda/provided:al2023-rapid-x86_64",
];

/// Of no use to anybody else, it is hoped.
const SUBNET: &str = "10.213.57.0/24";

const START: Duration = Duration::from_secs(30);

/// Podman as a Docker engine of our own, with storage and network apart from the machine's. AWS's base image
/// is replaced by a Debian of about the same age with the emulator that comes with SAM: nothing is fetched
/// from a container registry.
#[derive(Debug)]
pub(super) struct Podman {
    service: Process,
    docker_host: String,
    dir: PathBuf,
    _lock: File,
}

impl Podman {
    /// Installs and sets up what is missing under `dir`, then serves Docker's API there. Commands take turns.
    pub(super) fn start(dir: &Path, logs: &Path) -> Result<Self> {
        if !rustix::process::geteuid().is_root() {
            bail!("it is set up by root only");
        }
        apt::install(&PACKAGES)?;
        let lock = tools::lock(&dir.join("lock"))?;
        configure(dir)?;
        if !has_image(dir)? {
            step("make the image of the Lambda emulator", || {
                make_image(dir, logs)
            })?;
        }
        let socket = dir.join("podman.sock");
        if socket.exists() {
            fs::remove_file(&socket).with_context(|| socket.display().to_string())?;
        }
        // A container is in no process group of ours. What a killed run left goes now, and what this one leaves then.
        remove_containers(dir)?;
        watchdog::finally(&remover(dir))?;
        let docker_host = format!("unix://{}", socket.display());
        let mut command = podman(dir);
        command.args(["system", "service", "--time=0", &docker_host]);
        let mut service = Process::start("podman", command, logs)?;
        service.wait_until(START, || Ok(UnixStream::connect(&socket).is_ok()))?;
        Ok(Self {
            service,
            docker_host,
            dir: dir.to_owned(),
            _lock: lock,
        })
    }

    pub(super) fn docker_host(&self) -> &str {
        &self.docker_host
    }
}

impl Drop for Podman {
    fn drop(&mut self) {
        self.service.stop();
        // Only those of an invocation that was cut off; the storage is nobody else's.
        if let Err(error) = remove_containers(&self.dir).and_then(|()| watchdog::finally("")) {
            crate::steps::say(&format!("podman: {error:#}"));
        }
    }
}

const REMOVE: [&str; 5] = ["rm", "--all", "--force", "--time", "0"];

fn remove_containers(dir: &Path) -> Result<()> {
    let output = podman(dir).args(REMOVE).output()?;
    ensure!(
        output.status.success(),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(())
}

/// The same as a shell's line.
fn remover(dir: &Path) -> String {
    let mut command = podman(dir);
    command.args(REMOVE);
    let quoted = |word: &OsStr| format!("'{}'", word.to_string_lossy().replace('\'', "'\\''"));
    let variables = command
        .get_envs()
        .filter_map(|(name, value)| Some(format!("{}={}", name.to_string_lossy(), quoted(value?))));
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    let line: Vec<_> = variables.chain(words.map(quoted)).collect();
    line.join(" ")
}

fn podman(dir: &Path) -> Command {
    let mut command = Command::new("podman");
    command
        .env("CONTAINERS_CONF", dir.join("containers.conf"))
        .env_remove("CONTAINER_HOST")
        .arg("--root")
        .arg(dir.join("storage"))
        .arg("--runroot")
        .arg(dir.join("run"));
    command
}

fn configure(dir: &Path) -> Result<()> {
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    // Podman's own limits are more than a machine may allow.
    let conf = format!(
        r#"[containers]
default_ulimits = ["nofile=1024:1024", "nproc=4096:4096"]
[engine]
runtime = "runc"
[network]
network_backend = "netavark"
network_config_dir = "{}"
default_subnet = "{SUBNET}"
"#,
        dir.join("networks").display()
    );
    fs::write(dir.join("containers.conf"), conf).context("cannot write podman's configuration")
}

/// What the image depends on: another SAM brings another emulator, and podman's storage cannot be moved.
fn version(dir: &Path) -> Result<String> {
    let requirements = fs::read_to_string(paths::root().join("xtask/python/aws.txt"))?;
    let sam = requirements
        .lines()
        .find(|line| line.starts_with("aws-sam-cli=="));
    let sam = sam.context("aws.txt has no aws-sam-cli")?;
    Ok(format!("{sam} in {}\n", dir.display()))
}

fn has_image(dir: &Path) -> Result<bool> {
    if fs::read_to_string(dir.join("image")).ok() != Some(version(dir)?) {
        return Ok(false);
    }
    for image in IMAGES {
        let output = podman(dir).args(["image", "exists", image]).output()?;
        if !output.status.success() {
            return Ok(false);
        }
    }
    Ok(true)
}

fn make_image(dir: &Path, logs: &Path) -> Result<()> {
    for folder in ["networks", "rootfs", "run", "storage"] {
        let folder = dir.join(folder);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
    }
    let root = dir.join("rootfs");
    // What debootstrap mounts goes with the namespace, however it ends.
    let mut debootstrap = Command::new("unshare");
    debootstrap
        .args(["--mount", "debootstrap", "--variant=minbase"])
        .args(["--include=ca-certificates", "bookworm"])
        .arg(&root);
    process::run("debootstrap", debootstrap, logs)?;
    for folder in ["opt", "var/rapid", "var/runtime", "var/task"] {
        fs::create_dir_all(root.join(folder))?;
    }
    // Copies the mode too.
    fs::copy(emulator()?, root.join("var/rapid/aws-lambda-rie"))?;
    let archive = dir.join("rootfs.tar");
    let mut tar = Command::new("tar");
    tar.arg("-C")
        .arg(&root)
        .arg("-cf")
        .arg(&archive)
        .args(["--exclude=./var/cache/apt/archives/*", "."]);
    process::run("tar", tar, logs)?;
    let mut import = podman(dir);
    import.arg("import").arg(&archive).arg(IMAGES[0]);
    process::run("podman-import", import, logs)?;
    let mut tag = podman(dir);
    tag.args(["tag", IMAGES[0], IMAGES[1]]);
    process::run("podman-tag", tag, logs)?;
    fs::remove_file(&archive)?;
    fs::remove_dir_all(&root)?;
    fs::write(dir.join("image"), version(dir)?).context("cannot write the image's stamp")
}

/// AWS's Runtime Interface Emulator, in SAM's wheel.
fn emulator() -> Result<PathBuf> {
    let lib = Venv::Aws.bin().with_file_name("lib");
    for entry in fs::read_dir(&lib).with_context(|| lib.display().to_string())? {
        let path = entry?
            .path()
            .join("site-packages/samcli/local/rapid/aws-lambda-rie-x86_64");
        if path.exists() {
            return Ok(path);
        }
    }
    bail!("SAM in {} has no emulator", lib.display())
}
