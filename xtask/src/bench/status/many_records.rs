use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use fake_http::{Request, Response, Server, answer, empty};
use http::StatusCode;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

/// DynamoDB with one table and S3 with one bucket, as far as status-page asks: rows by phase in answers of 1 MB,
/// readings that stay, pages with their versions and conditional writes. The emulator that the end-to-end tests run on
/// takes 2 to 4 s for one query among 10,000 rows, so with it this bench would measure Python.
pub(super) struct ManyRecords {
    url: String,
    state: Arc<Mutex<State>>,
}

/// A page in the bucket.
struct Page {
    etag: String,
    fingerprint: String,
}

struct State {
    worker: String,
    unfinished: BTreeMap<String, Row>,
    ended: BTreeMap<String, Row>,
    pages: HashMap<String, Page>,
    overtake: bool,
    operations: Vec<String>,
}

/// An item as it goes over the wire, in two parts.
struct Row {
    /// All but the reading, without the braces.
    fixed: String,
    progress: Option<String>,
}

/// What DynamoDB reads for one answer to a query.
const QUERY_BYTES: usize = 1 << 20;
pub(super) const SIZE_BYTES: u64 = 4 << 30;

impl ManyRecords {
    /// On a free port of 127.0.0.1, until the process ends.
    pub(super) fn start(unfinished: usize, ended: usize, deluge_url: &str) -> Result<Self> {
        let server = Server::start()?;
        let url = server.url();
        let rows = |state: &str, count| (0..count).map(|number| row(state, number)).collect();
        let state = Arc::new(Mutex::new(State {
            // It stays live: its sign of life is of the far future.
            worker: json!({
                "id": { "S": "bench" },
                "deluge_url": { "S": deluge_url },
                "free_bytes": { "N": (1_u64 << 50).to_string() },
                "last_seen": { "S": "2099-01-01T00:00:00Z" },
            })
            .to_string(),
            unfinished: rows("downloading", unfinished),
            ended: rows("complete", ended),
            pages: HashMap::new(),
            overtake: false,
            operations: Vec::new(),
        }));
        let known = Arc::clone(&state);
        std::thread::spawn(move || {
            for request in server.requests() {
                // In a statement of its own, which gives the lock back.
                let answer = lock(&state).answer(&request);
                let answer = answer.unwrap_or_else(|error| {
                    lock(&state).operations.push(format!("failed: {error:#}"));
                    empty(StatusCode::BAD_REQUEST)
                });
                request.respond(answer);
            }
        });
        Ok(Self { url, state: known })
    }

    /// For `AWS_ENDPOINT_URL`.
    pub(super) fn endpoint(&self) -> &str {
        &self.url
    }

    /// What was asked since the last call, as `service:Operation`.
    ///
    /// # Errors
    /// When something was asked that status-page has no need of.
    pub(super) fn take_operations(&self) -> Result<Vec<String>> {
        let taken = std::mem::take(&mut lock(&self.state).operations);
        match taken.iter().find(|done| done.starts_with("failed")) {
            Some(failed) => bail!("the bench's AWS: {failed}"),
            None => Ok(taken),
        }
    }

    /// Has another run write the pages after this run looked for them and before it writes them itself.
    pub(super) fn overtake(&self) {
        lock(&self.state).overtake = true;
    }

    /// Whether every page is still the one of [`Self::overtake`].
    pub(super) fn is_overtaken(&self) -> bool {
        let state = lock(&self.state);
        state.pages.len() == 2
            && state
                .pages
                .values()
                .all(|page| page.fingerprint == "another")
    }
}

fn lock(state: &Mutex<State>) -> MutexGuard<'_, State> {
    state.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The record of a torrent whose content is known.
fn row(state: &str, number: usize) -> (String, Row) {
    let infohash = HEXLOWER.encode(&Sha1::digest(format!("{state} {number}")));
    let at = format!(
        "2026-01-{:02}T{:02}:{:02}:00Z",
        1 + number / 1_440,
        number / 60 % 24,
        number % 60
    );
    let stored = if state == "complete" { SIZE_BYTES } else { 0 };
    let item = json!({
        "pk": { "S": format!("torrent#{infohash}") },
        "kind": { "S": "torrent" },
        "sort": { "S": at },
        "infohash": { "S": infohash },
        "name": { "S": format!("A torrent with a name of the usual length, number {number}") },
        "state": { "S": state },
        "paused": { "BOOL": false },
        "source": { "M": { "type": { "S": "file" } } },
        "size_bytes": { "N": SIZE_BYTES.to_string() },
        "file_count": { "N": "7" },
        "worker": { "S": "bench" },
        "deluge_id": { "S": infohash },
        "stored_bytes": { "N": stored.to_string() },
        "added_at": { "S": at },
        "since": { "M": { "queued": { "S": at }, "downloading": { "S": at } } },
    });
    let item = item.to_string();
    let row = Row {
        fixed: item[1..item.len() - 1].to_owned(),
        progress: None,
    };
    (format!("torrent#{infohash}"), row)
}

