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

/// The torrents whose objects a message from SQS announces.
pub(crate) fn infohashes(body: &str) -> Result<BTreeSet<Infohash>, serde_json::Error> {
    let envelope: Envelope = serde_json::from_str(body)?;
    let notification: Notification = serde_json::from_str(&envelope.message)?;
    let mut infohashes = BTreeSet::new();
    for record in notification.records {
        let key = store::form_decoded(&record.s3.object.key);
        match key.parse::<ObjectKey>() {
            Ok(key) => _ = infohashes.insert(key.infohash()),
            Err(error) => tracing::warn!(%error, "an object that is not ours was stored"),
        }
    }
    Ok(infohashes)
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
        let record = |key: &str| json!({"s3": {"object": {"key": key}}});
        let message = json!({"Records": [
            record(&format!("files/{ours}/a+b%2Bc/%C3%BC.txt")),
            record(&format!("manifests/{ours}.json")),
            record("somebody/else"),
        ]});
        let found: Vec<_> = infohashes(&body(&message))
            .unwrap()
            .into_iter()
            .map(|i| i.to_string())
            .collect();
        assert_eq!(found, [ours]);
    }

    #[test]
    fn the_sample_event_names_one_torrent() {
        let event = include_str!("../../../events/complete-page-stored.json");
        let event: aws_lambda_events::sqs::SqsEvent = serde_json::from_str(event).unwrap();
        let named = event
            .records
            .iter()
            .map(|message| infohashes(message.body.as_deref().unwrap()).unwrap());
        let counts: Vec<_> = named.map(|infohashes| infohashes.len()).collect();
        assert_eq!(counts, [1, 1, 0], "a file, a manifest, a test event");
    }

    #[test]
    fn a_test_event_announces_nothing() {
        let message = json!({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "b"});
        assert!(infohashes(&body(&message)).unwrap().is_empty());
        assert!(infohashes("{}").is_err());
    }
}
