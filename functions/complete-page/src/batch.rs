use std::collections::{BTreeMap, BTreeSet};
use std::convert::Infallible;

use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent, SqsMessage};
use torrent::{Infohash, Retention};

use crate::notification::{self, Announced};
use crate::world::World;

/// The function.
pub(crate) struct CompletePages<W> {
    pub(crate) world: W,
    /// The address of the front door, without a slash at the end.
    pub(crate) site: String,
    /// How long files stay; for ever without.
    pub(crate) retention: Option<Retention>,
}

impl<W: World> CompletePages<W> {
    /// Makes the page of every torrent that the batch names, each once; answers which messages go back.
    pub(crate) async fn batch(&self, event: SqsEvent) -> Result<SqsBatchResponse, Infallible> {
        let mut failed = BTreeSet::new();
        let mut tested = Vec::new();
        let mut messages: BTreeMap<Infohash, Vec<&SqsMessage>> = BTreeMap::new();
        for message in &event.records {
            let id = message.message_id.as_deref().unwrap_or_default();
            match notification::read(message.body.as_deref().unwrap_or_default()) {
                Ok(Announced::Test) => tested.push(id),
                Ok(Announced::Torrents(infohashes)) => infohashes
                    .into_iter()
                    .for_each(|i| messages.entry(i).or_default().push(message)),
                Err(error) => {
                    tracing::warn!(message_id = id, %error, "a message is not S3's");
                    failed.insert(id);
                }
            }
        }
        // The library is there before the first torrent is.
        if !tested.is_empty()
            && let Err(error) = self.library(|_| false).await
        {
            let error = format!("{error:#}");
            tracing::warn!(error, "the library could not be made; it is tried again");
            failed.extend(tested);
        }
        for (infohash, messages) in messages {
            let is_retry = messages.iter().any(|message| was_received_before(message));
            if let Err(error) = self.renew(infohash, is_retry).await {
                let error = format!("{error:#}");
                tracing::warn!(%infohash, error, "the complete page could not be made; it is tried again");
                let ids = messages.iter().map(|message| message.message_id.as_deref());
                failed.extend(ids.map(Option::unwrap_or_default));
            }
        }
        let mut response = SqsBatchResponse::default();
        response.set_failures(failed);
        Ok(response)
    }
}

/// Whether a run has taken this message and has not come to its end.
fn was_received_before(message: &SqsMessage) -> bool {
    let count = message.attributes.get("ApproximateReceiveCount");
    count.is_some_and(|count| count != "1")
}
