use torrent::{Infohash, ObjectKey, PageKey, State};

use crate::batch::WatchQueue;
use crate::fault::Fault;

impl WatchQueue {
    /// Takes away what is left of a removed torrent: from Deluge with its data, from S3 unless its files stay,
    /// and its record last, so that a try that breaks off is gone on with.
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
        if !keep_files {
            let objects = self.files.list(&ObjectKey::files_prefix(infohash)).await?;
            let mut keys: Vec<_> = objects.into_iter().map(|object| object.key).collect();
            keys.push(ObjectKey::Manifest(infohash).to_string());
            keys.push(ObjectKey::Torrent(infohash).to_string());
            self.files.delete(&keys).await?;
            // The manifest's deletion makes complete-page take the torrent out of the library.
            self.site
                .delete(&PageKey::all_of(infohash).map(|key| key.to_string()))
                .await?;
        }
        self.records.forget(infohash).await?;
        tracing::info!(%infohash, keep_files, "torrent removed");
        Ok(())
    }
}
