use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};
use store::{
    Bucket, Changes, Headers, Notice, Object, Queue, Records, StoreError, Topic, Version, Written,
};
use torrent::{Infohash, ObjectKey, Owner, PageKey, QueueMessage, State, Timestamp, TorrentRecord};

/// What the function reads and writes. A trait so that a test can put every order of events, and every way in
/// which two runs get into each other's way, before the real handlers.
pub(crate) trait World {
    /// The record, if the torrent is known.
    async fn record(&self, infohash: Infohash) -> Result<Option<TorrentRecord>, StoreError>;
    /// The manifest's bytes.
    async fn manifest(&self, infohash: Infohash) -> Result<Option<Vec<u8>>, StoreError>;
    /// What lies under the torrent's prefix.
    async fn files(&self, infohash: Infohash) -> Result<Vec<Object>, StoreError>;
    /// Which version of a page is there.
    async fn version(&self, key: PageKey) -> Result<Option<Version>, StoreError>;
    /// What is in a page.
    async fn body(&self, key: PageKey) -> Result<Option<Vec<u8>>, StoreError>;
    /// Writes a page if it is still the version that was seen; says whether it was.
    async fn put_page(
        &self,
        key: PageKey,
        page: Page,
        seen: Option<&Version>,
    ) -> Result<bool, StoreError>;
    /// Deletes pages; those that do not exist count as deleted.
    async fn delete_pages(&self, keys: &[PageKey]) -> Result<(), StoreError>;
    /// Tells the owner.
    async fn tell(&self, notice: Notice) -> Result<(), StoreError>;
    /// Moves the record to `complete`; `None` when that is not its way.
    async fn complete(
        &self,
        infohash: Infohash,
        changes: Changes,
    ) -> Result<Option<TorrentRecord>, StoreError>;
    /// Moves the record of a complete torrent to `removed`, for this reason.
    async fn expire(&self, infohash: Infohash, reason: &str) -> Result<(), StoreError>;
    /// Has watch-queue take away what is left of a removed torrent.
    async fn take_away(&self, infohash: Infohash) -> Result<(), StoreError>;
    /// The time.
    fn now(&self) -> Timestamp;
}

/// A page that shall be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

impl Page {
    /// What tells it from any other page, without the page.
    pub(crate) fn fingerprint(&self) -> String {
        HEXLOWER.encode(&Sha256::digest(self.body.as_bytes()))
    }

    /// Whether this is what is there.
    pub(crate) fn is(&self, there: Option<&Version>) -> bool {
        let fingerprint = there.and_then(|there| there.fingerprint.as_deref());
        fingerprint == Some(&*self.fingerprint())
    }
}

/// The real one.
pub(crate) struct Aws {
    pub(crate) records: Records,
    pub(crate) files: Bucket,
    pub(crate) site: Bucket,
    pub(crate) completed: Topic,
    pub(crate) torrent_added: Queue,
}

impl World for Aws {
    async fn record(&self, infohash: Infohash) -> Result<Option<TorrentRecord>, StoreError> {
        self.records.torrent(infohash).await
    }

    async fn manifest(&self, infohash: Infohash) -> Result<Option<Vec<u8>>, StoreError> {
        self.files.get(ObjectKey::Manifest(infohash)).await
    }

    async fn files(&self, infohash: Infohash) -> Result<Vec<Object>, StoreError> {
        self.files.list(&ObjectKey::files_prefix(infohash)).await
    }

    async fn version(&self, key: PageKey) -> Result<Option<Version>, StoreError> {
        self.site.version(key).await
    }

    async fn body(&self, key: PageKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.site.get(key).await
    }

    async fn put_page(
        &self,
        key: PageKey,
        page: Page,
        seen: Option<&Version>,
    ) -> Result<bool, StoreError> {
        let headers = Headers {
            content_type: page.content_type,
            cache_control: "no-cache",
        };
        let fingerprint = page.fingerprint();
        let written = self
            .site
            .put_over(seen, key, page.body.into_bytes(), headers, &fingerprint)
            .await?;
        Ok(written != Written::Overtaken)
    }

    async fn delete_pages(&self, keys: &[PageKey]) -> Result<(), StoreError> {
        let keys: Vec<_> = keys.iter().map(ToString::to_string).collect();
        self.site.delete(&keys).await
    }

    async fn tell(&self, notice: Notice) -> Result<(), StoreError> {
        self.completed.publish(notice).await
    }

    async fn complete(
        &self,
        infohash: Infohash,
        changes: Changes,
    ) -> Result<Option<TorrentRecord>, StoreError> {
        let now = Timestamp::now();
        self.records
            .transition(infohash, Owner::CompletePage, State::Complete, now, changes)
            .await
    }

    async fn expire(&self, infohash: Infohash, reason: &str) -> Result<(), StoreError> {
        let changes = Changes {
            reason: Some(reason.to_owned()),
            ..Changes::default()
        };
        let (owner, now) = (Owner::CompletePage, self.now());
        self.records
            .transition(infohash, owner, State::Removed, now, changes)
            .await?;
        Ok(())
    }

    async fn take_away(&self, infohash: Infohash) -> Result<(), StoreError> {
        let removed = QueueMessage::TorrentRemoved {
            infohash,
            keep_files: false,
        };
        self.torrent_added.send(&removed).await
    }

    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}
