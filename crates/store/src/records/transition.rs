use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use torrent::{Infohash, Owner, State, Timestamp, TorrentRecord};

use super::phase::{PHASE, PHASE_AT, Phase};
use super::{KEY, Records, ReturnValue, read, text, time, torrent_key, value};
use crate::StoreError;

/// What a transition writes besides the state and its time.
#[derive(Debug, Clone, Default)]
pub struct Changes {
    /// Why it failed.
    pub reason: Option<String>,
    /// The worker that has it now.
    pub worker: Option<String>,
    /// What that worker's Deluge calls it.
    pub deluge_id: Option<String>,
    /// Bytes in S3.
    pub stored_bytes: Option<u64>,
    /// Bytes of all content.
    pub size_bytes: Option<u64>,
    /// Number of content files.
    pub file_count: Option<u64>,
    /// The name, once it is known.
    pub name: Option<String>,
}

impl Records {
    /// Moves a torrent to `state` with one conditional write, if it is in a state from which `owner` may do
    /// so; answers the record after the write, or `None` when nothing was written.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the row is malformed.
    pub async fn transition(
        &self,
        infohash: Infohash,
        owner: Owner,
        state: State,
        at: Timestamp,
        changes: Changes,
    ) -> Result<Option<TorrentRecord>, StoreError> {
        let mut sets = vec![
            "#state = :state".to_owned(),
            "since.#entered = :at".to_owned(),
        ];
        let mut request = self
            .client
            .update_item()
            .table_name(&self.table)
            .key(KEY, text(torrent_key(infohash)))
            .expression_attribute_names("#state", "state")
            .expression_attribute_names("#entered", state.as_str())
            .expression_attribute_values(":state", text(state.as_str()))
            .expression_attribute_values(":at", time(at));
        let fields = [
            ("reason", changes.reason.map(text)),
            ("worker", changes.worker.map(text)),
            ("deluge_id", changes.deluge_id.map(text)),
            ("stored_bytes", changes.stored_bytes.map(value).transpose()?),
            ("size_bytes", changes.size_bytes.map(value).transpose()?),
            ("file_count", changes.file_count.map(value).transpose()?),
            ("name", changes.name.map(text)),
        ];
        for (field, value) in fields {
            let Some(value) = value else { continue };
            sets.push(format!("#{field} = :{field}"));
            request = request
                .expression_attribute_names(format!("#{field}"), field)
                .expression_attribute_values(format!(":{field}"), value);
        }
        // A torrent that starts again has not failed.
        let mut forget = match state {
            State::Queued => vec!["reason", "progress"],
            _ => Vec::new(),
        };
        match Phase::key(state, at) {
            Some(key) => {
                for (name, value) in key {
                    sets.push(format!("{name} = :{name}"));
                    request = request.expression_attribute_values(format!(":{name}"), value);
                }
            }
            None => forget.extend([PHASE, PHASE_AT]),
        }
        let forget = if forget.is_empty() {
            String::new()
        } else {
            format!(" REMOVE {}", forget.join(", "))
        };
        let mut sources = Vec::new();
        for source in state.sources(owner) {
            sources.push(format!(":from_{}", source.as_str()));
            request = request.expression_attribute_values(
                format!(":from_{}", source.as_str()),
                text(source.as_str()),
            );
        }
        let answer = request
            .update_expression(format!("SET {}{forget}", sets.join(", ")))
            .condition_expression(format!("#state IN ({})", sources.join(", ")))
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
}
