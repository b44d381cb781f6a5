use torrent::{State, TransferPhase};

use crate::fault::Fault;
use crate::report::Amount;
use crate::source::Source;
use crate::watch::Watch;

impl Watch<'_> {
    /// Gives up a torrent that brings more than the owner allows. Of a magnet link nobody could know that
    /// before its metainfo came; whatever was added by its file has been checked by then.
    pub(crate) async fn refuse_if_too_large(&self, id: &str, source: &Source) -> Result<(), Fault> {
        let total_bytes = source.wanted_bytes();
        let Some(max) = self.total_bytes_max.filter(|max| total_bytes > *max) else {
            return Ok(());
        };
        let infohash = source.metainfo.infohash;
        let record = self.records.torrent(infohash).await?;
        if !record.is_some_and(|record| record.state == State::Downloading) {
            let detail = format!("it brings {total_bytes} bytes, more than the {max} allowed");
            return Err(Fault::Later(detail));
        }
        let reason = format!(
            "its files come to {total_bytes} bytes, more than the {max} that this installation allows"
        );
        tracing::warn!(%infohash, total_bytes, "torrent given up: it is too large");
        // Reported first: a torrent that vanished without a word would be downloading for ever.
        let amount = Amount {
            stored_bytes: 0,
            total_bytes,
        };
        self.reporter
            .report(infohash, TransferPhase::Failed { reason }, amount)
            .await?;
        self.deluge.remove(id, true).await?;
        Err(Fault::Later("it was given up".to_owned()))
    }
}
