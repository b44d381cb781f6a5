use std::collections::BTreeMap;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{ChildStdin, Command};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::scene::Scene;
use crate::aws::AwsEnv;
use crate::{Loopback, Process};

/// The one bucket.
pub(super) const BUCKET: &str = "bucket";

/// Who takes the files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ServerKind {
    /// Throws them away.
    Null,
    /// Keeps them.
    S3sFs,
}

/// An S3 server for as long as it is kept.
pub(super) struct Server {
    kind: ServerKind,
    endpoint: String,
    /// It serves until this ends.
    _stdin: ChildStdin,
    _process: Process,
}

impl Server {
    pub(super) fn start(kind: ServerKind, tool: &Path, scene: &Scene, logs: &Path) -> Result<Self> {
        let mut command = Command::new(tool);
        // Its credentials are the subjects'.
        AwsEnv::new(String::new(), logs).apply(&mut command);
        let name = match kind {
            ServerKind::Null => {
                command.arg("null");
                "transfer-null"
            }
            ServerKind::S3sFs => {
                fs::create_dir_all(scene.stored())?;
                command.arg("s3s-fs").arg(scene.stored());
                "transfer-s3s-fs"
            }
        };
        let (process, stdin, stdout) = Process::start_piped(name, command, logs)?;
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address)?;
        if address.is_empty() {
            return Err(process.failure("does not start"));
        }
        Ok(Self {
            kind,
            endpoint: format!("http://{}", address.trim()),
            _stdin: stdin,
            _process: process,
        })
    }

    /// The environment in which a subject finds it.
    pub(super) fn aws(&self, logs: &Path) -> AwsEnv {
        AwsEnv::new(self.endpoint.clone(), logs)
    }

    /// As new: an empty bucket, and nothing counted.
    pub(super) fn reset(&self, scene: &Scene) -> Result<()> {
        if self.kind == ServerKind::S3sFs {
            fs::remove_dir_all(scene.stored())?;
            fs::create_dir_all(scene.stored().join(BUCKET))?;
        }
        self.counts().map(drop)
    }

    /// What it was asked since the last call.
    pub(super) fn counts(&self) -> Result<Counts> {
        let client = Loopback::new(Duration::from_secs(10));
        let answer = client.get(&format!("{}/-/counts", self.endpoint))?;
        Ok(Counts(serde_json::from_slice(answer.body())?))
    }

    /// Whether a server that keeps files has every file with its size. (Every byte is the fault tests' matter.)
    pub(super) fn check(&self, scene: &Scene) -> Result<()> {
        if self.kind == ServerKind::Null {
            return Ok(());
        }
        let wanted = scene.content.file_bytes;
        let found = count(&scene.stored().join(BUCKET), wanted)?;
        ensure!(
            found >= scene.content.files,
            "{found} files of {wanted} bytes were stored, not {}",
            scene.content.files
        );
        Ok(())
    }
}

fn count(folder: &Path, size_bytes: u64) -> Result<u64> {
    let mut found = 0;
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let entry = entry?;
        if entry.file_type()?.is_dir() {
            found += count(&entry.path(), size_bytes)?;
        } else {
            found += u64::from(entry.metadata()?.len() == size_bytes);
        }
    }
    Ok(found)
}

#[derive(Deserialize)]
struct Count {
    requests: u64,
    body_bytes: u64,
}

/// What a server was asked, by S3's operations.
#[derive(Deserialize)]
pub(super) struct Counts(BTreeMap<String, Count>);

impl Counts {
    pub(super) fn requests(&self) -> u64 {
        self.0.values().map(|count| count.requests).sum()
    }

    /// Bytes of files; a client's own framing counts too.
    pub(super) fn content_bytes(&self) -> u64 {
        let operations = ["PutObject", "UploadPart"].into_iter();
        let counts = operations.filter_map(|operation| self.0.get(operation));
        counts.map(|count| count.body_bytes).sum()
    }
}
