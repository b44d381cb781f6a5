//! The product as somebody uses it: through its front door, over HTTP.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use data_encoding::BASE64;
use serde_json::{Value, json};
use ureq::http::{HeaderMap, HeaderValue, Request, Response};

use crate::{Loopback, Stack, interrupt};

/// How often a record is asked for while something is awaited.
const POLL: Duration = Duration::from_millis(250);

/// Calls the API and fetches pages and files, as the page and a visitor do.
#[derive(Clone)]
pub struct Product {
    http: Loopback,
    page: String,
    /// The session's cookie, as a browser sends it.
    cookie: Option<String>,
    observer: Option<Arc<Observer>>,
}

/// Sees every answer of the API; its error becomes the call's.
pub type Observer = dyn Fn(&Exchange<'_>) -> Result<()> + Send + Sync;

/// One call of the API and its answer.
#[derive(Debug, Clone, Copy)]
pub struct Exchange<'a> {
    /// In capitals.
    pub method: &'a str,
    /// With the query.
    pub path: &'a str,
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: &'a str,
    /// All headers of the answer.
    pub headers: &'a HeaderMap,
    /// A record, a list, or a problem.
    pub body: &'a Value,
}

/// What the API answered to a change.
#[derive(Debug, Clone)]
pub struct ApiAnswer {
    /// The HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: String,
    /// A record, or a problem.
    pub body: Value,
}

impl Product {
    /// The product that `stack` runs, as a stranger has it.
    #[must_use]
    pub fn of(stack: &Stack) -> Self {
        Self {
            http: stack.http(),
            page: stack.page_url(),
            cookie: None,
            observer: None,
        }
    }

    /// The product that `stack` runs, as its owner has it.
    ///
    /// # Errors
    /// When the owner cannot sign in.
    pub fn signed_in(stack: &Stack) -> Result<Self> {
        Self::of(stack).sign_in(stack.owner_token())
    }

    /// The same product for who has `token`: gives it to `POST /api/session` and keeps the cookie.
    ///
    /// # Errors
    /// When the token is not taken.
    pub fn sign_in(self, token: &str) -> Result<Self> {
        let request = Request::post(format!("{}api/session", self.page))
            .header("content-type", "application/json")
            .body(serde_json::to_vec(&json!({ "token": token }))?)?;
        let response = self.http.send(request)?;
        ensure!(
            response.status() == 200,
            "POST /api/session answered {}: {}",
            response.status(),
            String::from_utf8_lossy(response.body())
        );
        let cookie = response.headers().get("set-cookie");
        let cookie = cookie.and_then(|cookie| cookie.to_str().ok());
        let cookie = cookie.context("POST /api/session set no cookie")?;
        let pair = cookie.split(';').next().unwrap_or_default();
        Ok(Self {
            cookie: Some(pair.to_owned()),
            ..self
        })
    }

    /// The session's cookie, as it is sent.
    #[must_use]
    pub fn cookie(&self) -> Option<&str> {
        self.cookie.as_deref()
    }

    /// What a browser adds to a request of the product's own page: the cookie, and whose page it is.
    fn sent_by_page(&self, mut request: Request<Vec<u8>>) -> Result<Request<Vec<u8>>> {
        let headers = request.headers_mut();
        headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
        if let Some(cookie) = &self.cookie {
            headers.insert("cookie", cookie.parse()?);
        }
        Ok(request)
    }

    /// The same product, with every answer of its API shown to `observer`.
    #[must_use]
    pub fn observed(self, observer: Arc<Observer>) -> Self {
        Self {
            observer: Some(observer),
            ..self
        }
    }

    /// `POST /api/torrents` with the bytes of a `.torrent` file.
    ///
    /// # Errors
    /// When there is no answer, or one that is not JSON.
    pub fn add_file(&self, torrent: &[u8]) -> Result<ApiAnswer> {
        self.add(&json!({ "torrent": base64(torrent) }))
    }

    /// `POST /api/torrents` with any JSON.
    ///
    /// # Errors
    /// When there is no answer, or one that is not JSON.
    pub fn add(&self, body: &Value) -> Result<ApiAnswer> {
        let request = Request::post(format!("{}api/torrents", self.page))
            .header("content-type", "application/json")
            .body(serde_json::to_vec(body)?)?;
        self.api(request)
    }

    /// A GET of `path` below the page's address, which the API answers; any status is an answer.
    ///
    /// # Errors
    /// When there is no answer, or one that is not JSON.
    pub fn ask(&self, path: &str) -> Result<ApiAnswer> {
        self.call("GET", path)
    }

    /// A POST without a body to `path` below the page's address.
    ///
    /// # Errors
    /// When there is no answer, or one that is not JSON.
    pub fn post(&self, path: &str) -> Result<ApiAnswer> {
        self.call("POST", path)
    }

    /// A DELETE of `path` below the page's address.
    ///
    /// # Errors
    /// When there is no answer, or one that is not JSON.
    pub fn delete(&self, path: &str) -> Result<ApiAnswer> {
        self.call("DELETE", path)
    }

