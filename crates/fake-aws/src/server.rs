use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_dynamodb::config::{Credentials, SharedCredentialsProvider};
use fake_http::{Request, Response, Server};
use serde_json::Value;

use crate::bucket::{self, Listed};
use crate::key_value_store::KeyValueStore;
use crate::table::{self, Table};

/// An HTTP server on a free port of 127.0.0.1 that answers as DynamoDB, S3 and the key-value store do. It ends with
/// its last clone.
#[derive(Debug, Clone)]
pub struct FakeAws {
    url: String,
    shared: Arc<Shared>,
}

#[derive(Debug, Default)]
pub(crate) struct Shared {
    store: Mutex<KeyValueStore>,
    table: Mutex<Table>,
    listed: Mutex<Listed>,
    calls: Mutex<Vec<String>>,
}

/// Status, headers and body.
pub(crate) struct Answer {
    pub(crate) status: u16,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: String,
}

impl Answer {
    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self {
            status,
            headers: vec![("content-type", "application/json".to_owned())],
            body: body.to_string(),
        }
    }

    pub(crate) fn xml(body: String) -> Self {
        Self {
            status: 200,
            headers: vec![("content-type", "application/xml".to_owned())],
            body,
        }
    }

    fn into_response(self) -> Response {
        let mut response = http::Response::builder().status(self.status);
        for (name, value) in self.headers {
            response = response.header(name, value);
        }
        response.body(self.body.into()).expect("headers")
    }

    pub(crate) fn with(mut self, name: &'static str, value: &str) -> Self {
        self.headers.push((name, value.to_owned()));
        self
    }
}

impl FakeAws {
    /// Starts it, empty.
    ///
    /// # Panics
    /// When there is no free port.
    #[must_use]
    pub fn start() -> Self {
        let server = Server::start().expect("a free port");
        let url = server.url();
        let shared = Arc::new(Shared::default());
        let weak = Arc::downgrade(&shared);
        thread::spawn(move || {
            for request in server.requests() {
                let Some(shared) = weak.upgrade() else { return };
                let answer = shared.answer(&request);
                request.respond(answer.into_response());
            }
        });
        Self { url, shared }
    }

    /// What the SDK's clients are made of, to reach it.
    #[must_use]
    pub fn config(&self) -> SdkConfig {
        let credentials = Credentials::new("test", "test", None, None, "test");
        SdkConfig::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .endpoint_url(&self.url)
            .build()
    }

    /// The key-value store, whatever its ARN.
    pub fn store(&self) -> MutexGuard<'_, KeyValueStore> {
        locked(&self.shared.store)
    }

    /// The DynamoDB table, whatever its name, with the keys `pk` and `sk`.
    pub fn table(&self) -> MutexGuard<'_, Table> {
        locked(&self.shared.table)
    }

    /// What the bucket's listings show, whatever its name.
    pub fn listed(&self) -> MutexGuard<'_, Listed> {
        locked(&self.shared.listed)
    }

    /// Counts operations from now on.
    pub fn forget_calls(&self) {
        locked(&self.shared.calls).clear();
    }

    /// Operations that were asked for since the last time, in order.
    #[must_use]
    pub fn take_calls(&self) -> Vec<String> {
        std::mem::take(&mut locked(&self.shared.calls))
    }
}

impl Shared {
    fn answer(&self, request: &Request) -> Answer {
        let body = str::from_utf8(request.body()).expect("a body in UTF-8");
        let url = request.url();
        let (path, query) = url.split_once('?').unwrap_or((url, ""));
        let (operation, answer) = if let Some(target) = request.header("x-amz-target") {
            let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
            let body = serde_json::from_str(body).expect("JSON");
            let answer = table::answer(&mut locked(&self.table), &operation, &body);
            (operation, answer)
        } else if path.starts_with("/key-value-stores/") {
            let mut store = locked(&self.store);
            let keys = path.ends_with("/keys");
            match (request.method().as_str(), keys) {
                ("GET", false) => ("DescribeKeyValueStore", store.describe()),
                ("GET", true) => ("ListKeys", store.list(query)),
                _ => {
                    let body = serde_json::from_str(body).expect("JSON");
                    let tag = request.header("if-match").unwrap_or_default();
                    ("UpdateKeys", store.update(tag, &body))
                }
            }
            .into_named()
        } else {
            bucket::answer(&mut locked(&self.listed), query, body).into_named()
        };
        locked(&self.calls).push(operation);
        answer
    }
}

trait IntoNamed {
    fn into_named(self) -> (String, Answer);
}

impl IntoNamed for (&str, Answer) {
    fn into_named(self) -> (String, Answer) {
        (self.0.to_owned(), self.1)
    }
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
