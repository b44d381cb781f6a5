//! Who moves the files, and how each is told to do it as fast as it can.
//!
//! All use parts of 16 MiB, as the agent does. How many requests each has at a time was chosen from a few single
//! tries on a busy machine, whose differences were within its noise: it is no tuned optimum.

use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result};

use super::scene::Scene;
use super::server::BUCKET;
use crate::aws::AwsEnv;
use crate::tools::{self, Venv};

/// A program that can move files.
#[derive(Clone, Copy)]
pub(super) struct Subject {
    pub(super) name: &'static str,
    /// Moves all files of a scene to a server; the first is the agent.
    pub(super) command: fn(&Path, &Scene, &AwsEnv) -> Result<Command>,
}

pub(super) const AGENT: &str = "agent";
pub(super) const S5CMD: &str = "s5cmd";

/// Ours first.
pub(super) const SUBJECTS: [Subject; 4] = [
    Subject {
        name: AGENT,
        command: agent,
    },
    Subject {
        name: S5CMD,
        command: s5cmd,
    },
    Subject {
        name: "rclone",
        command: rclone,
    },
    Subject {
        name: "awscli",
        command: awscli,
    },
];

/// What the agent says of its own time in its log. For others `NaN`.
const SECONDS: [&str; 4] = [
    "read_seconds",
    "hash_seconds",
    "wait_seconds",
    "send_seconds",
];
const EXTRA: [&str; 4] = ["reading_s", "hashing_s", "waiting_s", "sending_s"];

/// As it is: it has no settings.
#[expect(clippy::unnecessary_wraps, reason = "all subjects are of one type")]
fn agent(agent: &Path, scene: &Scene, aws: &AwsEnv) -> Result<Command> {
    let mut command = Command::new(agent);
    aws.apply(&mut command);
    command.args(["--once", "--files-bucket", BUCKET, "--dir"]);
    command.arg(scene.save_path()).arg("--torrent");
    command.arg(scene.torrent());
    Ok(command)
}

/// 32 workers instead of 256, for two cores; of each file 5 parts at a time (its default).
fn s5cmd(_: &Path, scene: &Scene, aws: &AwsEnv) -> Result<Command> {
    let mut command = Command::new(tools::s5cmd()?);
    aws.apply(&mut command);
    command
        .args(["--endpoint-url", aws.endpoint(), "--log", "error"])
        .args(["--numworkers", "32", "cp"])
        .args(["--part-size", "16", "--concurrency", "5"]);
    command.arg(format!("{}/", scene.files().display()));
    command.arg(format!("s3://{BUCKET}/files/"));
    Ok(command)
}

/// Without what costs requests or a second reading and is not needed for a first upload: looking for the bucket
/// and for objects that are there, an MD5 of the whole file before it is sent, and a HEAD after it. Its way of
/// cutting files for several threads ends with such a HEAD too, so parts are sent as its S3 backend does.
#[expect(clippy::unnecessary_wraps, reason = "all subjects are of one type")]
fn rclone(_: &Path, scene: &Scene, aws: &AwsEnv) -> Result<Command> {
    let mut command = Command::new(Venv::Peers.program("rclone"));
    aws.apply(&mut command);
    command
        .args(["copy", "--config", "/dev/null", "--s3-provider", "Other"])
        .args(["--s3-env-auth", "--s3-endpoint", aws.endpoint()])
        .args(["--s3-region", crate::aws::REGION])
        .args(["--transfers", "8", "--checkers", "8"])
        .args(["--s3-upload-concurrency", "4"])
        .args(["--s3-chunk-size", "16Mi", "--s3-upload-cutoff", "16Mi"])
        .args(["--s3-no-check-bucket", "--s3-no-head"])
        .args(["--s3-disable-checksum", "--ignore-checksum"])
        .args(["--s3-use-unsigned-payload", "true"])
        .args(["--no-check-dest", "--no-traverse"])
        .args(["--multi-thread-streams", "0"]);
    command.arg(scene.files());
    command.arg(format!(":s3:{BUCKET}/files"));
    Ok(command)
}

/// Its default of 10 requests at a time, and no list of what it did.
fn awscli(_: &Path, scene: &Scene, aws: &AwsEnv) -> Result<Command> {
    let config = scene.save_path().with_file_name("aws-config");
    let text = "[default]\ns3 =\n  max_concurrent_requests = 10\n  multipart_chunksize = 16MB\n  multipart_threshold = 16MB\n";
    fs::write(&config, text).with_context(|| config.display().to_string())?;
    let mut command = Command::new(Venv::Peers.program("aws"));
    aws.apply(&mut command);
    command.env("AWS_CONFIG_FILE", config);
    command.args(["--endpoint-url", aws.endpoint(), "s3", "cp"]);
    command.args(["--recursive", "--only-show-errors"]);
    command.arg(scene.files());
    command.arg(format!("s3://{BUCKET}/files/"));
    Ok(command)
}

/// Where the agent's time went.
pub(super) fn seconds(log: &Path) -> Result<Vec<(&'static str, f64)>> {
    let text = fs::read_to_string(log).with_context(|| log.display().to_string())?;
    let value = |name: &str| {
        let words = text.split_whitespace().rev();
        let mut values = words.filter_map(|word| word.strip_prefix(name)?.strip_prefix('='));
        values.next().and_then(|value| value.parse().ok())
    };
    let found = EXTRA.into_iter().zip(SECONDS);
    Ok(found
        .map(|(column, name)| (column, value(name).unwrap_or(f64::NAN)))
        .collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_agents_seconds_are_read_from_its_log() {
        let log = tempfile::NamedTempFile::new().unwrap();
        let text = "INFO started\nINFO moved read_seconds=0.5 hash_seconds=1.25 wait_seconds=0.1 send_seconds=2\n";
        fs::write(log.path(), text).unwrap();
        let found = seconds(log.path()).unwrap();
        let wanted = [
            ("reading_s", 0.5),
            ("hashing_s", 1.25),
            ("waiting_s", 0.1),
            ("sending_s", 2.0),
        ];
        assert_eq!(found, wanted);
    }
}
