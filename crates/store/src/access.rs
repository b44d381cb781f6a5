use std::collections::HashMap;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::AttributeValue;
use proof::{Keys, TokenId};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{SdkConfig, StoreError};

mod caller;
mod change;
mod rows;

pub use caller::{Caller, Presented};
pub use change::AccessChange;
pub use rows::{ShareRow, TokenRow};

/// The table of who may come in. Apart from the other one, because whoever reads it can make proofs.
///
/// Rows have a kind (`pk`) and a name within it (`sk`): `keys`, `token`, `share`, `tries`, `edge`. What ends by itself
/// has `expires_at`, by which DynamoDB takes it away some time later.
#[derive(Debug, Clone)]
pub struct Access {
    client: Client,
    table: String,
}

type Item = HashMap<String, AttributeValue>;

const KIND: &str = "pk";
const NAME: &str = "sk";
const KEYS: &str = "keys";
const CURRENT: &str = "current";
const TOKEN: &str = "token";
const SHARE: &str = "share";
const TRIES: &str = "tries";

impl Access {
    /// The table called `table`.
    #[must_use]
    pub fn new(config: &SdkConfig, table: String) -> Self {
        Self {
            client: Client::new(config),
            table,
        }
    }

    /// Opens the connection while a function starts; a failure is only logged.
    pub async fn warm_up(&self) {
        if let Err(error) = self.keys().await {
            tracing::warn!(%error, "the connection to DynamoDB could not be opened ahead");
        }
    }

    /// The keys of all proofs; none before the stack's first deploy has ended.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the row is malformed.
    pub async fn keys(&self) -> Result<Option<Keys>, StoreError> {
        self.get(KEYS, CURRENT).await
    }

    /// From now on only these keys count.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put_keys(&self, keys: &Keys) -> Result<(), StoreError> {
        self.put(KEYS, CURRENT, keys).await
    }

    /// The token with this id.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the row is malformed.
    pub async fn token(&self, id: &TokenId) -> Result<Option<TokenRow>, StoreError> {
        self.get(TOKEN, id.as_str()).await
    }

    /// All tokens.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a row is malformed.
    pub async fn tokens(&self) -> Result<Vec<TokenRow>, StoreError> {
        self.all(TOKEN).await
    }

    /// Keeps a token.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put_token(&self, token: &TokenRow) -> Result<(), StoreError> {
        self.put(TOKEN, token.id.as_str(), token).await
    }

    /// Forgets a token; it need not be there.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn delete_token(&self, id: &TokenId) -> Result<(), StoreError> {
        self.delete(TOKEN, id.as_str()).await
    }

    /// All share links that have not ended, and some that just have.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a row is malformed.
    pub async fn shares(&self) -> Result<Vec<ShareRow>, StoreError> {
        self.all(SHARE).await
    }

    /// One share link.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or the row is malformed.
    pub async fn share(&self, id: &str) -> Result<Option<ShareRow>, StoreError> {
        self.get(SHARE, id).await
    }

    /// Keeps a share link, or that it is revoked.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn put_share(&self, share: &ShareRow) -> Result<(), StoreError> {
        self.put(SHARE, &share.id, share).await
    }

    /// Forgets a share link.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn delete_share(&self, id: &str) -> Result<(), StoreError> {
        self.delete(SHARE, id).await
    }

    /// Counts one more try to sign in and says how many there are under this name, this one with them. The count
    /// goes at `expires_at`, in seconds since 1970, or some time later: the name tells of which time it is.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn count_try(&self, name: &str, expires_at: u64) -> Result<u64, StoreError> {
        let fail = StoreError::aws("dynamodb:UpdateItem");
        let number = |number: u64| AttributeValue::N(number.to_string());
        let answer = self
            .client
            .update_item()
            .table_name(&self.table)
            .set_key(Some(key(TRIES, name)))
            .update_expression("ADD #count :one SET expires_at = :end")
            .expression_attribute_names("#count", "count")
            .expression_attribute_values(":one", number(1))
            .expression_attribute_values(":end", number(expires_at))
            .return_values(aws_sdk_dynamodb::types::ReturnValue::UpdatedNew)
            .send()
            .await
            .map_err(|error| fail(error.into()))?;
        let count = answer.attributes.as_ref().and_then(|all| all.get("count"));
        count
            .and_then(|count| count.as_n().ok())
            .and_then(|count| count.parse().ok())
            .ok_or_else(|| StoreError::malformed("a count of tries", &"it is no number"))
    }

    async fn get<T: DeserializeOwned>(
        &self,
        kind: &str,
        name: &str,
    ) -> Result<Option<T>, StoreError> {
        let answer = self
            .client
            .get_item()
            .table_name(&self.table)
            .consistent_read(true)
            .set_key(Some(key(kind, name)))
            .send()
            .await
            .map_err(|error| StoreError::aws("dynamodb:GetItem")(error.into()))?;
        answer.item.map(read).transpose()
    }

    async fn all<T: DeserializeOwned>(&self, kind: &str) -> Result<Vec<T>, StoreError> {
        let request = self
            .client
            .query()
            .table_name(&self.table)
            .consistent_read(true)
            .key_condition_expression("#kind = :kind")
            .expression_attribute_names("#kind", KIND)
            .expression_attribute_values(":kind", AttributeValue::S(kind.to_owned()));
        let mut items = request.into_paginator().items().send();
        let mut all = Vec::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(|error| StoreError::aws("dynamodb:Query")(error.into()))?;
            all.push(read(item)?);
        }
        Ok(all)
    }

    async fn put(&self, kind: &str, name: &str, row: &impl Serialize) -> Result<(), StoreError> {
        let mut item: Item = serde_dynamo::to_item(row)
            .map_err(|error| StoreError::malformed(format!("{kind} {name}"), &error))?;
        item.extend(key(kind, name));
        let request = self.client.put_item().table_name(&self.table);
        let sent = request.set_item(Some(item)).send().await;
        sent.map(drop)
            .map_err(|error| StoreError::aws("dynamodb:PutItem")(error.into()))
    }

    async fn delete(&self, kind: &str, name: &str) -> Result<(), StoreError> {
        let request = self.client.delete_item().table_name(&self.table);
        let sent = request.set_key(Some(key(kind, name))).send().await;
        sent.map(drop)
            .map_err(|error| StoreError::aws("dynamodb:DeleteItem")(error.into()))
    }
}

fn key(kind: &str, name: &str) -> Item {
    let text = |text: &str| AttributeValue::S(text.to_owned());
    Item::from([(KIND.to_owned(), text(kind)), (NAME.to_owned(), text(name))])
}

fn read<T: DeserializeOwned>(item: Item) -> Result<T, StoreError> {
    // The row's own text stays out of the error: it may be a key.
    serde_dynamo::from_item(item)
        .map_err(|_| StoreError::malformed("a row of the access table", &"it cannot be read"))
}
