//! The transfer agent: started in the local stack.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::stack::Outputs;
use crate::{Deluge, Process, aws::AwsEnv, paths, process};

/// The agent that is in the box's archive, once `sam build` has run.
pub(crate) fn packed() -> PathBuf {
    paths::target().join("lambda/torrent2s3-agent/bootstrap")
}

/// The agent as `build` leaves it, for the bench.
pub(crate) fn program() -> PathBuf {
    paths::target().join("agent/torrent2s3-agent")
}

/// Builds the agent alone, for this machine.
pub(crate) fn build(logs: &Path) -> Result<()> {
    let cargo = process::cargo("build --profile agent --package torrent2s3-agent");
    process::run("agent-build", cargo, logs)
}

/// Starts it beside `deluge`, as worker `local` and with the rights of the box's role.
pub(crate) fn start(
    program: &Path,
    deluge: &Deluge,
    password: &str,
    outputs: &Outputs,
    total_gib_max: u32,
    aws: &AwsEnv,
    logs: &Path,
) -> Result<Process> {
    let mut command = Command::new(program);
    aws.apply(&mut command);
    command
        .envs(aws.assume_role(&outputs.box_role)?)
        .env("FILES_BUCKET", &outputs.files_bucket)
        .env("TABLE", &outputs.table)
        .env(
            "FILE_TRANSFERRING_QUEUE_URL",
            &outputs.file_transferring_queue_url,
        )
        .env("DELUGE_URL", deluge.web_url())
        .env("DELUGE_PASSWORD", password)
        .env("DELUGE_STATE_DIR", deluge.state_dir())
        .env("TOTAL_GIB_MAX", total_gib_max.to_string())
        .env("WORKER_ID", "local");
    Process::start("agent", command, logs).context("the agent")
}
