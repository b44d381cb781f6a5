use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::types::{AttributeValue, ReturnValue};
use data_encoding::BASE64URL_NOPAD;

use super::{Access, Item, key};
use crate::StoreError;

const EDGE: &str = "edge";
const PUBLISHED: &str = "published";
const CHANGE: &str = "change";
const VERSION: &str = "version";

/// A change of the table that the edge has yet to be told of.
///
/// One row names the last change that was begun and, once the edge knows of it, the version of the edge's store. So
/// whoever begins a change sees whether all earlier ones got through: a function may end at any point.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccessChange {
    id: String,
    /// The version of the edge's store that says the same as the table did before this change; none when an
    /// earlier change did not get through, or is on its way.
    pub published: Option<String>,
}

impl Access {
    /// To be called before a token is made or revoked, or a share link revoked.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn begin_change(&self) -> Result<AccessChange, StoreError> {
        let mut id = [0; 12];
        getrandom::fill(&mut id)
            .map_err(|error| StoreError::malformed("the system's randomness", &error))?;
        let id = BASE64URL_NOPAD.encode(&id);
        let answer = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(row(&id, None)))
            .return_values(ReturnValue::AllOld)
            .send()
            .await
            .map_err(|error| StoreError::aws("dynamodb:PutItem")(error.into()))?;
        let before = answer.attributes.unwrap_or_default();
        let published = before.get(VERSION).and_then(|version| version.as_s().ok());
        Ok(AccessChange {
            id,
            published: published.cloned(),
        })
    }

    /// The edge knows of this change and of all before it; its store has this version. Where another change was
    /// begun meanwhile, that one sees to the rest.
    ///
    /// # Errors
    /// When DynamoDB does not answer.
    pub async fn end_change(&self, change: &AccessChange, version: &str) -> Result<(), StoreError> {
        let sent = self
            .client
            .put_item()
            .table_name(&self.table)
            .set_item(Some(row(&change.id, Some(version))))
            .condition_expression("#change = :change")
            .expression_attribute_names("#change", CHANGE)
            .expression_attribute_values(":change", AttributeValue::S(change.id.clone()))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(PutItemError::is_conditional_check_failed_exception) =>
            {
                Ok(())
            }
            Err(error) => Err(StoreError::aws("dynamodb:PutItem")(error.into())),
        }
    }
}

fn row(change: &str, version: Option<&str>) -> Item {
    let mut row = key(EDGE, PUBLISHED);
    row.insert(CHANGE.to_owned(), AttributeValue::S(change.to_owned()));
    if let Some(version) = version {
        row.insert(VERSION.to_owned(), AttributeValue::S(version.to_owned()));
    }
    row
}