    /// Any method on `path` below the page's address, with JSON; an answer without a body is null.
    ///
    /// # Errors
    /// When there is no answer, or one that is not JSON.
    pub fn send_json(&self, method: &str, path: &str, body: &Value) -> Result<ApiAnswer> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.page))
            .header("content-type", "application/json");
        let body = if body.is_null() {
            Vec::new()
        } else {
            serde_json::to_vec(body)?
        };
        self.api(request.body(body)?)
    }

    fn call(&self, method: &str, path: &str) -> Result<ApiAnswer> {
        let request = Request::builder()
            .method(method)
            .uri(format!("{}{path}", self.page));
        self.api(request.body(Vec::new())?)
    }

    fn api(&self, request: Request<Vec<u8>>) -> Result<ApiAnswer> {
        let (method, uri) = (request.method().clone(), request.uri().clone());
        let path = uri.path_and_query().map_or("/", |path| path.as_str());
        let response = self.http.send(self.sent_by_page(request)?)?;
        let answer = answer(&response)?;
        if let Some(observer) = &self.observer {
            let exchange = Exchange {
                method: method.as_str(),
                path,
                status: answer.status,
                content_type: &answer.content_type,
                headers: response.headers(),
                body: &answer.body,
            };
            observer(&exchange).with_context(|| format!("{method} {path}: {}", answer.body))?;
        }
        Ok(answer)
    }

    /// A PUT of a file to any address, as a browser does with a presigned one.
    ///
    /// # Errors
    /// When the answer is not 200.
    pub fn put(&self, url: &str, content_type: &str, body: &[u8]) -> Result<()> {
        let request = Request::builder()
            .method("PUT")
            .uri(url)
            .header("content-type", content_type);
        let response = self.http.send(request.body(body.to_vec())?)?;
        ensure!(
            response.status() == 200,
            "PUT answered {}: {}",
            response.status(),
            String::from_utf8_lossy(response.body())
        );
        Ok(())
    }

    /// The record of a torrent, as the API shows it.
    ///
    /// # Errors
    /// When the API does not know it.
    pub fn torrent(&self, infohash: &str) -> Result<Value> {
        let answer = self.ask(&format!("api/torrents/{infohash}"))?;
        ensure!(
            answer.status == 200,
            "GET /api/torrents/{infohash} answered {}: {}",
            answer.status,
            answer.body
        );
        Ok(answer.body)
    }

    /// The record, once `ready` accepts it; every reading is shown to `each`.
    ///
    /// # Errors
    /// When the torrent fails, or `timeout` passes, with the record as it was last.
    pub fn wait_until(
        &self,
        infohash: &str,
        timeout: Duration,
        ready: impl Fn(&Value) -> bool,
        mut each: impl FnMut(&Value),
    ) -> Result<Value> {
        let start = Instant::now();
        loop {
            let record = self.torrent(infohash)?;
            each(&record);
            if ready(&record) {
                return Ok(record);
            }
            ensure!(
                record["state"] != "failed",
                "the torrent failed: {}",
                record["reason"]
            );
            ensure!(
                start.elapsed() < timeout,
                "nothing new for {timeout:?}; the record is {record}"
            );
            interrupt::sleep(POLL)?;
        }
    }

    /// The record, once the torrent is complete.
    ///
    /// # Errors
    /// As [`Self::wait_until`].
    pub fn wait_until_complete(&self, infohash: &str, timeout: Duration) -> Result<Value> {
        self.wait_until(
            infohash,
            timeout,
            |record| record["state"] == "complete",
            |_| (),
        )
    }

    /// The links of a torrent's complete page to its files, as paths without the leading slash.
    ///
    /// # Errors
    /// When there is no such page.
    pub fn links(&self, infohash: &str) -> Result<Vec<String>> {
        let page = String::from_utf8(self.get(&format!("complete/{infohash}/index.html"))?)?;
        let hrefs = page
            .split("href=\"/")
            .skip(1)
            .filter_map(|rest| rest.split('"').next());
        Ok(hrefs
            .filter(|href| href.starts_with("files/"))
            .map(str::to_owned)
            .collect())
    }

    /// The body at `path` below the page's address.
    ///
    /// # Errors
    /// When the answer is not 200.
    pub fn get(&self, path: &str) -> Result<Vec<u8>> {
        let request = Request::get(format!("{}{path}", self.page)).body(Vec::new())?;
        let response = self.http.send(self.sent_by_page(request)?)?;
        if response.status() != 200 {
            let body = String::from_utf8_lossy(response.body());
            bail!(
                "GET /{path} answered {}: {}",
                response.status(),
                body.chars().take(300).collect::<String>()
            );
        }
        Ok(response.into_body())
    }
}

/// A file's bytes as the API takes them.
#[must_use]
pub fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

fn answer(response: &Response<Vec<u8>>) -> Result<ApiAnswer> {
    let content_type = response.headers().get("content-type");
    let content_type = content_type.and_then(|value| value.to_str().ok());
    Ok(ApiAnswer {
        status: response.status().as_u16(),
        content_type: content_type.unwrap_or_default().to_owned(),
        body: if response.body().is_empty() {
            Value::Null
        } else {
            serde_json::from_slice(response.body()).context("the API's answer is not JSON")?
        },
    })
}
