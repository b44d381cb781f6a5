use aws_sdk_sns::Client;
use aws_sdk_sns::types::MessageAttributeValue;

use crate::{SdkConfig, StoreError};

/// The publishing end of one SNS topic.
#[derive(Debug, Clone)]
pub struct Topic {
    client: Client,
    arn: String,
}

/// What subscribers are told.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Notice {
    /// The subject of an e-mail: up to 100 characters of ASCII that can be printed, the first of them no space.
    pub subject: String,
    /// The text, for people.
    pub text: String,
    /// The same for programs: name, data type (`String`, `Number`) and value, which is not empty.
    pub attributes: Vec<(&'static str, &'static str, String)>,
}

impl Topic {
    /// The topic with this ARN.
    #[must_use]
    pub fn new(config: &SdkConfig, arn: String) -> Self {
        Self {
            client: Client::new(config),
            arn,
        }
    }

    /// Tells every subscriber.
    ///
    /// # Errors
    /// When SNS does not take it.
    pub async fn publish(&self, notice: Notice) -> Result<(), StoreError> {
        let fail = StoreError::aws("sns:Publish");
        let mut request = self.client.publish().topic_arn(&self.arn);
        for (name, data_type, value) in notice.attributes {
            let value = MessageAttributeValue::builder()
                .data_type(data_type)
                .string_value(value)
                .build()
                .map_err(|error| fail(error.into()))?;
            request = request.message_attributes(name, value);
        }
        let request = request.subject(notice.subject).message(notice.text);
        let sent = request.send().await;
        sent.map(drop).map_err(|error| fail(error.into()))
    }
}
