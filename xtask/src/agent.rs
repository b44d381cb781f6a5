//! The transfer agent of the local stack.

use std::process::Command;

use anyhow::{Context, Result};

use crate::stack::Outputs;
use crate::{Deluge, Process, aws::AwsEnv, paths, process};

/// Builds the agent and starts it beside `deluge`, as worker `local`.
pub(crate) fn build(logs: &std::path::Path) -> Result<()> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .args(["build", "--package", "torrent2s3-agent"])
        .current_dir(paths::root());
    process::run("agent-build", cargo, logs)
}

pub(crate) fn start(
    deluge: &Deluge,
    password: &str,
    outputs: &Outputs,
    aws: &AwsEnv,
    logs: &std::path::Path,
) -> Result<Process> {
    let target = std::env::var_os("CARGO_TARGET_DIR")
        .map_or_else(|| paths::root().join("target"), std::path::PathBuf::from);
    let mut command = Command::new(target.join("debug/torrent2s3-agent"));
    aws.apply(&mut command);
    command
        .env("FILES_BUCKET", &outputs.files_bucket)
        .env("TABLE", &outputs.table)
        .env(
            "FILE_TRANSFERRING_QUEUE_URL",
            &outputs.file_transferring_queue_url,
        )
        .env("DELUGE_URL", deluge.web_url())
        .env("DELUGE_PASSWORD", password)
        .env("DELUGE_STATE_DIR", deluge.state_dir())
        .env("WORKER_ID", "local");
    Process::start("agent", command, logs).context("the agent")
}
