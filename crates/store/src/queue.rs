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
