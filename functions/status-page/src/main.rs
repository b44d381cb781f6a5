//! Every minute: reads what the workers' Deluges say, updates the records, makes the status page again.

mod handler;
mod readings;
mod written;

use std::sync::Mutex;

use deluge::Clients;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use store::{Bucket, Records, required};

use handler::StatusPage;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let aws = store::lambda_aws_config()?;
    let status_page = StatusPage {
        records: Records::new(&aws, required("TABLE")?),
        site: Bucket::new(&aws, required("SITE_BUCKET")?),
        deluges: Clients::new(required("DELUGE_PASSWORD")?),
        counted: Mutex::default(),
    };
    tokio::join!(
        status_page.records.warm_up(),
        status_page.site.warm_up("status/")
    );
    run(service_fn(|event: LambdaEvent<Value>| {
        status_page.minute(event.context.deadline())
    }))
    .await
}
