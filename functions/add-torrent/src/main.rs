//! `POST /api/torrents`: takes a torrent file or a magnet link and answers with its record.

mod handler;
mod submission;

use fetch::{Fetcher, Limits};
use lambda_http::{Error, Request, run, service_fn};
use store::{Bucket, Queue, Records, required, required_number};

use handler::AddTorrent;

const GIB: u64 = 1 << 30;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::tracing::init_default_subscriber();
    let aws = store::lambda_aws_config()?;
    let add_torrent = AddTorrent {
        records: Records::new(&aws, required("TABLE")?),
        files: Bucket::new(&aws, required("FILES_BUCKET")?),
        queue: Queue::new(&aws, required("TORRENT_ADDED_QUEUE_URL")?),
        fetcher: Fetcher::new(Limits::default()),
        total_bytes_max: required_number("TOTAL_GIB_MAX")?.saturating_mul(GIB),
    };
    let AddTorrent {
        records,
        files,
        queue,
        ..
    } = &add_torrent;
    tokio::join!(
        records.warm_up(),
        files.warm_up("torrents/"),
        queue.warm_up()
    );
    run(service_fn(|request: Request| add_torrent.answer(request))).await
}
