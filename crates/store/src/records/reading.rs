use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use torrent::{Infohash, Progress, State, Timestamp};

use super::{KEY, Records, text, time, torrent_key, value};
use crate::StoreError;

/// What Deluge says of a torrent, as it goes into the record.
#[derive(Debug, Clone, PartialEq)]
pub struct Reading {
    /// The numbers that change.
    pub progress: Progress,
    /// The name, once Deluge has the metainfo.
    pub name: Option<String>,
    /// Bytes of all content, once Deluge has the metainfo.
    pub size_bytes: Option<u64>,
}

impl Records {
    /// Writes a reading, as long as the torrent is downloading or transferring and no later reading is there;
    /// otherwise it is out of date.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn set_reading(
        &self,
        infohash: Infohash,
        reading: Reading,
    ) -> Result<(), StoreError> {
        let mut sets = vec!["progress = :progress"];
        let mut request = self.client.update_item();
        if let Some(name) = reading.name {
            sets.push("#name = :name");
            request = request
                .expression_attribute_names("#name", "name")
                .expression_attribute_values(":name", text(name));
        }
        if let Some(size_bytes) = reading.size_bytes {
            sets.push("size_bytes = :size_bytes");
            request = request.expression_attribute_values(":size_bytes", value(size_bytes)?);
        }
        let request = request
            .expression_attribute_names("#at", "at")
            .expression_attribute_values(":at", time(reading.progress.at))
            .expression_attribute_values(":progress", value(reading.progress)?)
            .update_expression(format!("SET {}", sets.join(", ")));
        let condition = "#state IN (:downloading, :transferring) \
                         AND (attribute_not_exists(progress) OR progress.#at < :at)";
        self.update_active(infohash, request, condition).await
    }

    /// Writes how many bytes are stored; never fewer than were stored before, whatever order messages take.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn set_stored_bytes(
        &self,
        infohash: Infohash,
        stored_bytes: u64,
    ) -> Result<(), StoreError> {
        let request = self
            .client
            .update_item()
            .expression_attribute_values(":stored", value(stored_bytes)?)
            .update_expression("SET stored_bytes = :stored");
        let condition = "#state IN (:downloading, :transferring) AND stored_bytes < :stored";
        self.update_active(infohash, request, condition).await
    }

    /// Writes what a torrent waits for, or that it waits no more, unless something newer is known.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn set_waiting(
        &self,
        infohash: Infohash,
        reason: Option<&str>,
        at: Timestamp,
    ) -> Result<(), StoreError> {
        let mut request = self
            .client
            .update_item()
            .expression_attribute_values(":at", value(at.as_millisecond())?);
        request = match reason {
            Some(reason) => request
                .update_expression("SET reason = :reason, waiting_at = :at")
                .expression_attribute_values(":reason", text(reason)),
            None => request.update_expression("SET waiting_at = :at REMOVE reason"),
        };
        let condition = "#state IN (:downloading, :transferring) \
             AND (attribute_not_exists(waiting_at) OR waiting_at < :at)";
        self.update_active(infohash, request, condition).await
    }

    async fn update_active(
        &self,
        infohash: Infohash,
        request: aws_sdk_dynamodb::operation::update_item::builders::UpdateItemFluentBuilder,
        condition: &str,
    ) -> Result<(), StoreError> {
        let answer = request
            .table_name(&self.table)
            .key(KEY, text(torrent_key(infohash)))
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":downloading", text(State::Downloading.as_str()))
            .expression_attribute_values(":transferring", text(State::Transferring.as_str()))
            .condition_expression(condition)
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(StoreError::aws("dynamodb:UpdateItem")(error.into())),
            },
        }
    }
}
