use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::AttributeValue;
use torrent::{Infohash, State, TorrentRecord};

use super::{KEY, Records, ReturnValue, read, text, torrent_key};
use crate::StoreError;

impl Records {
    /// Writes whether a torrent shall rest, as long as a worker has something to do for it; answers the
    /// record after the write, or `None` when nothing was written.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the row is malformed.
    pub async fn set_paused(
        &self,
        infohash: Infohash,
        paused: bool,
    ) -> Result<Option<TorrentRecord>, StoreError> {
        let mut request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(KEY, text(torrent_key(infohash)))
            .update_expression("SET paused = :paused")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":paused", AttributeValue::Bool(paused));
        let mut states = Vec::new();
        for state in [
            State::Queued,
            State::Downloading,
            State::Transferring,
            State::Complete,
        ] {
            states.push(format!(":{}", state.as_str()));
            request = request
                .expression_attribute_values(format!(":{}", state.as_str()), text(state.as_str()));
        }
        let answer = request
            .condition_expression(format!("#state IN ({})", states.join(", ")))
            .return_values(ReturnValue::AllNew)
            .send()
            .await;
        match answer {
            Ok(answer) => answer.attributes.map(read).transpose(),
            Err(error) => match error.as_service_error() {
                Some(UpdateItemError::ConditionalCheckFailedException(_)) => Ok(None),
                _ => Err(StoreError::aws("dynamodb:UpdateItem")(error.into())),
            },
        }
    }

    /// Forgets a removed torrent. One that was added again meanwhile stays.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn forget(&self, infohash: Infohash) -> Result<(), StoreError> {
        let answer = self
            .client
            .delete_item()
            .table_name(&self.table)
            .key(KEY, text(torrent_key(infohash)))
            .condition_expression("attribute_not_exists(pk) OR #state = :removed")
            .expression_attribute_names("#state", "state")
            .expression_attribute_values(":removed", text(State::Removed.as_str()))
            .send()
            .await;
        match answer {
            Ok(_) => Ok(()),
            Err(error) => match error.as_service_error() {
                Some(DeleteItemError::ConditionalCheckFailedException(_)) => Ok(()),
                _ => Err(StoreError::aws("dynamodb:DeleteItem")(error.into())),
            },
        }
    }
}