impl Row {
    fn item(&self) -> String {
        match &self.progress {
            Some(progress) => format!("{{{},\"progress\":{progress}}}", self.fixed),
            None => format!("{{{}}}", self.fixed),
        }
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> Result<Response> {
        let Some(target) = request.header("x-amz-target") else {
            return self.s3(request);
        };
        let operation = target
            .split_once('.')
            .map_or(target, |(_, operation)| operation);
        self.operations.push(format!("dynamodb:{operation}"));
        let body: Value = serde_json::from_slice(request.body())?;
        let json = match operation {
            "GetItem" => "{}".to_owned(),
            "Query" => self.query(&body)?,
            "UpdateItem" => self.update(&body)?,
            operation => bail!("{operation} is not known"),
        };
        Ok(answer(StatusCode::OK, "application/x-amz-json-1.0", json))
    }

    fn query(&mut self, query: &Value) -> Result<String> {
        if std::mem::take(&mut self.overtake) {
            for page in self.pages.values_mut() {
                "\"another\"".clone_into(&mut page.etag);
                "another".clone_into(&mut page.fingerprint);
            }
        }
        let values = query["ExpressionAttributeValues"].as_object();
        let value = values.and_then(|values| values.values().next()?["S"].as_str());
        let rows = match value.context("a query without a value")? {
            "worker" => {
                return Ok(format!(
                    "{{\"Items\":[{}],\"Count\":1,\"ScannedCount\":1}}",
                    self.worker
                ));
            }
            "unfinished" => &self.unfinished,
            "ended" => &self.ended,
            value => bail!("rows of {value} are not known"),
        };
        let after = query["ExclusiveStartKey"]["pk"]["S"].as_str();
        let start = after.map_or(std::ops::Bound::Unbounded, std::ops::Bound::Excluded);
        let mut rows = rows.range::<str, _>((start, std::ops::Bound::Unbounded));
        let limit = query["Limit"].as_u64().unwrap_or(u64::MAX);
        let (mut items, mut bytes, mut last) = (Vec::new(), 0, None);
        for (key, row) in rows.by_ref() {
            let item = row.item();
            bytes += item.len();
            items.push(item);
            last = Some(key);
            if bytes >= QUERY_BYTES || items.len() as u64 >= limit {
                break;
            }
        }
        let next = last.filter(|_| rows.next().is_some()).map(|key| {
            let key = json!({ "pk": { "S": key } });
            format!(",\"LastEvaluatedKey\":{key}")
        });
        let (count, next) = (items.len(), next.unwrap_or_default());
        Ok(format!(
            "{{\"Items\":[{}],\"Count\":{count},\"ScannedCount\":{count}{next}}}",
            items.join(",")
        ))
    }

    fn update(&mut self, update: &Value) -> Result<String> {
        let key = update["Key"]["pk"]["S"].as_str().context("no key")?;
        let row = self.unfinished.get_mut(key);
        let row = row.with_context(|| format!("{key} is not there"))?;
        let progress = &update["ExpressionAttributeValues"][":progress"];
        row.progress = Some(progress.to_string());
        Ok("{}".to_owned())
    }

    /// Path style: `/BUCKET/KEY`.
    fn s3(&mut self, request: &Request) -> Result<Response> {
        self.operations.push(format!("s3:{}", request.method()));
        let path = request.url().split('?').next().unwrap_or_default();
        let page = self.pages.get(path);
        match request.method().as_str() {
            "HEAD" => {
                let Some(page) = page else {
                    return Ok(empty(StatusCode::NOT_FOUND));
                };
                let response = http::Response::builder()
                    .header("etag", &page.etag)
                    .header("x-amz-meta-fingerprint", &page.fingerprint)
                    .header("last-modified", "Thu, 01 Jan 2099 00:00:00 GMT");
                Ok(response.body(Vec::new())?)
            }
            "PUT" => {
                if request.header("if-match") != page.map(|page| page.etag.as_str()) {
                    let error = "<Error><Code>PreconditionFailed</Code></Error>";
                    let status = StatusCode::PRECONDITION_FAILED;
                    return Ok(answer(status, "application/xml", error));
                }
                let etag = format!("\"{}\"", self.operations.len());
                let fingerprint = request.header("x-amz-meta-fingerprint");
                let page = Page {
                    etag: etag.clone(),
                    fingerprint: fingerprint.context("no fingerprint")?.to_owned(),
                };
                self.pages.insert(path.to_owned(), page);
                let response = http::Response::builder().header("etag", &etag);
                Ok(response.body(Vec::new())?)
            }
            method => bail!("{method} {path} is not known"),
        }
    }
}
