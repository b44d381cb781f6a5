use anyhow::Context;
use serde::Serialize;

use crate::request::Request;

/// The one thing that is published; that it never changes keeps CloudFormation from deleting "the old one" after
/// an update.
const PHYSICAL_ID: &str = "published";
/// What CloudFormation takes of a reason, in bytes; the whole answer may have 4,096.
const REASON_MAX: usize = 1000;

#[derive(Debug, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Answer<'a> {
    status: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    physical_resource_id: &'a str,
    stack_id: &'a str,
    request_id: &'a str,
    logical_resource_id: &'a str,
}

/// Serves a request and tells CloudFormation how it went. A failure is an answer too: without one the stack would
/// wait until its time-out.
///
/// # Errors
/// When CloudFormation cannot be told; Lambda then tries again.
pub(crate) async fn answered(
    http: &reqwest::Client,
    request: Request,
    serve: impl AsyncFnOnce(&Request) -> anyhow::Result<()>,
) -> anyhow::Result<()> {
    let outcome = serve(&request).await;
    if let Err(error) = &outcome {
        tracing::error!(error = format!("{error:#}"), "nothing was published");
    }
    let answer = Answer::of(&request, outcome.err());
    let sent = http
        .put(&request.response_url)
        // S3 signed the address for a body without a content type.
        .body(serde_json::to_vec(&answer)?)
        .send()
        .await;
    // Neither error may carry the address into the log.
    sent.and_then(reqwest::Response::error_for_status)
        .map_err(reqwest::Error::without_url)
        .context("CloudFormation cannot be told")?;
    Ok(())
}

impl<'a> Answer<'a> {
    fn of(request: &'a Request, error: Option<anyhow::Error>) -> Self {
        let reason = error.map(|error| {
            let mut reason = format!("{error:#}");
            reason.truncate(reason.floor_char_boundary(REASON_MAX));
            reason
        });
        Self {
            status: if reason.is_some() {
                "FAILED"
            } else {
                "SUCCESS"
            },
            reason,
            physical_resource_id: PHYSICAL_ID,
            stack_id: &request.stack_id,
            request_id: &request.id,
            logical_resource_id: &request.logical_resource_id,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        serde_json::from_str(include_str!("../../../events/publish-site-update.json")).unwrap()
    }

    #[test]
    fn a_failure_is_answered_with_its_reason_cut_to_what_is_taken() {
        let request = request();
        let error = anyhow::anyhow!("{}", "é".repeat(3000)).context("the page");
        let json = serde_json::to_value(Answer::of(&request, Some(error))).unwrap();
        assert_eq!(json["Status"], "FAILED");
        let reason = json["Reason"].as_str().unwrap();
        assert!(reason.starts_with("the page: é") && reason.len() <= REASON_MAX);
    }

    #[test]
    fn a_success_names_what_was_asked() {
        let request = request();
        let json = serde_json::to_value(Answer::of(&request, None)).unwrap();
        assert_eq!(json["Status"], "SUCCESS");
        assert_eq!(json["RequestId"], request.id.as_str());
        assert!(json.get("Reason").is_none());
    }
}
