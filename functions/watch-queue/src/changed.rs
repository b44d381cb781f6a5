use std::sync::Arc;

use deluge::Client;
use torrent::{Infohash, State, TorrentRecord};

use crate::batch::WatchQueue;
use crate::fault::Fault;

impl WatchQueue {
    /// Makes Deluge rest or go on with a torrent, as its record says now. A queued torrent is told when it is
    /// added.
    pub(crate) async fn changed(&self, infohash: Infohash) -> Result<(), Fault> {
        let Some(record) = self.records.torrent(infohash).await? else {
            return Ok(());
        };
        if !matches!(
            record.state,
            State::Downloading | State::Transferring | State::Complete
        ) {
            return Ok(());
        }
        let Some((deluge, id)) = self.deluge_of(&record).await? else {
            return Ok(());
        };
        if record.paused {
            deluge.pause(&[id]).await?;
        } else {
            deluge.resume(&[id]).await?;
        }
        tracing::info!(%infohash, paused = record.paused, "torrent changed");
        Ok(())
    }

    /// The Deluge that has a torrent, and what it is called there; `None` when no worker ever had it.
    pub(crate) async fn deluge_of(
        &self,
        record: &TorrentRecord,
    ) -> Result<Option<(Arc<Client>, String)>, Fault> {
        let Some((worker, id)) = record.worker.as_ref().zip(record.deluge_id.clone()) else {
            return Ok(None);
        };
        let workers = self.records.workers().await?;
        let worker = workers.iter().find(|known| known.id == *worker);
        let worker = worker.ok_or_else(|| Fault::Later("its worker is gone".to_owned()))?;
        Ok(Some((self.deluges.at(&worker.deluge_url)?, id)))
    }
}
