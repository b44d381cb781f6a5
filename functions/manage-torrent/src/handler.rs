use std::convert::Infallible;

use api::Problem;
use lambda_http::http::StatusCode;
use lambda_http::{Body, Request, RequestExt, Response};
use serde::Serialize;
use serde_json::{Value, json};
use store::{Bucket, Changes, Cursor, Filter, Queue, Records};
use torrent::{
    Infohash, Label, Owner, QueueMessage, State, TORRENT_FILES_MAX, Timestamp, TorrentRecord,
};
use tracing::Instrument;
use tracing::field::display;

use crate::files::Files;
use crate::route::Route;

/// What the function needs of the world.
pub(crate) struct ManageTorrent {
    pub(crate) records: Records,
    pub(crate) files: Bucket,
    pub(crate) queue: Queue,
}

/// One torrent with its files, as far as they are known.
#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    record: TorrentRecord,
    #[serde(flatten)]
    files: Option<Files>,
}

/// A worker without its Deluge's address.
#[derive(Serialize)]
struct ShownWorker {
    id: String,
    live: bool,
    last_seen: Timestamp,
    #[serde(skip_serializing_if = "Option::is_none")]
    free_bytes: Option<u64>,
    full: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    torrents: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    deluge_version: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    clock_ahead_seconds: Option<i64>,
}

type Answer = Result<Response<Body>, Problem>;

/// Torrents of one page, unless the caller says otherwise.
const LIMIT: usize = 100;
const LIMIT_MAX: usize = 1000;

impl ManageTorrent {
    pub(crate) async fn answer(&self, request: Request) -> Result<Response<Body>, Infallible> {
        Ok(self
            .route(&request)
            .await
            .unwrap_or_else(Problem::into_response))
    }

    async fn route(&self, request: &Request) -> Answer {
        let route = Route::find(request.method(), request.uri().path())?;
        let infohash = route.infohash().map(display);
        let answer = async {
            match route {
                Route::List => self.list(request).await,
                Route::Workers => self.workers().await,
                Route::Show(infohash) => self.show(infohash, request).await,
                Route::Remove(infohash) => self.remove(infohash, request).await,
                Route::Pause(infohash) => self.pause(infohash, true).await,
                Route::Resume(infohash) => self.pause(infohash, false).await,
                Route::Retry(infohash) => self.retry(infohash).await,
            }
        };
        // Whatever is logged on the way names the torrent.
        answer
            .instrument(tracing::info_span!("request", infohash))
            .await
    }

    /// Torrents, the newest first, a page at a time.
    async fn list(&self, request: &Request) -> Answer {
        let query = request.query_string_parameters();
        let filter = Filter {
            state: query.first("state").map(state).transpose()?,
            label: query.first("label").map(label).transpose()?,
        };
        let limit = query.first("limit").map_or(Ok(LIMIT), limit)?;
        let cursor: Option<Cursor> = query
            .first("cursor")
            .map(str::parse)
            .transpose()
            .map_err(|error: store::CursorError| bad_query("cursor", error.to_string()))?;
        let page = self.records.page(&filter, limit, cursor).await?;
        let mut body = json!({ "torrents": page.torrents });
        if let Some(next) = page.next {
            body["next"] = Value::String(next.to_string());
        }
        Ok(api::json(StatusCode::OK, &body))
    }

    /// The workers as they registered, but for their addresses.
    async fn workers(&self) -> Answer {
        let now = Timestamp::now();
        let mut workers = self.records.workers().await?;
        workers.sort_by(|a, b| a.id.cmp(&b.id));
        let shown = workers.into_iter().map(|worker| ShownWorker {
            live: worker.is_live(now),
            id: worker.id,
            last_seen: worker.last_seen,
            free_bytes: worker.free_bytes,
            full: worker.full,
            torrents: worker.torrents,
            deluge_version: worker.deluge_version,
            clock_ahead_seconds: worker.clock_ahead_seconds,
        });
        let workers: Vec<_> = shown.collect();
        Ok(api::json(StatusCode::OK, &json!({ "workers": workers })))
    }

