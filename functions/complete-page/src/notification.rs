use std::collections::BTreeSet;

use serde::Deserialize;
use torrent::{Infohash, ObjectKey};

/// The envelope in which SNS puts a message for SQS (Amazon SNS guide, "Amazon SNS message format").
#[derive(Deserialize)]
struct Envelope {
    #[serde(rename = "Message")]
    message: String,
}

/// S3's message (Amazon S3 guide, "Event message structure"). `s3:TestEvent` has no records.
#[derive(Deserialize)]
struct Notification {
    #[serde(rename = "Event")]
    event: Option<String>,
    #[serde(rename = "Records", default)]
    records: Vec<Record>,
}

#[derive(Deserialize)]
struct Record {
    s3: Entity,
}

#[derive(Deserialize)]
struct Entity {
    object: Object,
}

#[derive(Deserialize)]
struct Object {
    key: String,
}

/// What a message from SQS announces.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Announced {
    /// Objects of these torrents were stored or deleted.
    Torrents(BTreeSet<Infohash>),
    /// S3 tried out whether its messages arrive: the bucket is new, or its notifications are.
    Test,
}

/// Reads a message.
pub(crate) fn read(body: &str) -> Result<Announced, serde_json::Error> {
    let envelope: Envelope = serde_json::from_str(body)?;
    let notification: Notification = serde_json::from_str(&envelope.message)?;
    if notification.event.as_deref() == Some("s3:TestEvent") {
        return Ok(Announced::Test);
    }
    let mut infohashes = BTreeSet::new();
    for record in notification.records {
        let key = store::form_decoded(&record.s3.object.key);
        match key.parse::<ObjectKey>() {
            Ok(key) => _ = infohashes.insert(key.infohash()),
            Err(error) => tracing::warn!(%error, "an object that is not ours was announced"),
        }
    }
    Ok(Announced::Torrents(infohashes))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn body(message: &serde_json::Value) -> String {
        json!({"Type": "Notification", "Message": message.to_string()}).to_string()
    }

    #[test]
    fn keys_are_decoded_and_strangers_left_out() {
        let ours = "0123456789abcdef0123456789abcdef01234567";
        let encoded = "89abcdef0123456789abcdef0123456701234567";
        let record = |key: &str| json!({"s3": {"object": {"key": key}}});
        let message = json!({"Records": [
            record(&format!("files/{ours}/a+b%2Bc/%C3%BC.txt")),
            record(&format!("manifests/{ours}.json")),
            record(&format!("files%2F{encoded}%2F100%25.txt")),
            record("somebody/else"),
        ]});
        let named = BTreeSet::from([ours, encoded].map(|infohash| infohash.parse().unwrap()));
        assert_eq!(read(&body(&message)).unwrap(), Announced::Torrents(named));
    }

    #[test]
    fn the_sample_event_names_one_torrent() {
        let event = include_str!("../../../events/complete-page-stored.json");
        let event: aws_lambda_events::sqs::SqsEvent = serde_json::from_str(event).unwrap();
        let read = |message: &aws_lambda_events::sqs::SqsMessage| {
            super::read(message.body.as_deref().unwrap()).unwrap()
        };
        let announced: Vec<_> = event.records.iter().map(read).collect();
        assert_eq!(announced[0], announced[1], "a file, and the manifest");
        assert!(matches!(&announced[0], Announced::Torrents(torrents) if torrents.len() == 1));
        assert_eq!(announced[2], Announced::Test);
    }

    #[test]
    fn other_messages_are_refused() {
        assert!(read("{}").is_err());
        assert!(read(r#"{"Message": "hello"}"#).is_err());
        assert_eq!(
            read(&body(&json!({}))).unwrap(),
            Announced::Torrents(BTreeSet::new())
        );
    }
}
