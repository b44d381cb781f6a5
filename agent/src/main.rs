//! The transfer agent: watch ▶ scan ▶ upload ▶ report.
//!
//! It asks Deluge which files are finished, checks each against the torrent's hashes while it reads it, sends
//! it to S3, tells `file_transferring` how far it is, and writes the manifest last. It keeps no state of its
//! own: what is done is seen in S3.

mod buffers;
mod config;
mod fault;
mod finish;
mod floor;
mod heartbeat;
mod inventory;
mod moving;
mod once;
mod pace;
mod plan;
mod progress;
mod ready;
mod removal;
mod report;
mod scan;
mod source;
mod spent;
mod sums;
mod too_large;
mod transfer;
mod upload;
mod watch;
mod work;

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Context;
use clap::Parser;
use deluge::{Client, Limits};
use store::{Bucket, Queue, Records, SdkConfig};
use tokio::signal::unix::{SignalKind, signal};
use tracing_subscriber::EnvFilter;

use config::{Config, Service};
use heartbeat::Heartbeat;
use report::Reporter;
use transfer::Transfer;
use watch::Watch;

fn main() -> anyhow::Result<ExitCode> {
    let filter = EnvFilter::try_from_default_env().unwrap_or_else(|_| EnvFilter::new("info"));
    tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr)
        .with_ansi(false)
        .init();
    let config = Config::parse();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .worker_threads(2)
        .build()
        .context("cannot start threads")?;
    let outcome = runtime.block_on(run(&config));
    // Whatever still reads a disk is not waited for.
    runtime.shutdown_timeout(Duration::from_secs(1));
    outcome
}

/// Works until there is no more to do or a signal comes.
async fn run(config: &Config) -> anyhow::Result<ExitCode> {
    let mut terminate = signal(SignalKind::terminate()).context("cannot listen for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("cannot listen for SIGINT")?;
    let aws = store::worker_aws_config().await;
    let bucket = Bucket::new(&aws, config.files_bucket.clone());
    let transfer = Transfer::new(bucket, config.pace());
    let work = async {
        match config.once() {
            Some(once) => Box::pin(once::once(&once, &transfer)).await,
            None => Box::pin(serve(config.service()?, &transfer, &aws)).await,
        }
    };
    tokio::select! {
        outcome = work => return outcome.map(|()| ExitCode::SUCCESS),
        _ = terminate.recv() => {}
        _ = interrupt.recv() => {}
    }
    transfer.stop();
    tracing::info!("the agent stops; the next start goes on from what is in S3");
    Ok(if config.once().is_some() {
        ExitCode::FAILURE
    } else {
        ExitCode::SUCCESS
    })
}

async fn serve(service: Service, transfer: &Transfer, aws: &SdkConfig) -> anyhow::Result<()> {
    let deluge = || {
        let password = service.deluge_password.as_str();
        Client::new(&service.deluge_url, password, Limits::default()).context("DELUGE_URL")
    };
    let records = Records::new(aws, service.table.clone());
    let reporter = Reporter {
        queue: Queue::new(aws, service.queue_url.clone()),
        worker: service.worker_id.clone(),
    };
    let heartbeat = Heartbeat {
        deluge: deluge()?,
        records: records.clone(),
        reporter: reporter.clone(),
        advertised_url: service.advertised_url.clone(),
        state_dir: service.deluge_state_dir.clone(),
        floor_bytes: service.disk_floor.as_u64(),
    };
    let watch = Watch {
        deluge: deluge()?,
        records,
        transfer,
        reporter,
        state_dir: service.deluge_state_dir.clone(),
        goal: service.goal,
        total_bytes_max: service.total_bytes_max,
    };
    tracing::info!(worker = service.worker_id, "the agent runs");
    tokio::join!(heartbeat.run(), watch.run());
    Ok(())
}
