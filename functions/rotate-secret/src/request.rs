use anyhow::{Result, ensure};
use serde::Deserialize;
use serde_json::json;

/// Who wants what.
#[derive(Deserialize)]
#[serde(untagged)]
pub(crate) enum Request {
    Deployment(Deployment),
    Rotate(Rotate),
}

/// `{"rotate": true}`, and nothing else by mistake.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rotate {
    #[serde(rename = "rotate", deserialize_with = "yes")]
    _yes: (),
}

/// A custom resource's request (CloudFormation, "Custom resource request objects").
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
pub(crate) struct Deployment {
    request_type: String,
    #[serde(rename = "ResponseURL")]
    response_url: String,
    stack_id: String,
    request_id: String,
    logical_resource_id: String,
}

impl Deployment {
    pub(crate) fn is_deletion(&self) -> bool {
        self.request_type == "Delete"
    }

    /// Tells CloudFormation, which waits for nothing else, how it went.
    ///
    /// # Errors
    /// When it cannot be told.
    pub(crate) async fn report(&self, outcome: &Result<()>) -> Result<()> {
        let (status, reason) = match outcome {
            Ok(()) => ("SUCCESS", String::new()),
            // The SDK's errors have no secret in them.
            Err(error) => ("FAILED", format!("{error:#}").chars().take(500).collect()),
        };
        let body = json!({
            "Status": status,
            "Reason": reason,
            "PhysicalResourceId": "keys",
            "StackId": self.stack_id,
            "RequestId": self.request_id,
            "LogicalResourceId": self.logical_resource_id,
        });
        // The address is signed for a request without a content type.
        let request = reqwest::Client::new().put(&self.response_url);
        let answer = request.body(body.to_string()).send().await?;
        ensure!(
            answer.status().is_success(),
            "CloudFormation answered {}",
            answer.status()
        );
        Ok(())
    }
}

fn yes<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<(), D::Error> {
    if bool::deserialize(deserializer)? {
        return Ok(());
    }
    Err(serde::de::Error::custom("`rotate` is true or absent"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_says_so_rotates() {
        let read = |text: &str| serde_json::from_str::<Request>(text);
        assert!(matches!(
            read(r#"{"rotate": true}"#),
            Ok(Request::Rotate(_))
        ));
        for text in [
            "{}",
            "null",
            r#"{"rotate": false}"#,
            r#"{"rotate": true, "x": 1}"#,
        ] {
            assert!(read(text).is_err(), "{text}");
        }
        let event = r#"{"RequestType": "Create", "ResponseURL": "https://a.example/x", "StackId": "s",
            "RequestId": "r", "LogicalResourceId": "Keys", "ResourceType": "Custom::Keys"}"#;
        assert!(matches!(read(event), Ok(Request::Deployment(_))));
    }
}
