use std::convert::Infallible;
use std::time::{Duration, SystemTime};

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use deluge::Clients;
use futures_util::future::join_all;
use store::{Bucket, Changes, Records};
use tokio::time::timeout;
use torrent::{Infohash, Owner, QueueMessage, State, Timestamp};

use crate::fault::Fault;

/// Left of the function's time to write down what came of the messages and to answer.
const RESERVE: Duration = Duration::from_secs(3);

/// What the function needs of the world.
pub(crate) struct WatchQueue {
    pub(crate) records: Records,
    pub(crate) files: Bucket,
    pub(crate) site: Bucket,
    pub(crate) deluges: Clients,
    /// The queue's `maxReceiveCount`: after so many tries a message is in the dead-letter queue.
    pub(crate) tries_max: u32,
}

impl WatchQueue {
    /// Deals with every message; answers which ones go back to the queue. Lambda ends the function at `deadline`,
    /// and all messages would go back with the one that takes too long.
    pub(crate) async fn batch(
        &self,
        event: SqsEvent,
        deadline: SystemTime,
    ) -> Result<SqsBatchResponse, Infallible> {
        let left = deadline.duration_since(SystemTime::now());
        let patience = left.unwrap_or_default().saturating_sub(RESERVE);
        let messages = event.records.iter();
        let outcomes = join_all(messages.map(|message| self.message(message, patience))).await;
        let mut response = SqsBatchResponse::default();
        for (message, outcome) in event.records.iter().zip(outcomes) {
            if outcome.is_err() {
                response.add_failure(message.message_id.clone().unwrap_or_default());
            }
        }
        Ok(response)
    }

    async fn message(&self, message: &SqsMessage, patience: Duration) -> Result<(), Fault> {
        let body = message.body.as_deref().unwrap_or_default();
        let message_id = message.message_id.as_deref();
        let parsed: QueueMessage = serde_json::from_str(body).map_err(|error| {
            tracing::warn!(message_id, %error, "a message is not ours; it goes back to its queue");
            Fault::Later(format!("the message is not ours: {error}"))
        })?;
        let infohash = parsed.infohash();
        let outcome = match within(patience, Box::pin(self.dealt_with(parsed))).await {
            Err(Fault::Never(reason)) => self.failed(infohash, reason).await,
            Err(Fault::Later(reason)) if tries(message) >= self.tries_max => {
                let tries = self.tries_max;
                self.failed(
                    infohash,
                    format!("no worker could take it in {tries} tries: {reason}"),
                )
                .await?;
                Err(Fault::Later(reason))
            }
            outcome => outcome,
        };
        outcome.inspect_err(|fault| {
            tracing::warn!(message_id, %infohash, %fault, "a message goes back to its queue");
        })
    }

    async fn dealt_with(&self, message: QueueMessage) -> Result<(), Fault> {
        match message {
            QueueMessage::TorrentAdded { infohash } => self.added(infohash).await,
            QueueMessage::TorrentChanged { infohash } => self.changed(infohash).await,
            QueueMessage::TorrentRemoved {
                infohash,
                keep_files,
            } => self.removed(infohash, keep_files).await,
            QueueMessage::FileTransferring(report) => self.transferring(report).await,
        }
    }

    async fn failed(&self, infohash: Infohash, reason: String) -> Result<(), Fault> {
        tracing::error!(%infohash, reason, "torrent failed");
        let changes = Changes {
            reason: Some(reason),
            ..Changes::default()
        };
        let now = Timestamp::now();
        self.records
            .transition(infohash, Owner::WatchQueue, State::Failed, now, changes)
            .await?;
        Ok(())
    }
}

/// What is not done in time goes on with the next try: every step can be broken off and repeated.
async fn within(
    patience: Duration,
    work: impl Future<Output = Result<(), Fault>>,
) -> Result<(), Fault> {
    let seconds = patience.as_secs();
    timeout(patience, work)
        .await
        .unwrap_or_else(|_| Err(Fault::Later(format!("it was not done within {seconds} s"))))
}

/// How often the message was received, this time included.
fn tries(message: &SqsMessage) -> u32 {
    let count = message.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn messages(event: &str) -> Vec<QueueMessage> {
        let event: SqsEvent = serde_json::from_str(event).unwrap();
        let bodies = event
            .records
            .iter()
            .map(|message| message.body.as_deref().unwrap());
        bodies
            .map(|body| serde_json::from_str(body).unwrap())
            .collect()
    }

    #[test]
    fn the_sample_events_are_messages_of_ours() {
        let added = messages(include_str!(
            "../../../events/watch-queue-torrent-added.json"
        ));
        assert!(matches!(added[..], [QueueMessage::TorrentAdded { .. }]));
        let reports = messages(include_str!(
            "../../../events/watch-queue-file-transferring.json"
        ));
        assert!(matches!(
            reports[..],
            [
                QueueMessage::FileTransferring(_),
                QueueMessage::FileTransferring(_)
            ]
        ));
    }

    #[tokio::test]
    async fn what_takes_too_long_goes_back_and_the_rest_is_done() {
        let patience = Duration::from_millis(50);
        let late = within(patience, std::future::pending());
        let (late, done) = tokio::join!(late, within(patience, async { Ok(()) }));
        assert!(matches!(late, Err(Fault::Later(reason)) if reason.contains("not done within")));
        assert!(done.is_ok());
    }

    #[test]
    fn tries_are_counted_from_the_first() {
        let mut message = SqsMessage::default();
        assert_eq!(tries(&message), 1);
        message
            .attributes
            .insert("ApproximateReceiveCount".into(), "7".into());
        assert_eq!(tries(&message), 7);
    }
}
