use store::Queue;
use torrent::{FileTransferring, QueueMessage, TransferPhase};

use crate::plan::Plan;
use crate::transfer::Fault;

/// Tells `file_transferring` how far this worker is.
pub(crate) struct Reporter {
    pub(crate) queue: Queue,
    pub(crate) worker: String,
}

impl Reporter {
    pub(crate) async fn report(
        &self,
        plan: &Plan,
        phase: TransferPhase,
        stored_bytes: u64,
    ) -> Result<(), Fault> {
        let report = FileTransferring {
            infohash: plan.infohash,
            worker: self.worker.clone(),
            phase,
            stored_bytes,
            total_bytes: plan.total_bytes(),
        };
        Ok(self
            .queue
            .send(&QueueMessage::FileTransferring(report))
            .await?)
    }

    pub(crate) async fn failed(&self, plan: &Plan, reason: String) -> Result<(), Fault> {
        self.report(plan, TransferPhase::Failed { reason }, 0).await
    }
}
