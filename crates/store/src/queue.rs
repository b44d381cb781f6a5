use std::time::Duration;

use aws_sdk_sqs::Client;
use torrent::QueueMessage;

use crate::{SdkConfig, StoreError};

/// The sending end of one SQS queue.
#[derive(Debug, Clone)]
pub struct Queue {
    client: Client,
    url: String,
}

impl Queue {
    /// The queue at `url`.
    #[must_use]
    pub fn new(config: &SdkConfig, url: String) -> Self {
        Self {
            client: Client::new(config),
            url,
        }
    }

    /// Opens the connection while a function starts, as [`crate::Records::warm_up`].
    pub async fn warm_up(&self) {
        let asked = self
            .client
            .get_queue_attributes()
            .queue_url(&self.url)
            .send()
            .await;
        if let Err(error) = asked {
            let error = StoreError::aws("sqs:GetQueueAttributes")(error.into());
            tracing::warn!(%error, "the connection to SQS could not be opened ahead");
        }
    }

    /// Puts a message that was received back for `delay`, which ends 12 hours after it was received at the latest.
    ///
    /// # Errors
    /// When SQS does not do it; then the queue's own visibility time-out holds.
    pub async fn put_back(&self, receipt_handle: &str, delay: Duration) -> Result<(), StoreError> {
        let sent = self
            .client
            .change_message_visibility()
            .queue_url(&self.url)
            .receipt_handle(receipt_handle)
            .visibility_timeout(i32::try_from(delay.as_secs()).unwrap_or(i32::MAX))
            .send()
            .await;
        sent.map(drop)
            .map_err(|error| StoreError::aws("sqs:ChangeMessageVisibility")(error.into()))
    }

    /// Sends one message.
    ///
    /// # Errors
    /// When SQS does not take it.
    pub async fn send(&self, message: &QueueMessage) -> Result<(), StoreError> {
        let body = serde_json::to_string(message)
            .map_err(|error| StoreError::malformed("message", &error))?;
        let sent = self
            .client
            .send_message()
            .queue_url(&self.url)
            .message_body(body)
            .send()
            .await;
        sent.map(drop)
            .map_err(|error| StoreError::aws("sqs:SendMessage")(error.into()))
    }
}
