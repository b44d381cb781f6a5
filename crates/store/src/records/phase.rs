use aws_sdk_dynamodb::types::AttributeValue;
use serde::Deserialize;
use torrent::{State, Timestamp, TorrentRecord};

use super::{Item, Records, read, text};
use crate::StoreError;

/// What the status page asks for, as the index `by-phase` has it.
///
/// The index is sparse: a removed torrent has no phase and is not in it. Its key is written with the state, in
/// the same write, so that it never disagrees with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Somebody still has something to do for it.
    Unfinished,
    /// Complete or failed; its time is when it ended.
    Ended,
}

/// How many torrents there are in a phase, and what they hold.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stored {
    /// Records.
    pub torrents: u64,
    /// Bytes in S3.
    pub bytes: u64,
}

/// The index and its keys.
const INDEX: &str = "by-phase";
pub(super) const PHASE: &str = "phase";
pub(super) const PHASE_AT: &str = "phase_at";

impl Phase {
    /// The phase of a state.
    #[must_use]
    pub const fn of(state: State) -> Option<Self> {
        match state {
            State::Queued | State::Downloading | State::Transferring => Some(Self::Unfinished),
            State::Complete | State::Failed => Some(Self::Ended),
            State::Removed => None,
        }
    }

    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::Unfinished => "unfinished",
            Self::Ended => "ended",
        }
    }

    /// The key of a torrent that entered `state` at `at`.
    pub(super) fn key(state: State, at: Timestamp) -> Option<[(&'static str, AttributeValue); 2]> {
        let phase = Self::of(state)?;
        Some([
            (PHASE, text(phase.as_str())),
            (PHASE_AT, text(at.to_string())),
        ])
    }
}

impl Records {
    /// Every torrent that somebody still has something to do for.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a row is malformed.
    pub async fn unfinished(&self) -> Result<Vec<TorrentRecord>, StoreError> {
        let mut items = self
            .phase(Phase::Unfinished)
            .into_paginator()
            .items()
            .send();
        let mut torrents = Vec::new();
        while let Some(item) = items.next().await {
            torrents.push(read(item.map_err(failed)?)?);
        }
        Ok(torrents)
    }

    /// Up to `limit` torrents that ended, the last one first.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a row is malformed.
    pub async fn ended(&self, limit: i32) -> Result<Vec<TorrentRecord>, StoreError> {
        let request = self.phase(Phase::Ended).scan_index_forward(false);
        let answer = request.limit(limit).send().await.map_err(failed)?;
        let items = answer.items.unwrap_or_default();
        items.into_iter().map(read).collect()
    }

    /// Counts all that ended, at the price of reading them: a request and 128 read units for each megabyte.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a row is malformed.
    pub async fn stored_by_ended(&self) -> Result<Stored, StoreError> {
        #[derive(Deserialize)]
        struct Row {
            #[serde(default)]
            stored_bytes: u64,
        }
        let request = self
            .phase(Phase::Ended)
            .projection_expression("stored_bytes");
        let mut items = request.into_paginator().items().send();
        let mut stored = Stored::default();
        while let Some(item) = items.next().await {
            let row: Row = read(item.map_err(failed)?)?;
            stored.torrents += 1;
            stored.bytes = stored.bytes.saturating_add(row.stored_bytes);
        }
        Ok(stored)
    }

    fn phase(
        &self,
        phase: Phase,
    ) -> aws_sdk_dynamodb::operation::query::builders::QueryFluentBuilder {
        self.client
            .query()
            .table_name(&self.table)
            .index_name(INDEX)
            .key_condition_expression("#phase = :phase")
            .expression_attribute_names("#phase", PHASE)
            .expression_attribute_values(":phase", text(phase.as_str()))
    }
}

fn failed(error: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::aws("dynamodb:Query")(error.into())
}

/// Puts the key into a row that is written whole.
pub(super) fn insert(item: &mut Item, record: &TorrentRecord) {
    let key = Phase::key(record.state, record.added_at);
    item.extend(
        key.into_iter()
            .flatten()
            .map(|(name, value)| (name.to_owned(), value)),
    );
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use super::*;

    #[test]
    fn what_is_removed_is_in_no_phase() {
        let at = Timestamp::UNIX_EPOCH;
        assert_eq!(Phase::key(State::Removed, at), None);
        for state in [State::Queued, State::Downloading, State::Transferring] {
            assert_eq!(Phase::of(state), Some(Phase::Unfinished));
            assert!(state.is_active());
        }
        assert_eq!(Phase::of(State::Failed), Some(Phase::Ended));
        let key: HashMap<_, _> = Phase::key(State::Complete, at).unwrap().into();
        assert_eq!(key[PHASE], text("ended"));
        assert_eq!(key[PHASE_AT], text("1970-01-01T00:00:00Z"));
    }
}
