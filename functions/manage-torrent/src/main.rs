//! `GET /api/torrents` and `GET /api/torrents/{infohash}`: what is known of torrents.

mod handler;

use lambda_http::{Error, Request, run, service_fn};
use store::{Records, required};

use handler::ManageTorrent;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::tracing::init_default_subscriber();
    let aws = store::lambda_aws_config()?;
    let manage_torrent = ManageTorrent {
        records: Records::new(&aws, required("TABLE")?),
    };
    manage_torrent.records.warm_up().await;
    run(service_fn(|request: Request| {
        manage_torrent.answer(request)
    }))
    .await
}
