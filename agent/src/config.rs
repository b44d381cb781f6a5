use std::path::PathBuf;
use std::time::Duration;

use anyhow::Context;
use bytesize::ByteSize;
use clap::{Args, Parser};

use crate::pace::{Hours, Pace};
use crate::removal::Goal;

/// Moves finished torrents from Deluge to S3.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Config {
    /// The S3 bucket for files, manifests and metainfo
    #[arg(long, env)]
    pub(crate) files_bucket: String,
    /// The most bytes to move per second, such as 20MiB [default: no limit]
    #[arg(long, env)]
    bandwidth: Option<ByteSize>,
    /// When the limit holds, in UTC, such as 08:00-18:30 [default: always]
    #[arg(long, env, requires = "bandwidth")]
    bandwidth_hours: Option<Hours>,
    #[command(flatten)]
    once: OnceArgs,
    #[command(flatten)]
    service: ServiceArgs,
}

/// Moves one torrent without Deluge, queue and table.
#[derive(Args)]
struct OnceArgs {
    /// Move one finished torrent and end; needs no Deluge, queue or table
    #[arg(long, requires_all = ["dir", "torrent"])]
    once: bool,
    /// With --once: the folder that the torrent's file or folder is in
    #[arg(long, requires = "once")]
    dir: Option<PathBuf>,
    /// With --once: the .torrent file
    #[arg(long, requires = "once")]
    torrent: Option<PathBuf>,
}

#[derive(Args)]
struct ServiceArgs {
    /// Address of Deluge Web as this agent reaches it
    #[arg(long, env, default_value = "http://127.0.0.1:8112")]
    deluge_url: String,
    /// Password of Deluge Web; give it in the environment, where other users cannot see it
    #[arg(long, env, hide_env_values = true, required_unless_present = "once")]
    deluge_password: Option<String>,
    /// Deluge's `state` folder, where it keeps the metainfo of its torrents
    #[arg(long, env, required_unless_present = "once")]
    deluge_state_dir: Option<PathBuf>,
    /// Address of Deluge Web as the functions reach it [default: the same]
    #[arg(long, env)]
    deluge_advertised_url: Option<String>,
    /// What this worker is called in records, such as its instance id
    #[arg(long, env, required_unless_present = "once")]
    worker_id: Option<String>,
    /// The DynamoDB table
    #[arg(long, env, required_unless_present = "once")]
    table: Option<String>,
    /// The SQS queue that takes reports
    #[arg(long, env, required_unless_present = "once")]
    file_transferring_queue_url: Option<String>,
    /// Free space below which downloads rest, such as 5GiB
    #[arg(long, env, default_value = "2GiB")]
    disk_floor: ByteSize,
    /// Give up a torrent that brings more GiB of files than this
    #[arg(long, env)]
    total_gib_max: Option<u64>,
    /// Remove a stored torrent only when so many bytes were given to others per byte of it
    #[arg(long, env)]
    seed_ratio: Option<f64>,
    /// Remove a stored torrent only after seeding it so long; with --seed-ratio, either is enough
    #[arg(long, env)]
    seed_minutes: Option<u64>,
}

/// One finished torrent to be moved.
pub(crate) struct Once {
    pub(crate) dir: PathBuf,
    pub(crate) torrent: PathBuf,
}

/// What the agent needs beside Deluge.
pub(crate) struct Service {
    pub(crate) deluge_url: String,
    pub(crate) deluge_password: String,
    pub(crate) deluge_state_dir: PathBuf,
    pub(crate) advertised_url: String,
    pub(crate) worker_id: String,
    pub(crate) table: String,
    pub(crate) queue_url: String,
    pub(crate) disk_floor: ByteSize,
    pub(crate) goal: Goal,
    pub(crate) total_bytes_max: Option<u64>,
}

impl Config {
    pub(crate) fn pace(&self) -> Pace {
        let rate = self.bandwidth.map(|rate| rate.as_u64());
        Pace::new(rate, self.bandwidth_hours)
    }

    /// The torrent of `--once`.
    pub(crate) fn once(&self) -> Option<Once> {
        let (dir, torrent) = (self.once.dir.clone(), self.once.torrent.clone());
        dir.zip(torrent)
            .filter(|_| self.once.once)
            .map(|(dir, torrent)| Once { dir, torrent })
    }

    /// What is there without `--once`.
    ///
    /// # Errors
    /// When something is missing, which the command line sees to.
    pub(crate) fn service(&self) -> anyhow::Result<Service> {
        let args = &self.service;
        let advertised = args.deluge_advertised_url.as_ref();
        let given = |value: &Option<String>, name| value.clone().context(name);
        Ok(Service {
            deluge_url: args.deluge_url.clone(),
            deluge_password: given(&args.deluge_password, "DELUGE_PASSWORD")?,
            deluge_state_dir: args.deluge_state_dir.clone().context("DELUGE_STATE_DIR")?,
            advertised_url: advertised.unwrap_or(&args.deluge_url).clone(),
            worker_id: given(&args.worker_id, "WORKER_ID")?,
            table: given(&args.table, "TABLE")?,
            queue_url: given(
                &args.file_transferring_queue_url,
                "FILE_TRANSFERRING_QUEUE_URL",
            )?,
            disk_floor: args.disk_floor,
            goal: Goal {
                ratio: args.seed_ratio,
                time: args
                    .seed_minutes
                    .map(|minutes| Duration::from_secs(60 * minutes)),
            },
            total_bytes_max: args.total_gib_max.map(|gib| gib.saturating_mul(1 << 30)),
        })
    }
}
