use std::collections::HashMap;

use aws_sdk_dynamodb::types::AttributeValue;
use data_encoding::BASE64URL_NOPAD;
use torrent::{Label, State, TorrentRecord};

use super::{INDEX, Item, KEY, KIND, Records, SORT, read, text};
use crate::StoreError;

/// Which torrents a listing shows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filter {
    /// In this state; without it, in any but [`State::Removed`].
    pub state: Option<State>,
    /// With this label.
    pub label: Option<Label>,
}

/// Some torrents, and where the next ones are.
#[derive(Debug, Clone, PartialEq)]
pub struct Page {
    /// The newest first.
    pub torrents: Vec<TorrentRecord>,
    /// For the next call; `None` when these were the last.
    pub next: Option<Cursor>,
}

/// Where a listing goes on: behind the row with this key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cursor {
    sort: String,
    key: String,
}

/// The text is no cursor.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the cursor is not one that a listing gave")]
pub struct CursorError;

/// As much as DynamoDB's pages of 1 MB bring in this many still fits Lambda's answer of 6 MB.
const QUERIES_MAX: usize = 3;

impl Records {
    /// Up to `limit` torrents, fewer when their records are large, behind `cursor`, the newest first.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a row is malformed.
    pub async fn page(
        &self,
        filter: &Filter,
        limit: usize,
        cursor: Option<Cursor>,
    ) -> Result<Page, StoreError> {
        let mut torrents = Vec::new();
        let mut start = cursor.map(Item::from);
        let mut fruitful = 0;
        loop {
            let mut request = self
                .client
                .query()
                .table_name(&self.table)
                .index_name(INDEX)
                .scan_index_forward(false)
                .key_condition_expression("#kind = :kind")
                .expression_attribute_names("#kind", KIND)
                .expression_attribute_names("#state", "state")
                .expression_attribute_values(":kind", text("torrent"))
                .set_exclusive_start_key(start);
            let mut condition = "#state <> :state";
            let mut state = State::Removed;
            if let Some(wanted) = filter.state {
                (condition, state) = ("#state = :state", wanted);
            }
            request = request.expression_attribute_values(":state", text(state.as_str()));
            let mut condition = condition.to_owned();
            if let Some(label) = &filter.label {
                condition += " AND #label = :label";
                request = request
                    .expression_attribute_names("#label", "label")
                    .expression_attribute_values(":label", text(label.as_str()));
            }
            let answer = request.filter_expression(condition).send().await;
            let answer = answer.map_err(|error| StoreError::aws("dynamodb:Query")(error.into()))?;
            let items = answer.items.unwrap_or_default();
            fruitful += usize::from(!items.is_empty());
            for item in items {
                let cursor = Cursor::of(&item);
                torrents.push(read(item)?);
                if torrents.len() == limit {
                    return Ok(Page {
                        torrents,
                        next: cursor,
                    });
                }
            }
            start = answer.last_evaluated_key;
            if start.is_none() || fruitful == QUERIES_MAX {
                let next = start.as_ref().and_then(Cursor::of);
                return Ok(Page { torrents, next });
            }
        }
    }
}

impl Cursor {
    fn of(item: &Item) -> Option<Self> {
        let text = |name: &str| item.get(name)?.as_s().ok().cloned();
        Some(Self {
            sort: text(SORT)?,
            key: text(KEY)?,
        })
    }
}

impl From<Cursor> for Item {
    fn from(cursor: Cursor) -> Self {
        HashMap::from([
            (KIND.to_owned(), text("torrent")),
            (SORT.to_owned(), AttributeValue::S(cursor.sort)),
            (KEY.to_owned(), AttributeValue::S(cursor.key)),
        ])
    }
}

impl std::fmt::Display for Cursor {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&BASE64URL_NOPAD.encode(format!("{}\n{}", self.sort, self.key).as_bytes()))
    }
}

impl std::str::FromStr for Cursor {
    type Err = CursorError;

    fn from_str(text: &str) -> Result<Self, CursorError> {
        let bytes = BASE64URL_NOPAD
            .decode(text.as_bytes())
            .map_err(|_| CursorError)?;
        let text = String::from_utf8(bytes).map_err(|_| CursorError)?;
        let (sort, key) = text.split_once('\n').ok_or(CursorError)?;
        let is_time = sort.parse::<torrent::Timestamp>().is_ok();
        let infohash = key
            .strip_prefix("torrent#")
            .and_then(|hash| hash.parse::<torrent::Infohash>().ok());
        if is_time && infohash.is_some() {
            Ok(Self {
                sort: sort.to_owned(),
                key: key.to_owned(),
            })
        } else {
            Err(CursorError)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_reads_back_and_nothing_else_does() {
        let cursor = Cursor {
            sort: "2026-11-23T02:17:00.5Z".into(),
            key: "torrent#0123456789abcdef0123456789abcdef01234567".into(),
        };
        assert_eq!(cursor.to_string().parse(), Ok(cursor));
        for bad in ["", "%%%", "AAAA", &BASE64URL_NOPAD.encode(b"now\nworker#1")] {
            assert_eq!(bad.parse::<Cursor>(), Err(CursorError), "{bad}");
        }
    }
}
