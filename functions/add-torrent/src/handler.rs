use std::convert::Infallible;
use std::time::Duration;

use api::Problem;
use fetch::{FetchError, Fetched, Fetcher};
use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, Response};
use serde_json::json;
use store::{Bucket, Created, Headers, Queue, Records, StoreError};
use torrent::{
    FileKind, FileSelection, Metainfo, MetainfoError, ObjectKey, QueueMessage, Source, State,
    TORRENT_BYTES_MAX, Timestamp, TorrentRecord, UploadKey,
};

use crate::submission::{self, Submission, SubmittedSource, Wishes};

/// What the function needs of the world.
pub(crate) struct AddTorrent {
    pub(crate) records: Records,
    pub(crate) files: Bucket,
    pub(crate) queue: Queue,
    pub(crate) fetcher: Fetcher,
    /// The most bytes of content that a torrent may bring.
    pub(crate) total_bytes_max: u64,
}

const TORRENT: Headers<'_> = Headers {
    content_type: "application/x-bittorrent",
    cache_control: "no-cache",
};

/// How long an upload may take.
const UPLOAD: Duration = Duration::from_mins(15);

impl AddTorrent {
    /// Answers both routes of this function: adding, and starting an upload.
    pub(crate) async fn answer(&self, request: Request) -> Result<Response<Body>, Infallible> {
        let answer = if request.uri().path().ends_with("/uploads") {
            self.start_upload().await
        } else {
            self.add(&request).await
        };
        Ok(answer.unwrap_or_else(Problem::into_response))
    }

    /// `202` with a new record, `200` with the record of a torrent that is known, or a problem.
    ///
    /// Metainfo first, then the record, then the message: wherever it breaks off, sending the torrent once
    /// more goes on from there.
    async fn add(&self, request: &Request) -> Result<Response<Body>, Problem> {
        let content_type = request.headers().get(header::CONTENT_TYPE);
        let content_type = content_type.and_then(|value| value.to_str().ok());
        let Submission { source, wishes } = Submission::parse(content_type, request.body())?;
        let field = source.field();
        let source = self.resolve(source).await?;
        let record = record(&source, wishes, Timestamp::now())?;
        self.check_total(&record)
            .map_err(|problem| problem.in_field(field))?;
        let infohash = record.infohash;
        if let SubmittedSource::File(bytes, _) = source {
            self.files
                .put(ObjectKey::Torrent(infohash), bytes, TORRENT)
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

    /// Refuses what is larger than the owner wants to pay for. Of a magnet link nobody knows that yet; the
    /// agent looks once its metainfo is there.
    fn check_total(&self, record: &TorrentRecord) -> Result<(), Problem> {
        let max = self.total_bytes_max;
        match record.size_bytes.filter(|size_bytes| *size_bytes > max) {
            None => Ok(()),
            Some(size_bytes) => {
                let detail = format!(
                    "the files come to {size_bytes} bytes, more than the {max} that this installation allows; \
                     choose fewer files"
                );
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Err(Problem::new(status, "over-total-size", detail))
            }
        }
    }

    /// Gets what is somewhere else: on a stranger's server, or in the bucket.
    async fn resolve(&self, source: SubmittedSource) -> Result<SubmittedSource, Problem> {
        match source {
            SubmittedSource::Url(url) => match self.fetcher.fetch(&url).await {
                Ok(Fetched::Torrent(bytes)) => submission::metainfo(bytes),
                Ok(Fetched::Magnet(link)) => submission::magnet(&link),
                Err(error) => Err(not_fetched(&error)),
            }
            .map_err(|problem| problem.in_field("url")),
            SubmittedSource::Upload(key) => self
                .uploaded(&key)
                .await
                .and_then(submission::metainfo)
                .map_err(|problem| problem.in_field("upload")),
            here => Ok(here),
        }
    }

    async fn uploaded(&self, key: &UploadKey) -> Result<Vec<u8>, Problem> {
        match self.files.get_up_to(key, TORRENT_BYTES_MAX).await {
            Ok(Some(bytes)) => Ok(bytes),
            Ok(None) => {
                let detail = "nothing was uploaded there, or it was more than a day ago";
                let status = StatusCode::UNPROCESSABLE_ENTITY;
                Err(Problem::new(status, "no-upload", detail))
            }
            Err(StoreError::TooLarge { size_bytes, .. }) => {
                Err(submission::refused(&MetainfoError::TooLarge(size_bytes)))
            }
            Err(error) => Err(error.into()),
        }
    }

    /// `201` with the address that takes a `.torrent` too large for a request.
    async fn start_upload(&self) -> Result<Response<Body>, Problem> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|error| {
            tracing::error!(%error, "the system gives no random bytes");
            let detail = "the service is not available at the moment; try again";
            Problem::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
        })?;
        let key = UploadKey::new(random);
        let url = self
            .files
            .presigned_put(&key, TORRENT.content_type, UPLOAD)
            .await?;
        let body = json!({
            "upload": key.to_string(),
            "url": url,
            "expires_at": Timestamp::now() + UPLOAD,
        });
        Ok(api::json(StatusCode::CREATED, &body))
    }
}

/// What is wrong with a URL, by the fetch crate's own words.
fn not_fetched(error: &FetchError) -> Problem {
    tracing::info!(%error, "a URL was not fetched");
    let kind = format!("url-{}", error.kind());
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, &kind, error.to_string())
}

fn record(
    source: &SubmittedSource,
    wishes: Wishes,
    now: Timestamp,
) -> Result<TorrentRecord, Problem> {
    let record = match source {
        SubmittedSource::File(_, metainfo) => {
            let wanted = wishes
                .files
                .map(|files| wanted(files, metainfo))
                .transpose()?;
            let record = TorrentRecord {
                wanted,
                ..TorrentRecord::queued(metainfo.infohash, metainfo.name.clone(), Source::File, now)
            };
            let content = metainfo.files.iter().enumerate();
            let content = content.filter(|(_, file)| file.kind == FileKind::Regular);
            let wanted = content.filter(|(index, _)| record.wants(*index));
            let (file_count, size_bytes) = wanted.fold((0, 0), |(count, size), (_, file)| {
                (count + 1, size + file.size_bytes)
            });
            TorrentRecord {
                size_bytes: Some(size_bytes),
                file_count: Some(file_count),
                ..record
            }
        }
        SubmittedSource::Magnet(link) => {
            if wishes.files.is_some() {
                let detail =
                    "nobody knows a magnet link's files yet; use the .torrent file to choose some";
                return Err(bad_files(detail));
            }
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
        SubmittedSource::Url(_) | SubmittedSource::Upload(_) => unreachable!("these were resolved"),
    };
    let named = wishes.name.is_some();
    let name = wishes.name.unwrap_or(record.name);
    Ok(TorrentRecord {
        name,
        named,
        label: wishes.label,
        ..record
    })
}

/// Every index must be a content file's.
fn wanted(files: FileSelection, metainfo: &Metainfo) -> Result<FileSelection, Problem> {
    let kind = |index: u32| {
        metainfo
            .files
            .get(usize::try_from(index).ok()?)
            .map(|file| file.kind)
    };
    let wrong = files
        .iter()
        .find(|index| kind(*index) != Some(FileKind::Regular));
    match wrong {
        Some(index) => Err(bad_files(format!(
            "the torrent has no file with the index {index}"
        ))),
        None => Ok(files),
    }
}

fn bad_files(detail: impl Into<Box<str>>) -> Problem {
    Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-files", detail).in_field("files")
}
