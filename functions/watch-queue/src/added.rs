use deluge::{Added, Client, TorrentOptions};
use store::Changes;
use torrent::{
    Infohash, Metainfo, ObjectKey, Owner, Source, State, Timestamp, TorrentRecord, Worker,
};

use crate::batch::WatchQueue;
use crate::fault::Fault;

impl WatchQueue {
    /// A queued torrent gets a worker. Anything else has one, or needs none.
    pub(crate) async fn added(&self, infohash: Infohash) -> Result<(), Fault> {
        let Some(record) = self.records.torrent(infohash).await? else {
            tracing::warn!(%infohash, "a message names a torrent without a record");
            return Ok(());
        };
        if record.state != State::Queued {
            return Ok(());
        }
        let workers = self.records.workers().await?;
        let worker = Worker::choose(&workers, Timestamp::now())
            .ok_or_else(|| Fault::Later("no worker is running".to_owned()))?;
        let deluge = self.deluges.at(&worker.deluge_url)?;
        let added = self.add(&deluge, &record).await?;
        tracing::info!(%infohash, worker = worker.id, deluge_id = added.id(), "torrent given to a worker");
        let changes = Changes {
            worker: Some(worker.id.clone()),
            deluge_id: Some(added.id().to_owned()),
            ..Changes::default()
        };
        let now = Timestamp::now();
        let moved = self
            .records
            .transition(
                infohash,
                Owner::WatchQueue,
                State::Downloading,
                now,
                changes,
            )
            .await?;
        // Removed while it was being added: nobody else knows that Deluge has it.
        if moved.is_none() && self.is_removed(infohash).await? {
            deluge.remove(added.id(), true).await?;
        }
        Ok(())
    }

    async fn is_removed(&self, infohash: Infohash) -> Result<bool, Fault> {
        let record = self.records.torrent(infohash).await?;
        Ok(record.is_none_or(|record| record.state == State::Removed))
    }

    async fn add(&self, deluge: &Client, record: &TorrentRecord) -> Result<Added, Fault> {
        // Deluge's own queue lets three dead torrents hold up a live one.
        let options = TorrentOptions {
            add_paused: Some(record.paused),
            auto_managed: Some(false),
            ..TorrentOptions::default()
        };
        let infohash = record.infohash;
        match &record.source {
            Source::Magnet { uri } => Ok(deluge
                .add_magnet(&infohash.to_string(), uri, &options)
                .await?),
            Source::File => {
                let key = ObjectKey::Torrent(infohash);
                let lost = || Fault::Never("its .torrent file is gone from S3".to_owned());
                let torrent = self.files.get(&key).await?.ok_or_else(lost)?;
                let metainfo =
                    Metainfo::parse(&torrent).map_err(|error| Fault::Never(error.to_string()))?;
                let (id, name) = (
                    metainfo.deluge_id.to_string(),
                    format!("{infohash}.torrent"),
                );
                let options = TorrentOptions {
                    file_priorities: record
                        .wanted
                        .is_some()
                        .then(|| priorities(record, &metainfo)),
                    ..options
                };
                Ok(deluge.add_file(&id, &name, &torrent, &options).await?)
            }
        }
    }
}

/// What Deluge calls "normal" for the wanted files and "skip" for the others.
fn priorities(record: &TorrentRecord, metainfo: &Metainfo) -> Vec<u8> {
    let wanted = (0..metainfo.files.len()).map(|index| record.wants(index));
    wanted.map(|wanted| if wanted { 4 } else { 0 }).collect()
}
