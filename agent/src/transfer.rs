use std::time::Duration;

use store::{Headers, StoreError};
use tokio::time::Instant;
use torrent::{Manifest, ObjectKey, StoredFile, Timestamp, TransferPhase};

use crate::plan::Plan;
use crate::watch::Watch;

/// How often progress is reported at most.
const REPORT_PERIOD: Duration = Duration::from_secs(5);

/// Why a torrent could not be moved.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// Time may help.
    #[error("{0}")]
    Later(String),
    /// Only the owner can help.
    #[error("{0}")]
    Never(String),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Later(error.to_string())
    }
}

impl From<deluge::Error> for Fault {
    fn from(error: deluge::Error) -> Self {
        Self::Later(error.to_string())
    }
}

impl Watch {
    /// Stores every file of a torrent that is not stored yet, and the manifest last.
    pub(crate) async fn transfer(&self, plan: &Plan) -> Result<(), Fault> {
        let manifest = ObjectKey::Manifest(plan.infohash);
        if self.files.size(&manifest).await?.is_some() {
            return Ok(());
        }
        self.store_metainfo(plan).await?;
        self.reporter
            .report(plan, TransferPhase::Started, 0)
            .await?;
        tracing::info!(infohash = %plan.infohash, files = plan.files.len(), size_bytes = plan.total_bytes(), "transfer starts");
        let mut stored_bytes = 0;
        let mut reported = Instant::now();
        for file in &plan.files {
            if self.files.size(&file.key).await? != Some(file.size_bytes) {
                self.upload(file).await?;
                tracing::info!(infohash = %plan.infohash, path = file.path, size_bytes = file.size_bytes, "file stored");
            }
            stored_bytes += file.size_bytes;
            if reported.elapsed() >= REPORT_PERIOD {
                self.reporter
                    .report(plan, TransferPhase::Progress, stored_bytes)
                    .await?;
                reported = Instant::now();
            }
        }
        self.store_manifest(plan).await?;
        self.reporter
            .report(plan, TransferPhase::Done, stored_bytes)
            .await?;
        tracing::info!(infohash = %plan.infohash, "transfer done");
        Ok(())
    }

    /// A magnet link's metainfo is known only now; afterwards every torrent has one.
    async fn store_metainfo(&self, plan: &Plan) -> Result<(), Fault> {
        let key = ObjectKey::Torrent(plan.infohash);
        if self.files.size(&key).await?.is_none() {
            let headers = Headers {
                content_type: "application/x-bittorrent",
                cache_control: "no-cache",
            };
            self.files.put(&key, plan.metainfo.clone(), headers).await?;
        }
        Ok(())
    }

    async fn store_manifest(&self, plan: &Plan) -> Result<(), Fault> {
        let files = plan.files.iter().map(|file| StoredFile {
            path: file.path.clone(),
            key: file.key.to_string(),
            size_bytes: file.size_bytes,
        });
        let manifest = Manifest {
            infohash: plan.infohash,
            name: plan.name.clone(),
            files: files.collect(),
            stored_at: Timestamp::now(),
        };
        let json =
            serde_json::to_vec(&manifest).map_err(|error| Fault::Never(error.to_string()))?;
        let headers = Headers {
            content_type: "application/json",
            cache_control: "no-cache",
        };
        Ok(self
            .files
            .put(ObjectKey::Manifest(plan.infohash), json, headers)
            .await?)
    }
}
