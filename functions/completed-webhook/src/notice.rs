use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};
use torrent::{Infohash, Timestamp};

/// The envelope in which SNS puts a message for SQS (Amazon SNS guide, "Amazon SNS message format").
#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Envelope {
    message: String,
    message_attributes: BTreeMap<String, Attribute>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Attribute {
    r#type: String,
    value: String,
}

/// What a receiver is told: the notice of the topic `Completed`, as JSON.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Notice {
    /// The same for the same news, however often it is sent. A receiver that has seen it can ignore it.
    #[serde(skip)]
    pub(crate) id: String,
    /// The torrent that is complete.
    #[serde(skip)]
    pub(crate) infohash: Infohash,
    r#type: &'static str,
    timestamp: Timestamp,
    /// For people.
    text: String,
    /// The notice's attributes.
    data: Map<String, Value>,
}

/// Why a message of the queue is not a notice.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NoticeError {
    /// It is not SNS's.
    #[error("it is not a message of SNS: {0}")]
    Envelope(#[from] serde_json::Error),
    /// One of complete-page's attributes is missing or malformed.
    #[error("its attribute {0} is missing or malformed")]
    Attribute(&'static str),
}

impl Notice {
    /// Reads the body of a message from SQS.
    pub(crate) fn read(body: &str) -> Result<Self, NoticeError> {
        let envelope: Envelope = serde_json::from_str(body)?;
        let text = |name| {
            let attribute = envelope.message_attributes.get(name);
            attribute.map(|attribute| attribute.value.as_str())
        };
        if text("event") != Some("completed") {
            return Err(NoticeError::Attribute("event"));
        }
        let infohash: Infohash = text("infohash")
            .and_then(|text| text.parse().ok())
            .ok_or(NoticeError::Attribute("infohash"))?;
        let timestamp: Timestamp = text("stored_at")
            .and_then(|text| text.parse().ok())
            .ok_or(NoticeError::Attribute("stored_at"))?;
        let attributes = envelope.message_attributes.iter();
        Ok(Self {
            id: format!("completed_{infohash}_{}", timestamp.as_millisecond()),
            infohash,
            r#type: "torrent.completed",
            timestamp,
            data: attributes
                .filter(|(name, _)| *name != "event")
                .map(|(name, attribute)| (name.clone(), attribute.json()))
                .collect(),
            text: envelope.message,
        })
    }
}

impl Attribute {
    fn json(&self) -> Value {
        let number = (self.r#type == "Number").then(|| self.value.parse::<Number>());
        match number {
            Some(Ok(number)) => Value::Number(number),
            _ => Value::String(self.value.clone()),
        }
    }
}

#[cfg(test)]
mod tests {
    use aws_lambda_events::sqs::SqsEvent;
    use serde_json::json;

    use super::*;

    fn sample() -> String {
        let event = include_str!("../../../events/completed-webhook-notice.json");
        let event: SqsEvent = serde_json::from_str(event).unwrap();
        event.records[0].body.clone().unwrap()
    }

    #[test]
    fn the_sample_event_is_a_notice() {
        let infohash = "25e6e4bc4eb17527321dd43fbe4233c7b2e82370";
        let notice = Notice::read(&sample()).unwrap();
        assert_eq!(notice.id, format!("completed_{infohash}_1795400220000"));
        let json = serde_json::to_value(&notice).unwrap();
        let url = format!("https://d111111abcdef8.cloudfront.net/complete/{infohash}/index.html");
        assert_eq!(
            json,
            json!({
                "type": "torrent.completed",
                "timestamp": "2026-11-23T02:17:00Z",
                "text": format!(
                    "hello world.txt is complete: 1 file, 36 B.\n\n{url}\n\nInfo-hash {infohash}, stored 2026-11-23T02:17:00Z.\n"
                ),
                "data": {
                    "infohash": infohash,
                    "name": "hello world.txt",
                    "url": url,
                    "kind": "text",
                    "size_bytes": 36,
                    "file_count": 1,
                    "stored_at": "2026-11-23T02:17:00Z",
                },
            })
        );
    }

    #[test]
    fn what_is_no_notice_says_what_is_wrong() {
        for (name, value) in [
            ("event", "other"),
            ("infohash", "xyz"),
            ("stored_at", "soon"),
        ] {
            let mut body: Value = serde_json::from_str(&sample()).unwrap();
            body["MessageAttributes"][name]["Value"] = json!(value);
            let error = Notice::read(&body.to_string()).unwrap_err();
            assert!(error.to_string().contains(name), "{error}");
        }
        assert!(matches!(Notice::read("{}"), Err(NoticeError::Envelope(_))));
    }
}
