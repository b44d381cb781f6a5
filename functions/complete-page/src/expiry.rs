use anyhow::Result;
use pages::CompletePage;
use torrent::{Infohash, State, TorrentRecord};

use crate::batch::CompletePages;
use crate::world::World;

/// Why an expired torrent was removed. The record has it, so that a run that broke off is gone on with.
const REASON: &str = "its files have expired";

impl<W: World> CompletePages<W> {
    /// Whether the bucket's lifecycle rule has taken away files of a torrent that was complete. A file that its
    /// owner deletes by hand before the rule could is no reason to take away the others.
    pub(crate) fn has_expired(&self, record: &TorrentRecord, page: &CompletePage) -> bool {
        let Some(retention) = self.retention else {
            return false;
        };
        match record.state {
            // No file of it was stored before it was asked for.
            State::Complete => {
                !page.is_complete() && retention.end(record.added_at) <= self.world.now()
            }
            State::Removed => record.reason.as_deref() == Some(REASON),
            _ => false,
        }
    }

    /// Removes the torrent as its owner would: with the first of its files goes all of it. The files of one torrent
    /// were stored within days, and half of an album is no album.
    pub(crate) async fn expire(&self, infohash: Infohash) -> Result<()> {
        self.world.expire(infohash, REASON).await?;
        self.world.take_away(infohash).await?;
        tracing::info!(%infohash, "torrent expired");
        // Its page goes with the rest; the library must not lead there meanwhile.
        self.library(|library| library.remove(infohash)).await
    }
}
