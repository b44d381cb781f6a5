use std::time::{Duration, Instant, SystemTime};

use deluge::Clients;
use lambda_runtime::Error;
use pages::Status;
use store::{Bucket, Headers, Records, StoreError};
use torrent::{PageKey, State, Timestamp};

/// What the function needs of the world.
pub(crate) struct StatusPage {
    pub(crate) records: Records,
    pub(crate) site: Bucket,
    pub(crate) deluges: Clients,
}

/// How often the page is made again while anything is active.
const PERIOD: Duration = Duration::from_secs(10);

/// How long one run goes on, so that it ends before the next minute's run starts.
const RUN: Duration = Duration::from_secs(50);

impl StatusPage {
    /// Makes the page once, and every 10 s for the rest of the minute while anything is active.
    pub(crate) async fn minute(&self, deadline: SystemTime) -> Result<(), Error> {
        let start = Instant::now();
        let left = deadline
            .duration_since(SystemTime::now())
            .unwrap_or_default();
        let end = start + RUN.min(left.saturating_sub(PERIOD));
        let mut written = self.written().await?;
        loop {
            let status = self.look().await?;
            let active = status
                .torrents
                .iter()
                .any(|torrent| torrent.state.is_active());
            let fingerprint = Some(status.fingerprint());
            if fingerprint != written {
                self.write(&status).await?;
                written = fingerprint;
            }
            if !active || Instant::now() + PERIOD > end {
                return Ok(());
            }
            tokio::time::sleep(PERIOD).await;
        }
    }

    /// What is known now, after the records were brought up to date.
    async fn look(&self) -> Result<Status, StoreError> {
        let generated_at = Timestamp::now();
        let workers = self.records.workers().await?;
        let mut torrents = self.records.torrents().await?;
        torrents.retain(|torrent| torrent.state != State::Removed);
        for worker in workers.iter().filter(|worker| worker.is_live(generated_at)) {
            self.read_worker(worker, &mut torrents).await?;
        }
        Ok(Status {
            generated_at,
            workers,
            torrents,
        })
    }

    /// The fingerprint of the page that is in the bucket, if there is one that this version reads.
    async fn written(&self) -> Result<Option<String>, StoreError> {
        let Some(json) = self.site.get(PageKey::StatusJson).await? else {
            return Ok(None);
        };
        match serde_json::from_slice::<Status>(&json) {
            Ok(status) => Ok(Some(status.fingerprint())),
            Err(error) => {
                tracing::info!(%error, "the status page is of another version and is written again");
                Ok(None)
            }
        }
    }

    async fn write(&self, status: &Status) -> Result<(), StoreError> {
        let html = Headers {
            content_type: "text/html; charset=utf-8",
            cache_control: "no-cache",
        };
        let json = Headers {
            content_type: "application/json",
            ..html
        };
        self.site
            .put(PageKey::StatusHtml, status.to_html().into_bytes(), html)
            .await?;
        // Last: its fingerprint says that both are written.
        self.site
            .put(PageKey::StatusJson, status.to_json().into_bytes(), json)
            .await
    }
}
