use std::convert::Infallible;

use api::Problem;
use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, Response};
use store::{Bucket, Created, Headers, Queue, Records};
use torrent::{ObjectKey, QueueMessage, Source, State, Timestamp, TorrentRecord};

use crate::submission::Submission;

/// What the function needs of the world.
pub(crate) struct AddTorrent {
    pub(crate) records: Records,
    pub(crate) files: Bucket,
    pub(crate) queue: Queue,
}

impl AddTorrent {
    /// `202` with a new record, `200` with the record of a torrent that is known, or a problem.
    pub(crate) async fn answer(&self, request: Request) -> Result<Response<Body>, Infallible> {
        Ok(self
            .add(&request)
            .await
            .unwrap_or_else(Problem::into_response))
    }

    /// Metainfo first, then the record, then the message: wherever it breaks off, sending the torrent once
    /// more goes on from there.
    async fn add(&self, request: &Request) -> Result<Response<Body>, Problem> {
        let content_type = request
            .headers()
            .get(header::CONTENT_TYPE)
            .and_then(|value| value.to_str().ok());
        let submission = Submission::parse(content_type, request.body())?;
        let record = record(&submission, Timestamp::now());
        let infohash = record.infohash;
        if let Submission::File(bytes, _) = submission {
            let headers = Headers {
                content_type: "application/x-bittorrent",
                cache_control: "no-cache",
            };
            self.files
                .put(ObjectKey::Torrent(infohash), bytes, headers)
                .await?;
        }
        let (status, record) = match self.records.create(&record).await? {
            Created::New => (StatusCode::ACCEPTED, record),
            Created::Known(known) => (StatusCode::OK, *known),
        };
        // A known record may still be queued because its message was never sent.
        if record.state == State::Queued {
            self.queue
                .send(&QueueMessage::TorrentAdded { infohash })
                .await?;
        }
        tracing::info!(%infohash, status = status.as_u16(), "torrent added");
        let mut response = api::json(status, &record);
        if let Ok(location) = HeaderValue::from_str(&format!("/api/torrents/{infohash}")) {
            response.headers_mut().insert(header::LOCATION, location);
        }
        Ok(response)
    }
}

fn record(submission: &Submission, now: Timestamp) -> TorrentRecord {
    match submission {
        Submission::File(_, metainfo) => TorrentRecord {
            size_bytes: Some(metainfo.size_bytes()),
            file_count: Some(metainfo.content().count() as u64),
            ..TorrentRecord::queued(metainfo.infohash, metainfo.name.clone(), Source::File, now)
        },
        Submission::Magnet(link) => {
            let name = link
                .display_name
                .clone()
                .unwrap_or_else(|| link.infohash.to_string());
            TorrentRecord::queued(
                link.infohash,
                name,
                Source::Magnet {
                    uri: link.to_string(),
                },
                now,
            )
        }
    }
}
