use store::Changes;
use torrent::{FileTransferring, Owner, State, Timestamp, TransferPhase};

use crate::batch::WatchQueue;
use crate::fault::Fault;

impl WatchQueue {
    /// Follows a report of the agent. Reports come late and out of order: bytes only grow, and a state that
    /// was left is not entered again.
    pub(crate) async fn transferring(&self, report: FileTransferring) -> Result<(), Fault> {
        let FileTransferring {
            infohash,
            worker,
            phase,
            stored_bytes,
            total_bytes,
            at,
        } = report;
        match phase {
            TransferPhase::Progress => {}
            TransferPhase::Waiting { reason } => {
                let at = at.unwrap_or(Timestamp::UNIX_EPOCH);
                self.records
                    .set_waiting(infohash, reason.as_deref(), at)
                    .await?;
            }
            TransferPhase::Failed { reason } => return Err(Fault::Never(reason)),
            TransferPhase::Started | TransferPhase::Done => {
                let changes = Changes {
                    worker: Some(worker),
                    size_bytes: Some(total_bytes),
                    ..Changes::default()
                };
                let now = Timestamp::now();
                self.records
                    .transition(
                        infohash,
                        Owner::WatchQueue,
                        State::Transferring,
                        now,
                        changes,
                    )
                    .await?;
            }
        }
        self.records
            .set_stored_bytes(infohash, stored_bytes)
            .await?;
        Ok(())
    }
}
