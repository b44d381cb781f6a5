use lambda_http::http::StatusCode;
use lambda_http::{Body, Response};
use serde::Serialize;
use store::StoreError;

/// Why a request is refused, in the caller's terms: `application/problem+json` (RFC 9457).
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// `urn:torrent2s3:problem:<kind>`: stable, for programs.
    #[serde(rename = "type")]
    kind: String,
    /// The HTTP status in words.
    title: &'static str,
    status: u16,
    /// What is wrong with this very request, for people.
    detail: String,
    /// The field of the request that is wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    /// The byte of the torrent file where it went wrong.
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<usize>,
}

impl Problem {
    /// A problem of a `kind` such as `not-base64`, with a sentence for a person.
    #[must_use]
    pub fn new(status: StatusCode, kind: &str, detail: impl Into<String>) -> Self {
        Self {
            kind: format!("urn:torrent2s3:problem:{kind}"),
            title: status.canonical_reason().unwrap_or("Error"),
            status: status.as_u16(),
            detail: detail.into(),
            field: None,
            offset: None,
        }
    }

    /// Names the field of the request that is wrong.
    #[must_use]
    pub fn in_field(mut self, field: impl Into<String>) -> Self {
        self.field = Some(field.into());
        self
    }

    /// Names the byte of the torrent file where it went wrong.
    #[must_use]
    pub fn at_offset(mut self, offset: usize) -> Self {
        self.offset = Some(offset);
        self
    }

    /// As an answer.
    #[must_use]
    pub fn into_response(self) -> Response<Body> {
        let status = StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        crate::answer(status, "application/problem+json", &self)
    }
}

/// Logs the failure, here where it is handled, and tells the caller only whether to try again.
impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        tracing::error!(%error, "a request could not be served");
        if error.is_retryable() {
            let detail = "the service is not available at the moment; nothing is lost, try again";
            Self::new(StatusCode::SERVICE_UNAVAILABLE, "unavailable", detail)
        } else {
            let detail = "something is stored that cannot be read; the log has the details";
            Self::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", detail)
        }
    }
}
