use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use crate::{SeedRequest, Swarm, process, tools};

/// In memory: a disk would be what is measured.
const MEMORY: &str = "/dev/shm";
const FOLDER: &str = "/dev/shm/torrent2s3-bench";

/// What the machine needs beside the files.
const SPARE_BYTES: u64 = 2 << 30;

/// Files of one size.
#[derive(Debug, Clone, Copy)]
pub(super) struct Content {
    pub(super) files: u64,
    pub(super) file_bytes: u64,
}

impl Content {
    pub(super) const fn total_bytes(self) -> u64 {
        self.files * self.file_bytes
    }
}

/// The files and their torrent, and a folder for a server that keeps what it gets. `Drop` deletes all of it.
pub(super) struct Scene {
    pub(super) content: Content,
    folder: PathBuf,
    /// For as long as the folder is used: its name is always the same, so that a killed run's is found again.
    _lock: File,
}

impl Scene {
    /// `keeps`: whether a server will keep a copy too.
    pub(super) fn make(content: Content, keeps: bool, tool: &Path, logs: &Path) -> Result<Self> {
        let lock = tools::lock(Path::new(&format!("{FOLDER}.lock")))?;
        let folder = PathBuf::from(FOLDER);
        if folder.exists() {
            fs::remove_dir_all(&folder)?;
        }
        // s3s-fs has all parts and the object that they become at the same time.
        let copies = if keeps { 3 } else { 1 };
        check_space(content.total_bytes() * copies + SPARE_BYTES)?;
        let scene = Self {
            content,
            folder,
            _lock: lock,
        };
        let mut data = Command::new(tool);
        data.arg("data").arg(scene.files());
        data.args([content.files, content.file_bytes].map(|number| number.to_string()));
        process::run("transfer-data", data, logs)?;
        // Made and hashed by libtorrent, with the piece length that it chooses.
        let request = SeedRequest::new(&scene.files(), &scene.torrent());
        Swarm::start(logs)?.seed(&request)?;
        Ok(scene)
    }

    /// Where a torrent client would have saved the torrent.
    pub(super) fn save_path(&self) -> PathBuf {
        self.folder.join("downloads")
    }

    /// The torrent's own folder with all files.
    pub(super) fn files(&self) -> PathBuf {
        self.save_path().join("content")
    }

    pub(super) fn torrent(&self) -> PathBuf {
        self.folder.join("content.torrent")
    }

    /// A folder that a server may fill.
    pub(super) fn stored(&self) -> PathBuf {
        self.folder.join("stored")
    }
}

impl Drop for Scene {
    fn drop(&mut self) {
        if let Err(error) = fs::remove_dir_all(&self.folder) {
            crate::steps::say(&format!("{}: {error}", self.folder.display()));
        }
    }
}

/// Files there take memory, so both must have room.
fn check_space(needed: u64) -> Result<()> {
    let space = rustix::fs::statvfs(MEMORY).with_context(|| format!("there is no {MEMORY}"))?;
    let memory = fs::read_to_string("/proc/meminfo")?;
    let line = memory
        .lines()
        .find_map(|line| line.strip_prefix("MemAvailable:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    let kib: u64 = kib.context("no MemAvailable in /proc/meminfo")?.parse()?;
    let free = (space.f_bavail * space.f_frsize).min(kib * 1024);
    let gib = |bytes: u64| bytes.div_ceil(1 << 30);
    ensure!(
        free >= needed,
        "this case needs {} GiB of memory in {MEMORY}, and {} GiB are free; `--case NAME` runs a smaller one",
        gib(needed),
        free >> 30,
    );
    Ok(())
}
