//! A custom resource of the template: publishes the page and what the box installs itself from, both of which lie
//! in this function's package, so that `sam deploy` alone brings them up and renews them.

mod answer;
mod front_door;
mod package;
mod publish;
mod request;
mod settings;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use store::{Bucket, required};

use front_door::FrontDoor;
use package::Package;
use publish::Publisher;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let aws = store::lambda_aws_config()?;
    // The package is unpacked around it.
    let program = std::env::current_exe()?;
    let publisher = Publisher {
        package: Package::read(program.parent().ok_or("the program lies nowhere")?)?,
        site: Bucket::new(&aws, required("SITE_BUCKET")?),
        files: Bucket::new(&aws, required("FILES_BUCKET")?),
        front_door: FrontDoor::new(&aws, required("DISTRIBUTION_ID")?),
    };
    let http = reqwest::Client::new();
    run(service_fn(async |event: LambdaEvent<_>| {
        let serve = async |request: &_| publisher.serve(request).await;
        let told = answer::answered(&http, event.payload, serve).await;
        told.map_err(Error::from)
    }))
    .await
}
