use std::convert::Infallible;
use std::time::Duration;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use futures_util::future::join_all;
use store::Queue;

use crate::delivery::Delivery;
use crate::notice::Notice;

/// What follows a try that failed, as Standard Webhooks advises. After as many tries and one more the queue's
/// `maxReceiveCount` makes the message a dead letter, and none may be longer than SQS puts a message back.
const PAUSES: [Duration; 6] = [
    Duration::from_secs(5),
    Duration::from_mins(5),
    Duration::from_mins(30),
    Duration::from_hours(2),
    Duration::from_hours(5),
    Duration::from_hours(10),
];

/// The function.
pub(crate) struct CompletedWebhook {
    pub(crate) delivery: Delivery,
    pub(crate) queue: Queue,
}

impl CompletedWebhook {
    /// Delivers every notice; answers which messages go back to the queue.
    pub(crate) async fn batch(&self, event: SqsEvent) -> Result<SqsBatchResponse, Infallible> {
        let taken = join_all(event.records.iter().map(|message| self.message(message))).await;
        let mut response = SqsBatchResponse::default();
        for (message, taken) in event.records.iter().zip(taken) {
            if !taken {
                response.add_failure(message.message_id.clone().unwrap_or_default());
            }
        }
        Ok(response)
    }

    async fn message(&self, message: &SqsMessage) -> bool {
        let notice = match Notice::read(message.body.as_deref().unwrap_or_default()) {
            Ok(notice) => notice,
            Err(error) => {
                tracing::error!(%error, "a message is no notice; it becomes a dead letter");
                return false;
            }
        };
        let infohash = notice.infohash;
        let Err(error) = self.delivery.post(&notice).await else {
            tracing::info!(webhook_id = notice.id, %infohash, "the webhook has taken the news");
            return true;
        };
        let tries = tries(message);
        let pause = pause(tries);
        let seconds = pause.as_secs();
        tracing::warn!(
            webhook_id = notice.id, %infohash, tries, seconds, %error,
            "the webhook did not take the news; it is tried again"
        );
        let handle = message.receipt_handle.as_deref().unwrap_or_default();
        if let Err(error) = self.queue.put_back(handle, pause).await {
            tracing::warn!(%infohash, %error, "the message comes back when the queue says so");
        }
        false
    }
}

/// How often the message was received, this time included.
fn tries(message: &SqsMessage) -> usize {
    let count = message.attributes.get("ApproximateReceiveCount");
    count.and_then(|count| count.parse().ok()).unwrap_or(1)
}

fn pause(tries: usize) -> Duration {
    PAUSES[tries.saturating_sub(1).min(PAUSES.len() - 1)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_and_fit_sqs() {
        assert_eq!(pause(0), pause(1));
        assert_eq!(pause(1), Duration::from_secs(5));
        assert_eq!(pause(99), Duration::from_hours(10));
        assert!(PAUSES.is_sorted() && PAUSES[5] < Duration::from_hours(12));
        let template = include_str!("../../../template.yaml");
        let queue = template.split("  CompletedWebhookQueue:").nth(1).unwrap();
        let tries = format!("maxReceiveCount: {}", PAUSES.len() + 1);
        assert!(
            queue[..800].contains(&tries),
            "the queue gives up after the last pause"
        );
    }
}
