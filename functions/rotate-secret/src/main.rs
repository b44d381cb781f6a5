//! Makes the keys of all proofs from the owner's secret. CloudFormation calls it at every deploy, its owner to
//! have another secret.

mod request;
mod rotation;

use edge::EdgeStore;
use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use serde_json::Value;
use store::{Access, required};

use request::Request;
use rotation::Rotation;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let aws = store::lambda_aws_config()?;
    let rotation = Rotation {
        secrets: aws_sdk_secretsmanager::Client::new(&aws),
        secret: required("OWNER_SECRET")?,
        access: Access::new(&aws, required("ACCESS_TABLE")?),
        edge: EdgeStore::new(&aws, required("EDGE_STORE")?),
    };
    let rotation = &rotation;
    run(service_fn(|event: LambdaEvent<Request>| async move {
        answer(rotation, event.payload).await
    }))
    .await
}

async fn answer(rotation: &Rotation, request: Request) -> Result<Value, Error> {
    match request {
        Request::Rotate(_) => {
            rotation.rotate().await?;
            tracing::info!(
                "the secret was rotated; all sessions, tokens and share links have ended"
            );
        }
        Request::Deployment(deployment) => {
            let done = if deployment.is_deletion() {
                // Table, store and secret go with the stack.
                Ok(())
            } else {
                rotation.apply().await
            };
            if let Err(error) = &done {
                tracing::error!(error = format!("{error:#}"), "the keys were not made");
            }
            deployment.report(&done).await?;
        }
    }
    Ok(Value::Null)
}
