use lambda_http::http::{HeaderValue, Method, StatusCode, header};
use lambda_http::{Body, Response};
use serde::Serialize;
use store::StoreError;

/// Why a request is refused, in the caller's terms: `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// `urn:torrent2s3:problem:<kind>`: stable, for programs.
    #[serde(rename = "type")]
    kind: Box<str>,
    /// The HTTP status in words.
    title: &'static str,
    status: u16,
    /// What is wrong with this very request, for people.
    detail: Box<str>,
    /// The field of the request that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<Box<str>>,
    /// The byte of the torrent file where it went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<usize>,
    /// The key of the torrent file that is wrong, with its dictionaries: `info.piece length`.
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'static str>,
    #[serde(skip)]
    allow: Option<&'static str>,
    #[serde(skip)]
    retry_after_seconds: Option<u16>,
}

impl Problem {
    /// A problem of a `kind` such as `not-base64`, with a sentence for a person.
    #[must_use]
    pub fn new(status: StatusCode, kind: &str, detail: impl Into<Box<str>>) -> Self {
        Self {
            kind: format!("urn:torrent2s3:problem:{kind}").into(),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            offset: None,
            key: None,
            allow: None,
            retry_after_seconds: None,
        }
    }

    /// Nothing is at the address.
    #[must_use]
    pub fn no_route() -> Self {
        let detail = "there is nothing at this address; openapi.yaml lists what there is";
        Self::new(StatusCode::NOT_FOUND, "no-route", detail)
    }

    /// The address does not take this method, but `allowed`, which the header says that RFC 9110 wants with a 405.
    #[must_use]
    pub fn not_allowed(method: &Method, allowed: &'static str) -> Self {
        let detail = format!("{method} is not possible here; {allowed} is");
        let mut problem = Self::new(StatusCode::METHOD_NOT_ALLOWED, "method", detail);
        problem.allow = Some(allowed);
        problem
    }

    /// What the function needs does not answer. The reason is for the log, where whoever found it says it.
    #[must_use]
    pub fn unavailable() -> Self {
        let detail = "the service is not available at the moment; nothing is lost, try again";
        Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
    }

    /// Names the field of the request that is wrong.
    #[must_use]
    pub fn in_field(mut self, field: &str) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Names the byte of the torrent file where it went wrong.
    #[must_use]
    pub fn at_offset(mut self, offset: usize) -> Self {
        self.offset = Some(offset);
        self
    }

    /// Names the key of the torrent file that is wrong.
    #[must_use]
    pub const fn at_key(mut self, key: &'static str) -> Self {
        self.key = Some(key);
        self
    }

    /// Says when to try again, for the header of RFC 9110, 10.2.3.
    #[must_use]
    pub const fn retry_after(mut self, seconds: u16) -> Self {
        self.retry_after_seconds = Some(seconds);
        self
    }

    /// As an answer.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = crate::answer(status, "application/problem+json", &self);
        if let Some(methods) = self.allow {
            let headers = response.headers_mut();
            headers.insert(header::ALLOW, HeaderValue::from_static(methods));
        }
        if let Some(seconds) = self.retry_after_seconds {
            let headers = response.headers_mut();
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        response
    }
}

/// Logs the failure, here where it is handled, and tells the caller only whether to try again.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a request could not be served");
        if error.is_retryable() {
            Self::unavailable()
        } else {
            let detail = "something is stored that cannot be read; the log has the details";
            Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
        }
    }
}
