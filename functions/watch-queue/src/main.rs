//! `torrent_added` and `file_transferring`: gives queued torrents to a worker's Deluge and follows the agent.

mod added;
mod batch;
mod changed;
mod fault;
mod removed;
mod transferring;

use deluge::Clients;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use store::{Bucket, Records, required};

use batch::WatchQueue;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let aws = store::lambda_aws_config()?;
    let watch_queue = WatchQueue {
        records: Records::new(&aws, required("TABLE")?),
        files: Bucket::new(&aws, required("FILES_BUCKET")?),
        site: Bucket::new(&aws, required("SITE_BUCKET")?),
        deluges: Clients::new(required("DELUGE_PASSWORD")?),
        tries_max: required("DELUGE_TRIES")?.parse()?,
    };
    tokio::join!(
        watch_queue.records.warm_up(),
        watch_queue.files.warm_up("torrents/")
    );
    run(service_fn(|event: LambdaEvent<_>| {
        watch_queue.batch(event.payload, event.context.deadline())
    }))
    .await
}
