use store::Queue;
use torrent::{FileTransferring, QueueMessage, TransferPhase};

use crate::fault::Fault;
use crate::source::Source;

/// Tells `file_transferring` how far this worker is.
pub(crate) struct Reporter {
    pub(crate) queue: Queue,
    pub(crate) worker: String,
}

impl Reporter {
    pub(crate) async fn report(
        &self,
        source: &Source,
        phase: TransferPhase,
        stored_bytes: u64,
    ) -> Result<(), Fault> {
        let report = FileTransferring {
            infohash: source.metainfo.infohash,
            worker: self.worker.clone(),
            phase,
            stored_bytes,
            total_bytes: source.wanted_bytes(),
        };
        Ok(self
            .queue
            .send(&QueueMessage::FileTransferring(report))
            .await?)
    }
}
