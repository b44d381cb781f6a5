use deluge::{Client, Key};
use store::Records;
use torrent::{Timestamp, Worker};

/// Registers this worker as long as its Deluge answers.
pub(crate) struct Heartbeat {
    pub(crate) deluge: Client,
    pub(crate) records: Records,
    pub(crate) worker: String,
    pub(crate) advertised_url: String,
}

impl Heartbeat {
    pub(crate) async fn run(&self) {
        let mut beat = tokio::time::interval(Worker::HEARTBEAT);
        loop {
            beat.tick().await;
            if let Err(error) = self.register().await {
                tracing::warn!(%error, "this worker could not be registered");
            }
        }
    }

    async fn register(&self) -> anyhow::Result<()> {
        let torrents = self.deluge.status_of_all(&[Key::IsFinished]).await?.len() as u64;
        let worker = Worker {
            id: self.worker.clone(),
            deluge_url: self.advertised_url.clone(),
            free_bytes: Some(self.deluge.free_space(None).await?),
            torrents: Some(torrents),
            last_seen: Timestamp::now(),
        };
        Ok(self.records.register(&worker).await?)
    }
}
