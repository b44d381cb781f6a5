//! The AWS emulator.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::aws::{AwsEnv, REGION, path_with};
use crate::tools::{Venv, node_bin};
use crate::{Loopback, Process, paths, ports};

const START: Duration = Duration::from_mins(1);

/// A minute as AWS has it.
pub const MINUTE: Duration = Duration::from_mins(1);
/// A minute for tests that wait for what a schedule does.
pub const SHORT_MINUTE: Duration = Duration::from_secs(5);

/// A running `MiniStack`, empty at the start, on a free port of 127.0.0.1. Functions run as its children.
#[derive(Debug)]
pub struct Ministack {
    port: u16,
    aws: AwsEnv,
    calls: PathBuf,
    process: Process,
}

impl Ministack {
    /// Starts it with its files under `dir`, which must be empty or absent, and waits until it answers. In the rate of
    /// a schedule a minute is as long as `minute` says.
    ///
    /// # Errors
    /// When it ends or does not answer within a minute, with the end of its log.
    pub fn start(dir: &Path, logs: &Path, minute: Duration) -> Result<Self> {
        let temporary = dir.join("tmp");
        fs::create_dir_all(&temporary).with_context(|| dir.display().to_string())?;
        let calls = dir.join("calls.jsonl");
        let port = ports::free()?;
        let aws = AwsEnv::new(format!("http://127.0.0.1:{port}"), logs);
        let mut command = Command::new(Venv::Ministack.program("python"));
        command.arg(paths::root().join("xtask/python/start_ministack.py"));
        // Functions inherit all of this; without the endpoint their SDK would call the real AWS.
        aws.apply(&mut command);
        command
            .env("GATEWAY_PORT", port.to_string())
            .env("BIND_HOST", "127.0.0.1")
            .env("MINISTACK_REGION", REGION)
            .env("AUTH", "true")
            .env("CALLS", &calls)
            .env("MINUTE_SECONDS", minute.as_secs().to_string())
            .env("IOT_MTLS_ENABLED", "0")
            .env("SFTP_ENABLED", "0")
            .env("STATE_DIR", dir.join("state"))
            .env("S3_DATA_DIR", dir.join("s3"))
            // Functions' code is unpacked here.
            .env("TMPDIR", &temporary)
            .env("AWS_LC_SYS_NO_JITTER_ENTROPY", "1")
            // Lambda says so to a function whose `LogFormat` is JSON.
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env("PATH", path_with(&[node_bin()?, Venv::Ministack.bin()])?)
            .current_dir(dir);
        let mut process = Process::start("ministack", command, logs)?;
        let client = Loopback::new(Duration::from_secs(2));
        let health = format!("{}/_ministack/ready", aws.endpoint());
        process.wait_until(START, || {
            Ok(client
                .get(&health)
                .is_ok_and(|answer| answer.status().is_success()))
        })?;
        Ok(Self {
            port,
            aws,
            calls,
            process,
        })
    }

    /// What the roles asked for, a JSON object per line: `at` (seconds since 1970), `role`, `action` (`s3:PutObject`),
    /// `resource` (an ARN) and whether it was `allowed`. What a service does by itself, such as a queue that feeds a
    /// function, is not there.
    #[must_use]
    pub fn calls(&self) -> &Path {
        &self.calls
    }

    /// The one port on which every AWS API, API Gateway and `CloudFront` answer.
    #[must_use]
    pub fn port(&self) -> u16 {
        self.port
    }

    /// How other processes reach it.
    #[must_use]
    pub fn aws(&self) -> &AwsEnv {
        &self.aws
    }

    /// The process, for its log and to see whether it lives.
    pub fn process(&mut self) -> &mut Process {
        &mut self.process
    }
}
