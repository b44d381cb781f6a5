//! What the functions behind API Gateway share: answers as JSON, errors as problems (RFC 9457).
//!
//! This is the one place where an error becomes an HTTP status. Whoever called never sees debug text.

mod problem;

use lambda_http::http::{StatusCode, header};
use lambda_http::{Body, Response};
use serde::Serialize;

pub use problem::Problem;

/// An answer with a JSON body. What the API says changes from call to call, so nobody may keep it.
///
/// # Panics
/// Never for the types of this project, whose JSON has text keys only.
#[must_use]
pub fn json(status: StatusCode, body: &impl Serialize) -> Response<Body> {
    answer(status, "application/json", body)
}

/// Refuses a request body that does not come as `application/json`.
///
/// # Errors
/// `content-type`, with what it came as.
pub fn only_json(content_type: Option<&str>) -> Result<(), Problem> {
    let media_type = content_type.unwrap_or_default();
    let media_type = media_type.split(';').next().unwrap_or_default().trim();
    if media_type.eq_ignore_ascii_case("application/json") {
        return Ok(());
    }
    let detail = format!("send application/json, not {media_type:?}");
    let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
    Err(Problem::new(status, "content-type", detail))
}

fn answer(status: StatusCode, content_type: &str, body: &impl Serialize) -> Response<Body> {
    let body = serde_json::to_string(body).expect("only maps with text keys are written");
    Response::builder()
        .status(status)
        .header(header::CONTENT_TYPE, content_type)
        .header(header::CACHE_CONTROL, "no-store")
        .body(Body::Text(body))
        .expect("the headers are constants")
}
