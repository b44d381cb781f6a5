//! SNS ▶ SQS: posts the news of a complete torrent to the address that its owner gave, signed as Standard Webhooks
//! has it (<https://www.standardwebhooks.com>), until it is taken.

mod batch;
mod delivery;
mod notice;
mod secret;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use store::{Queue, required};

use batch::CompletedWebhook;
use delivery::Delivery;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let aws = store::lambda_aws_config()?;
    let webhook = CompletedWebhook {
        delivery: Delivery::new(
            &required("WEBHOOK_URL")?,
            required("WEBHOOK_SECRET")?.parse()?,
        )?,
        queue: Queue::new(&aws, required("COMPLETED_WEBHOOK_QUEUE_URL")?),
    };
    run(service_fn(|event: LambdaEvent<_>| {
        webhook.batch(event.payload)
    }))
    .await
}