    /// A torrent with its files: 100,000 do not fit one answer, so they come in pages too.
    async fn show(&self, infohash: Infohash, request: &Request) -> Answer {
        let query = request.query_string_parameters();
        let from = query.first("files_from").map_or(Ok(0), files_from)?;
        let record = self.record(infohash).await?;
        let files = self.files_of(&record, from).await?;
        Ok(api::json(StatusCode::OK, &Shown { record, files }))
    }

    async fn pause(&self, infohash: Infohash, paused: bool) -> Answer {
        let Some(record) = self.records.set_paused(infohash, paused).await? else {
            let record = self.record(infohash).await?;
            let verb = if paused { "paused" } else { "resumed" };
            return Err(conflict(&record, verb));
        };
        self.queue
            .send(&QueueMessage::TorrentChanged { infohash })
            .await?;
        Ok(api::json(StatusCode::ACCEPTED, &record))
    }

    async fn retry(&self, infohash: Infohash) -> Answer {
        let (owner, now) = (Owner::ManageTorrent, Timestamp::now());
        let changes = Changes::default();
        let moved = self
            .records
            .transition(infohash, owner, State::Queued, now, changes)
            .await?;
        let record = match moved {
            Some(record) => record,
            // Queued by this very call, when it was made before and its message was lost.
            None => match self.record(infohash).await? {
                record if record.state == State::Queued => record,
                record => return Err(conflict(&record, "tried again")),
            },
        };
        self.queue
            .send(&QueueMessage::TorrentAdded { infohash })
            .await?;
        Ok(api::json(StatusCode::ACCEPTED, &record))
    }

    async fn remove(&self, infohash: Infohash, request: &Request) -> Answer {
        let keep_files = match request.query_string_parameters().first("data") {
            None | Some("delete") => false,
            Some("keep") => true,
            Some(other) => {
                return Err(bad_query(
                    "data",
                    format!("`data` is `keep` or `delete`, not {other:?}"),
                ));
            }
        };
        let (owner, now) = (Owner::ManageTorrent, Timestamp::now());
        let changes = Changes::default();
        let moved = self
            .records
            .transition(infohash, owner, State::Removed, now, changes)
            .await?;
        let record = match moved {
            Some(record) => record,
            None => self.record(infohash).await?,
        };
        self.queue
            .send(&QueueMessage::TorrentRemoved {
                infohash,
                keep_files,
            })
            .await?;
        Ok(api::json(StatusCode::ACCEPTED, &record))
    }

    async fn record(&self, infohash: Infohash) -> Result<TorrentRecord, Problem> {
        self.records.torrent(infohash).await?.ok_or_else(|| {
            let detail = format!("there is no torrent {infohash}");
            Problem::new(StatusCode::NOT_FOUND, "unknown-torrent", detail).in_field("infohash")
        })
    }
}

fn conflict(record: &TorrentRecord, verb: &str) -> Problem {
    let state = record.state.as_str();
    Problem::new(
        StatusCode::CONFLICT,
        "wrong-state",
        format!("a torrent that is {state} cannot be {verb}"),
    )
}

fn bad_query(field: &str, detail: impl Into<Box<str>>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, "bad-query", detail).in_field(field)
}

fn state(text: &str) -> Result<State, Problem> {
    serde_json::from_value(Value::String(text.to_owned()))
        .map_err(|_| bad_query("state", format!("there is no state {text:?}")))
}

fn label(text: &str) -> Result<Label, Problem> {
    Label::try_from(text.to_owned()).map_err(|error| bad_query("label", error.to_string()))
}

/// Padding counts in indices, so there are more of them than files.
fn files_from(text: &str) -> Result<usize, Problem> {
    let from = text
        .parse()
        .ok()
        .filter(|from| *from <= 2 * TORRENT_FILES_MAX);
    from.ok_or_else(|| bad_query("files_from", format!("{text:?} is no index of a file")))
}

fn limit(text: &str) -> Result<usize, Problem> {
    let limit = text
        .parse()
        .ok()
        .filter(|limit| (1..=LIMIT_MAX).contains(limit));
    limit.ok_or_else(|| {
        bad_query(
            "limit",
            format!("`limit` is a number from 1 to {LIMIT_MAX}, not {text:?}"),
        )
    })
}
