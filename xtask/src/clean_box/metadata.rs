use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::Result;

use crate::tools::Venv;
use crate::{Loopback, Process, Stack, paths, ports};

const START: Duration = Duration::from_secs(30);

/// EC2's metadata service, by which a box gets the credentials of its role; it also serves a folder of files.
#[derive(Debug)]
pub(super) struct Metadata {
    process: Process,
    port: u16,
    files: PathBuf,
}

impl Metadata {
    /// Starts it with the credentials of the stack's `BoxRole`.
    pub(super) fn start(stack: &Stack, logs: &Path) -> Result<Self> {
        let files = paths::local().join("box/files");
        fs::create_dir_all(&files)?;
        let port = ports::free()?;
        let mut command = Command::new(Venv::Aws.program("python"));
        command
            .arg(paths::root().join("xtask/python/metadata.py"))
            .arg(port.to_string())
            .arg(&files)
            .envs(stack.aws().assume_role(&stack.outputs().box_role)?);
        let mut process = Process::start("metadata", command, logs)?;
        let client = Loopback::new(Duration::from_secs(2));
        let address = format!("http://127.0.0.1:{port}/files/");
        process.wait_until(START, || Ok(client.get(&address).is_ok()))?;
        Ok(Self {
            process,
            port,
            files,
        })
    }

    /// Its address, as `AWS_EC2_METADATA_SERVICE_ENDPOINT` has it.
    pub(super) fn endpoint(&self) -> String {
        format!("http://127.0.0.1:{}/", self.port)
    }

    /// The folder that is served as `files/` there.
    pub(super) fn files(&self) -> &Path {
        &self.files
    }

    /// Who asked for what, a line each.
    pub(super) fn log(&self) -> Result<String> {
        Ok(fs::read_to_string(self.process.log())?)
    }
}
