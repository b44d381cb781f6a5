use std::fmt;
use std::time::Duration;

use ureq::http::header::{self, HeaderName};
use ureq::http::{Method, Request};
use url::Url;

/// For a call of the API without much to send. API Gateway gives up after 30 s.
const API: Duration = Duration::from_secs(40);

/// For a request that only looks whether something is well: what needs longer is not. API Gateway gives up after 30 s.
const PROBE: Duration = Duration::from_secs(32);

/// For a request with up to 10 MiB in it, on a slow line.
const UPLOAD: Duration = Duration::from_mins(10);

/// For one request of a file. What is missing then is asked for in the next one, so this does not limit a
/// file's size.
const FILE: Duration = Duration::from_mins(15);

/// For one read from the connection, in requests that may take long while something moves.
const READ: Duration = Duration::from_secs(40);

/// What AWS's presigned addresses stay far below; the library that sends takes 64 KiB.
const URL_BYTES_MAX: usize = 16 * 1024;

/// One request, as often as it needs to be sent. All of them can be repeated without harm: that is how the
/// API is made.
#[derive(Debug, Clone)]
pub(crate) struct Call<'a> {
    pub(crate) method: Method,
    pub(crate) url: Url,
    headers: Vec<(HeaderName, String)>,
    body: Option<&'a [u8]>,
    /// Whether the service may know who asks; others never do.
    pub(crate) with_token: bool,
    /// Whether a redirect to another server is an error: then the service is not where it was looked for.
    pub(super) stays_home: bool,
    pub(super) limit: Duration,
    pub(super) read_limit: Option<Duration>,
}

/// Which bytes of a file.
#[derive(Debug, Clone, Copy)]
pub(crate) struct FileRange<'a> {
    pub(crate) from: u64,
    /// The last byte; none means the file's.
    pub(crate) last: Option<u64>,
    /// Only if the file still has this `ETag`.
    pub(crate) etag: Option<&'a str>,
}

impl<'a> Call<'a> {
    /// A call of the API, without a body.
    pub(crate) fn to_api(method: Method, url: Url) -> Self {
        let headers = vec![(header::ACCEPT, "application/json".to_owned())];
        Self {
            method,
            url,
            headers,
            body: None,
            with_token: true,
            stays_home: true,
            limit: API,
            read_limit: None,
        }
    }

    /// The same, with a body.
    pub(crate) fn with_json(mut self, body: &'a [u8]) -> Self {
        self.headers
            .push((header::CONTENT_TYPE, "application/json".to_owned()));
        self.body = Some(body);
        (self.limit, self.read_limit) = (UPLOAD, Some(READ));
        self
    }

    /// A PUT to S3. Its permission is in the URL; a token would be none of S3's business.
    pub(crate) fn put_presigned(url: Url, body: &'a [u8], content_type: &str) -> Self {
        Self {
            method: Method::PUT,
            url,
            headers: vec![(header::CONTENT_TYPE, content_type.to_owned())],
            body: Some(body),
            with_token: false,
            stays_home: false,
            limit: UPLOAD,
            read_limit: Some(READ),
        }
    }

    /// A GET of a file, as a whole or a range of it.
    pub(crate) fn get_file(url: Url, range: Option<FileRange<'_>>) -> Self {
        let mut headers = Vec::new();
        if let Some(FileRange { from, last, etag }) = range {
            let last = last.map_or(String::new(), |last| last.to_string());
            headers.push((header::RANGE, format!("bytes={from}-{last}")));
            headers.extend(etag.map(|etag| (header::IF_RANGE, etag.to_owned())));
        }
        Self {
            method: Method::GET,
            url,
            headers,
            body: None,
            with_token: true,
            stays_home: false,
            limit: FILE,
            read_limit: Some(READ),
        }
    }

    /// A request whose answer is looked at, whatever it is. It carries no token, unless [`Self::by_token`].
    pub(crate) fn probe(method: Method, url: Url) -> Self {
        Self {
            method,
            url,
            headers: Vec::new(),
            body: None,
            with_token: false,
            stays_home: true,
            limit: PROBE,
            read_limit: None,
        }
    }

    /// The same, with a header.
    pub(crate) fn with_header(mut self, name: HeaderName, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }

    /// The same, with a body and no more time than without.
    pub(crate) fn carrying(self, content_type: &str, body: &'a [u8]) -> Self {
        let body = Some(body);
        Self {
            body,
            ..self.with_header(header::CONTENT_TYPE, content_type)
        }
    }

    /// The same, with no more time than this.
    pub(crate) fn within(mut self, limit: Duration) -> Self {
        self.limit = self.limit.min(limit);
        self
    }

    /// The same, with the token, if it goes to the service.
    pub(crate) fn by_token(mut self) -> Self {
        self.with_token = true;
        self
    }

    /// As ureq takes it, to `url`.
    pub(super) fn request(&self, url: &Url, authorization: Option<&str>) -> Request<&'a [u8]> {
        let mut request = Request::builder()
            .method(self.method.clone())
            .uri(url.as_str());
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if let Some(authorization) = authorization {
            request = request.header(header::AUTHORIZATION, authorization);
        }
        request
            .body(self.body.unwrap_or_default())
            .expect("URL and headers are valid")
    }

    /// Whether its address can be asked at all: HTTP, and no longer than servers take.
    pub(crate) fn is_possible(&self) -> bool {
        matches!(self.url.scheme(), "http" | "https")
            && self.url.has_host()
            && self.url.as_str().len() <= URL_BYTES_MAX
    }

    pub(super) const fn has_body(&self) -> bool {
        self.body.is_some()
    }
}

/// For messages: without the query, which is a secret in a presigned URL.
impl fmt::Display for Call<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut url = self.url.clone();
        url.set_query(None);
        write!(f, "{} {url}", self.method)
    }
}
