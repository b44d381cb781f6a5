use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use store::{Bucket, Records};
use torrent::Infohash;

use crate::notification;

/// What the function needs of the world.
pub(crate) struct CompletePages {
    pub(crate) records: Records,
    pub(crate) files: Bucket,
    pub(crate) site: Bucket,
}

impl CompletePages {
    /// Makes the page of every torrent that the batch names, each once; answers which messages go back.
    pub(crate) async fn batch(&self, event: SqsEvent) -> Result<SqsBatchResponse, Infallible> {
        let mut failed = BTreeSet::new();
        let mut messages: BTreeMap<Infohash, Vec<&str>> = BTreeMap::new();
        for message in &event.records {
            let id = message.message_id.as_deref().unwrap_or_default();
            match notification::infohashes(message.body.as_deref().unwrap_or_default()) {
                Ok(infohashes) => infohashes
                    .into_iter()
                    .for_each(|i| messages.entry(i).or_default().push(id)),
                Err(error) => {
                    tracing::warn!(message_id = id, %error, "a message is not S3's");
                    failed.insert(id);
                }
            }
        }
        for (infohash, ids) in messages {
            if let Err(error) = self.renew(infohash).await {
                tracing::warn!(%infohash, %error, "the complete page could not be made; it is tried again");
                failed.extend(ids);
            }
        }
        let mut response = SqsBatchResponse::default();
        response.set_failures(failed);
        Ok(response)
    }
}
