//! Everything behind `/api/torrents` but adding: listing, showing, pausing, retrying, removing. And `/api/workers`.

mod files;
mod handler;
mod route;

use lambda_http::{Error, Request, run, service_fn};
use store::{Bucket, Queue, Records, required};

use handler::ManageTorrent;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::tracing::init_default_subscriber();
    let aws = store::lambda_aws_config()?;
    let manage_torrent = ManageTorrent {
        records: Records::new(&aws, required("TABLE")?),
        files: Bucket::new(&aws, required("FILES_BUCKET")?),
        queue: Queue::new(&aws, required("TORRENT_ADDED_QUEUE_URL")?),
    };
    let ManageTorrent {
        records,
        files,
        queue,
    } = &manage_torrent;
    tokio::join!(
        records.warm_up(),
        files.warm_up("torrents/"),
        queue.warm_up()
    );
    run(service_fn(|request: Request| {
        manage_torrent.answer(request)
    }))
    .await
}
