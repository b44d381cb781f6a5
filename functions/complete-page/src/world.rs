use store::{Bucket, Changes, Headers, Notice, Object, Records, StoreError, Topic};
use torrent::{Infohash, ObjectKey, Owner, PageKey, State, Timestamp, TorrentRecord};

/// What the function reads and writes. A trait so that a test can put every order of events, and every way in
/// which two runs get into each other's way, before the real handlers.
pub(crate) trait World {
    /// The record, if the torrent is known.
    async fn record(&self, infohash: Infohash) -> Result<Option<TorrentRecord>, StoreError>;
    /// The manifest's bytes.
    async fn manifest(&self, infohash: Infohash) -> Result<Option<Vec<u8>>, StoreError>;
    /// What lies under the torrent's prefix.
    async fn files(&self, infohash: Infohash) -> Result<Vec<Object>, StoreError>;
    /// A page as it is now.
    async fn page(&self, key: PageKey) -> Result<Option<Version>, StoreError>;
    /// Writes a page if it is still `over`; says whether it was.
    async fn put_page(
        &self,
        key: PageKey,
        page: Page,
        over: Option<&Version>,
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
}

/// A page that is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Version {
    pub(crate) body: Vec<u8>,
    /// S3's `ETag`, quotes included.
    pub(crate) etag: String,
}

/// A page that shall be there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Page {
    pub(crate) content_type: &'static str,
    pub(crate) body: String,
}

/// The real one.
pub(crate) struct Aws {
    pub(crate) records: Records,
    pub(crate) files: Bucket,
    pub(crate) site: Bucket,
    pub(crate) completed: Topic,
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

    async fn page(&self, key: PageKey) -> Result<Option<Version>, StoreError> {
        let body = self.site.get(key).await?;
        Ok(body.map(|body| Version {
            body,
            etag: String::new(),
        }))
    }

    async fn put_page(
        &self,
        key: PageKey,
        page: Page,
        _over: Option<&Version>,
    ) -> Result<bool, StoreError> {
        let headers = Headers {
            content_type: page.content_type,
            cache_control: "no-cache",
        };
        self.site.put(key, page.body.into_bytes(), headers).await?;
        Ok(true)
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
}
