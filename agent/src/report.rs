use store::Queue;
use torrent::{FileTransferring, Infohash, QueueMessage, Timestamp, TransferPhase};

use crate::fault::Fault;

/// Tells `file_transferring` how far this worker is.
#[derive(Clone)]
pub(crate) struct Reporter {
    pub(crate) queue: Queue,
    pub(crate) worker: String,
}

/// How much of a torrent is stored.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Amount {
    pub(crate) stored_bytes: u64,
    pub(crate) total_bytes: u64,
}

impl Reporter {
    /// Sends a report that must arrive.
    pub(crate) async fn report(
        &self,
        infohash: Infohash,
        phase: TransferPhase,
        amount: Amount,
    ) -> Result<(), Fault> {
        let report = FileTransferring {
            infohash,
            worker: self.worker.clone(),
            phase,
            stored_bytes: amount.stored_bytes,
            total_bytes: amount.total_bytes,
            at: Some(Timestamp::now()),
        };
        let message = QueueMessage::FileTransferring(report);
        Ok(self.queue.send(&message).await?)
    }

    /// Sends a report that may be lost: without the queue files go up all the same.
    pub(crate) async fn hint(&self, infohash: Infohash, phase: TransferPhase, amount: Amount) {
        if let Err(fault) = self.report(infohash, phase, amount).await {
            tracing::warn!(%infohash, %fault, "a report could not be sent");
        }
    }

    /// Says what a torrent waits for, or that it waits no more.
    pub(crate) async fn waiting(&self, infohash: Infohash, reason: Option<String>) {
        let phase = TransferPhase::Waiting { reason };
        self.hint(infohash, phase, Amount::default()).await;
    }
}
