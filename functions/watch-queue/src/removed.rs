use torrent::{Infohash, ObjectKey, PageKey, State};

use crate::batch::WatchQueue;
use crate::fault::Fault;

impl WatchQueue {
    /// Takes away what is left of a removed torrent: from Deluge with its data, from S3 unless its files stay,
    /// and its record last, so that a try that breaks off is gone on with.
    ///
    /// While the record is there, the agent begins nothing new for it. What the agent had begun may still arrive,
    /// so the record goes when a look finds nothing that was to be taken away.
    pub(crate) async fn removed(&self, infohash: Infohash, keep_files: bool) -> Result<(), Fault> {
        let Some(record) = self.records.torrent(infohash).await? else {
            return Ok(());
        };
        // Added again meanwhile.
        if record.state != State::Removed {
            return Ok(());
        }
        if let Some((deluge, id)) = self.deluge_of(&record).await? {
            deluge.remove(&id, true).await?;
        }
        if !keep_files && self.take_away(infohash).await? {
            return Err(Fault::Later(
                "there was something to delete; what came meanwhile is deleted at the next look"
                    .to_owned(),
            ));
        }
        self.records.forget(infohash).await?;
        tracing::info!(%infohash, keep_files, "torrent removed");
        Ok(())
    }

    /// Deletes what is stored and shown of a torrent, and aborts what is on its way; says whether the agent had put
    /// anything there. Page by page of the listing: of many files each try deletes some.
    async fn take_away(&self, infohash: Infohash) -> Result<bool, Fault> {
        let prefix = ObjectKey::files_prefix(infohash);
        // First, so that none of them becomes an object after the listing.
        let uploads = self.files.unfinished(&prefix).await?;
        for upload in &uploads {
            self.files.abort(upload).await?;
        }
        let mut is_news = !uploads.is_empty();
        loop {
            let objects = self.files.list_first(&prefix).await?;
            if objects.is_empty() {
                break;
            }
            is_news = true;
            let keys: Vec<_> = objects.into_iter().map(|object| object.key).collect();
            self.files.delete(&keys).await?;
        }
        let keys = [ObjectKey::Manifest(infohash), ObjectKey::Torrent(infohash)];
        self.files.delete(&keys.map(|key| key.to_string())).await?;
        // The manifest's deletion makes complete-page take the torrent out of the library.
        let pages = PageKey::all_of(infohash).map(|key| key.to_string());
        self.site.delete(&pages).await?;
        Ok(is_news)
    }
}
