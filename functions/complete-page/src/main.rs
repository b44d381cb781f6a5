//! S3 ▶ SNS ▶ SQS: writes a torrent's complete page whenever one of its objects was stored or deleted.

mod batch;
mod expiry;
mod library;
mod notice;
mod notification;
#[cfg(test)]
mod orders_tests;
mod page;
mod world;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use store::{Bucket, Queue, Records, Topic, required};
use torrent::Retention;

use batch::CompletePages;
use world::Aws;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let aws = store::lambda_aws_config()?;
    let complete_pages = CompletePages {
        world: Aws {
            records: Records::new(&aws, required("TABLE")?),
            files: Bucket::new(&aws, required("FILES_BUCKET")?),
            site: Bucket::new(&aws, required("SITE_BUCKET")?),
            completed: Topic::new(&aws, required("COMPLETED_TOPIC")?),
            torrent_added: Queue::new(&aws, required("TORRENT_ADDED_QUEUE_URL")?),
        },
        site: required("SITE_URL")?,
        retention: Retention::from_days(required("RETENTION_DAYS")?.parse()?),
    };
    tokio::join!(
        complete_pages.world.records.warm_up(),
        complete_pages.world.files.warm_up("manifests/")
    );
    run(service_fn(|event: LambdaEvent<_>| {
        complete_pages.batch(event.payload)
    }))
    .await
}
