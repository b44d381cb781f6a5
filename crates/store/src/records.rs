use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue, ReturnValuesOnConditionCheckFailure};
use serde::de::DeserializeOwned;
use torrent::{Infohash, Owner, State, Timestamp, TorrentRecord};

use crate::{SdkConfig, StoreError};

mod control;
mod page;
mod phase;
mod reading;
mod transition;
mod workers;

pub use page::{Cursor, CursorError, Filter, Page};
pub use phase::{Phase, Stored};
pub use reading::Reading;
pub use transition::Changes;

/// The table: one row per torrent (`torrent#<infohash>`) and per worker (`worker#<id>`).
///
/// The index `by-kind` has them by `kind` (`torrent`, `worker`) and `sort` (when added; id); `by-phase` has the
/// torrents of a [`Phase`] by the time of their last transition.
#[derive(Debug, Clone)]
pub struct Records {
    client: Client,
    table: String,
}

/// What became of a new record.
#[derive(Debug, Clone, PartialEq)]
pub enum Created {
    /// It is stored.
    New,
    /// The torrent is known; this is its record.
    Known(Box<TorrentRecord>),
}

type Item = HashMap<String, AttributeValue>;

/// The secondary index and the attributes that are not part of a record.
const INDEX: &str = "by-kind";
const KEY: &str = "pk";
const KIND: &str = "kind";
const SORT: &str = "sort";

impl Records {
    /// The table called `table`.
    #[must_use]
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self {
            client: Client::new(config),
            table,
        }
    }

    /// Opens the connection, TLS included, with a read that finds nothing: called while a function starts, so
    /// that its first event need not wait for it. A failure is only logged: the event will meet it again.
    pub async fn warm_up(&self) {
        if let Err(error) = self.item("warm-up".to_owned()).await {
            tracing::warn!(%error, "the connection to DynamoDB could not be opened ahead");
        }
    }

    /// The record of one torrent.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the row is malformed.
    pub async fn torrent(&self, infohash: Infohash) -> Result<Option<TorrentRecord>, StoreError> {
        self.item(torrent_key(infohash))
            .await?
            .map(read)
            .transpose()
    }

    /// Stores a new record with one conditional write; a torrent that is known keeps the record it has,
    /// unless its owner removed it.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn create(&self, record: &TorrentRecord) -> Result<Created, StoreError> {
        let mut item = item(
            record,
            torrent_key(record.infohash),
            "torrent",
            record.added_at.to_string(),
        )?;
        phase::insert(&mut item, record);
        let mut request = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(item));
        let mut condition = format!("attribute_not_exists({KEY})");
        for state in State::Queued.sources(Owner::AddTorrent) {
            condition = format!("{condition} OR #state = :{}", state.as_str());
            request = request
                .expression_attribute_names("#state", "state")
                .expression_attribute_values(format!(":{}", state.as_str()), text(state.as_str()));
        }
        let request = request
            .condition_expression(condition)
            .return_values_on_condition_check_failure(ReturnValuesOnConditionCheckFailure::AllOld);
        let Err(error) = request.send().await else {
            return Ok(Created::New);
        };
        match error.as_service_error() {
            Some(aws_sdk_dynamodb::operation::put_item::PutItemError::ConditionalCheckFailedException(failed)) => {
                let known = failed.item.clone().ok_or_else(|| {
                    StoreError::malformed("the answer to a conditional write", &"it has no item")
                })?;
                Ok(Created::Known(Box::new(read(known)?)))
            }
            _ => Err(StoreError::aws("dynamodb:PutItem")(error.into())),
        }
    }

    async fn item(&self, key: String) -> Result<Option<Item>, StoreError> {
        let request = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true);
        let answer = request.key(KEY, AttributeValue::S(key)).send().await;
        answer
            .map(|answer| answer.item)
            .map_err(|error| StoreError::aws("dynamodb:GetItem")(error.into()))
    }
}

fn torrent_key(infohash: Infohash) -> String {
    format!("torrent#{infohash}")
}

fn worker_key(id: &str) -> String {
    format!("worker#{id}")
}

fn text(value: impl Into<String>) -> AttributeValue {
    AttributeValue::S(value.into())
}

fn value(value: impl serde::Serialize) -> Result<AttributeValue, StoreError> {
    serde_dynamo::to_attribute_value(value)
        .map_err(|error| StoreError::malformed("an attribute", &error))
}

fn item(
    row: &impl serde::Serialize,
    key: String,
    kind: &str,
    sort: String,
) -> Result<Item, StoreError> {
    let mut item: Item =
        serde_dynamo::to_item(row).map_err(|error| StoreError::malformed(key.as_str(), &error))?;
    item.insert(KEY.into(), text(key));
    item.insert(KIND.into(), text(kind));
    item.insert(SORT.into(), text(sort));
    Ok(item)
}

fn read<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    let key = item
        .get(KEY)
        .and_then(|key| key.as_s().ok())
        .cloned()
        .unwrap_or_default();
    serde_dynamo::from_item(item).map_err(|error| StoreError::malformed(key, &error))
}

/// The time as it is written in rows.
fn time(at: Timestamp) -> AttributeValue {
    text(at.to_string())
}
