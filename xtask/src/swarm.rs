//! A tracker and a seeder on loopback: the other side of a download.

use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{ChildStdin, ChildStdout, Command};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde::{Deserialize, Serialize};

use crate::tools::Venv;
use crate::{Process, interrupt, paths, ports};

const START: Duration = Duration::from_mins(1);
/// For reading and hashing the content.
const SEED: Duration = Duration::from_mins(10);

/// Which metainfo a torrent has: BEP 3, BEP 52, or both.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum TorrentVersion {
    /// SHA-1 pieces over all files as one stream.
    #[default]
    V1,
    /// SHA-256 trees per file.
    V2,
    /// Both, with pad files.
    Hybrid,
}

/// A torrent to make and seed.
#[derive(Debug, Clone, Serialize)]
pub struct SeedRequest {
    /// The file or folder to share; its last name becomes the torrent's.
    pub content: PathBuf,
    /// Where the `.torrent` is written.
    pub torrent: PathBuf,
    /// Which metainfo it gets.
    pub version: TorrentVersion,
    /// BEP 27.
    pub private: bool,
    /// Bytes, a power of two of at least 16 KiB; `None` leaves the choice to libtorrent.
    pub piece_size: Option<u32>,
    /// Bytes per second for this torrent; `None` is no limit.
    pub upload_limit: Option<u32>,
}

impl SeedRequest {
    /// A public v1 torrent, as fast as it goes.
    #[must_use]
    pub fn new(content: &Path, torrent: &Path) -> Self {
        Self {
            content: content.to_owned(),
            torrent: torrent.to_owned(),
            version: TorrentVersion::V1,
            private: false,
            piece_size: None,
            upload_limit: None,
        }
    }
}

/// A torrent that is being seeded.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Seeded {
    /// The `.torrent`, with the swarm's tracker in it.
    pub torrent_path: PathBuf,
    /// SHA-1 info-hash in hex; `None` for v2 only.
    pub infohash: Option<String>,
    /// SHA-256 info-hash in hex; `None` for v1 only.
    pub infohash_v2: Option<String>,
    /// Names the tracker (`tr`) and the seeder itself (`x.pe`).
    pub magnet: String,
    /// All files together, pad files left out.
    pub size_bytes: u64,
}

impl Seeded {
    /// What Deluge 2.2.0 calls it when it is added from the file: the v2 hash cut to 40 digits wherever
    /// there is one, so for a hybrid it is *not* the v1 info-hash.
    #[must_use]
    pub fn deluge_id(&self) -> &str {
        let v2 = self.infohash_v2.as_deref().and_then(|hash| hash.get(..40));
        v2.or(self.infohash.as_deref()).unwrap_or_default()
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Answer<T> {
    Ok(T),
    Error(String),
}

#[derive(Deserialize)]
struct Ready {
    tracker: String,
    peer: String,
}

/// A running tracker and seeder, which share nothing with the rest of the world. `Drop` ends them.
#[derive(Debug)]
pub struct Swarm {
    process: Process,
    commands: ChildStdin,
    answers: Receiver<String>,
    tracker: String,
    peer: String,
}

impl Swarm {
    /// Starts it on free ports of 127.0.0.1; the log is `LOGS/swarm.log`. The tools must be there
    /// ([`crate::tools::setup`], or a stack that was started).
    ///
    /// # Errors
    /// When it ends or does not answer within a minute, with the end of its log.
    pub fn start(logs: &Path) -> Result<Self> {
        let mut command = Command::new(Venv::Deluge.program("python"));
        command
            .arg(paths::root().join("xtask/python/swarm.py"))
            .arg(ports::free()?.to_string())
            .env("PYTHONUTF8", "1");
        let (process, commands, stdout) = Process::start_piped("swarm", command, logs)?;
        let answers = lines(stdout);
        let mut swarm = Self {
            process,
            commands,
            answers,
            tracker: String::new(),
            peer: String::new(),
        };
        let Ready { tracker, peer } = swarm.answer(START)?;
        Ok(Self {
            tracker,
            peer,
            ..swarm
        })
    }

    /// Makes a torrent and seeds it until the swarm ends; returns when a client could start.
    ///
    /// # Errors
    /// When the content cannot be read, the torrent not written, or on Ctrl-C.
    pub fn seed(&mut self, request: &SeedRequest) -> Result<Seeded> {
        let line = serde_json::to_string(request)?;
        writeln!(self.commands, "{line}").map_err(|_| self.process.failure("has ended"))?;
        self.answer(SEED)
            .with_context(|| format!("cannot seed {}", request.content.display()))
    }

    /// The tracker's announce address.
    #[must_use]
    pub fn tracker(&self) -> &str {
        &self.tracker
    }

    /// The seeder's address, `IP:PORT`.
    #[must_use]
    pub fn peer(&self) -> &str {
        &self.peer
    }

    /// Both end: downloads find no peer from now on.
    pub fn stop(&mut self) {
        self.process.stop();
    }

    fn answer<T: for<'a> Deserialize<'a>>(&mut self, timeout: Duration) -> Result<T> {
        let start = Instant::now();
        loop {
            match self.answers.recv_timeout(Duration::from_millis(50)) {
                Ok(line) => {
                    return match serde_json::from_str(&line).with_context(|| line.clone())? {
                        Answer::Ok(answer) => Ok(answer),
                        Answer::Error(error) => bail!(error),
                    };
                }
                Err(RecvTimeoutError::Disconnected) => return Err(self.process.failure("ended")),
                Err(RecvTimeoutError::Timeout) if start.elapsed() > timeout => {
                    return Err(self
                        .process
                        .failure(&format!("said nothing for {timeout:?}")));
                }
                Err(RecvTimeoutError::Timeout) => interrupt::check()?,
            }
        }
    }
}

/// Lines of a pipe, read by a thread that ends with the pipe, so that a wait for one can have a limit.
fn lines(stdout: ChildStdout) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(stdout).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}
