//! The transfer agent: watch ▶ plan ▶ upload ▶ report.
//!
//! It asks Deluge which torrents are finished, sends their files to S3, tells `file_transferring` how far it
//! is, and writes the manifest last. It keeps no state of its own: what is done is seen in S3.

mod config;
mod heartbeat;
mod plan;
mod report;
mod transfer;
mod upload;
mod watch;

use anyhow::Context;
use clap::Parser;
use deluge::{Client, Limits};
use store::{Bucket, Queue, Records};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use config::Config;
use heartbeat::Heartbeat;
use report::Reporter;
use watch::Watch;

#[tokio::main]
async fn main() -> anyhow::Result<()> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_ansi(false)
        .init();
    let config = Config::parse();
    let aws = store::worker_aws_config().await;
    let deluge = || {
        Client::new(
            &config.deluge_url,
            config.deluge_password.as_str(),
            Limits::default(),
        )
    };
    let heartbeat = Heartbeat {
        deluge: deluge().context("DELUGE_URL")?,
        records: Records::new(&aws, config.table.clone()),
        worker: config.worker_id.clone(),
        advertised_url: config.advertised_url().to_owned(),
    };
    let watch = Watch {
        deluge: deluge().context("DELUGE_URL")?,
        files: Bucket::new(&aws, config.files_bucket.clone()),
        reporter: Reporter {
            queue: Queue::new(&aws, config.file_transferring_queue_url.clone()),
            worker: config.worker_id.clone(),
        },
        state_dir: config.deluge_state_dir.clone(),
    };
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    tracing::info!(worker = config.worker_id, "the agent runs");
    tokio::select! {
        () = heartbeat.run() => {}
        () = watch.run() => {}
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    tracing::info!("the agent stops; the next start goes on from what is in S3");
    Ok(())
}
