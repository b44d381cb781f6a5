use anyhow::{Context, Result, bail};
use pages::{CompletePage, Expected, LibraryEntry, PageFile};
use store::Changes;
use torrent::{Infohash, ObjectKey, Owner, PageKey, State, TorrentRecord};

use crate::batch::CompletePages;
use crate::notice::notice;
use crate::world::{Page, World};

/// So often a page is made again because another run wrote it meanwhile; then the message waits its turn.
pub(crate) const TRIES: usize = 8;

pub(crate) const HTML: &str = "text/html; charset=utf-8";

impl<W: World> CompletePages<W> {
    /// Makes the page from what is in the bucket now, whatever the message said; with the manifest and every
    /// file there the torrent is complete, with nothing there and nobody asking for it its page goes.
    pub(crate) async fn renew(&self, infohash: Infohash, is_retry: bool) -> Result<()> {
        let key = PageKey::Complete(infohash);
        for _ in 0..TRIES {
            // The page is read before the facts that replace it: a run that saw older facts than the page's
            // writer then finds another page than it read, and looks again.
            let there = self.world.version(key).await?;
            let record = self.world.record(infohash).await?;
            let page = self.look(infohash, record.as_ref()).await?;
            if let Some(record) = record.as_ref()
                && self.has_expired(record, &page)
            {
                return self.expire(infohash).await;
            }
            let is_wanted = record.as_ref().map(|record| record.state != State::Removed);
            if is_wanted != Some(true) && page.files.is_empty() && page.expected.is_none() {
                return self.forget(infohash).await;
            }
            if is_wanted == Some(false) {
                return Ok(());
            }
            let html = Page {
                content_type: HTML,
                body: page.to_html(),
            };
            if !html.is(there.as_ref()) {
                self.lists(&page).await?;
                if !self.world.put_page(key, html, there.as_ref()).await? {
                    continue;
                }
            }
            return self.follow(&page, record, is_retry).await;
        }
        bail!("other runs kept writing the page")
    }

    /// What is known and stored of a torrent.
    async fn look(
        &self,
        infohash: Infohash,
        record: Option<&TorrentRecord>,
    ) -> Result<CompletePage> {
        // The manifest is read first: it is written last, so every file it names is in the listing.
        let manifest = self.world.manifest(infohash).await?;
        let expected: Option<Expected> = manifest
            .map(|bytes| serde_json::from_slice(&bytes))
            .transpose()
            .with_context(|| format!("{} is malformed", ObjectKey::Manifest(infohash)))?;
        let prefix = ObjectKey::files_prefix(infohash);
        let objects = self.world.files(infohash).await?;
        let oldest = objects.iter().filter_map(|object| object.stored_at).min();
        let files = objects.into_iter().map(|object| PageFile {
            path: object.key[prefix.len()..].to_owned(),
            key: object.key,
            size_bytes: object.size_bytes,
            crc32: None,
        });
        let chosen = record.filter(|record| record.named || expected.is_none());
        let name = match (chosen, &expected) {
            (Some(record), _) => record.name.clone(),
            (None, Some(expected)) => expected.name.clone(),
            (None, None) => infohash.to_string(),
        };
        Ok(CompletePage {
            infohash,
            name,
            added_at: record.map(|record| record.added_at),
            expires_at: self.retention.zip(oldest).map(|(days, at)| days.end(at)),
            files: files.collect(),
            expected,
        })
    }

    /// Writes what stands beside the page of a whole torrent. Before the page, which links to it. What another run
    /// writes meanwhile is left: that run writes the page too, and then this one looks again.
    async fn lists(&self, page: &CompletePage) -> Result<()> {
        if !page.is_complete() {
            return Ok(());
        }
        for list in page.lists(&self.site) {
            let there = self.world.version(list.key).await?;
            let content = Page {
                content_type: list.content_type,
                body: list.body,
            };
            if !content.is(there.as_ref()) {
                self.world
                    .put_page(list.key, content, there.as_ref())
                    .await?;
            }
        }
        Ok(())
    }

    /// Takes away what was shown of a torrent of which nothing is left.
    async fn forget(&self, infohash: Infohash) -> Result<()> {
        self.world.delete_pages(&PageKey::all_of(infohash)).await?;
        self.library(|library| library.remove(infohash)).await
    }

    /// Puts a torrent that is whole into the library, moves its record, and tells its owner: the run that moved the
    /// record does, or, where that run broke off, the one that takes up its message.
    async fn follow(
        &self,
        page: &CompletePage,
        record: Option<TorrentRecord>,
        is_retry: bool,
    ) -> Result<()> {
        let Some((entry, record)) = LibraryEntry::of(page).zip(record) else {
            return Ok(());
        };
        self.library(|library| library.insert(entry.clone()))
            .await?;
        let infohash = page.infohash;
        let told = notice(&entry, &self.site);
        if is_on_its_way(record.state) {
            let changes = Changes {
                name: (!record.named).then_some(entry.name),
                stored_bytes: Some(entry.size_bytes),
                size_bytes: Some(entry.size_bytes),
                file_count: Some(entry.file_count),
                ..Changes::default()
            };
            if self.world.complete(infohash, changes).await?.is_none() {
                return Ok(());
            }
            tracing::info!(%infohash, "torrent complete");
        } else if !is_retry {
            return Ok(());
        }
        self.world.tell(told).await?;
        Ok(())
    }
}

/// Whether `complete` is still before it.
fn is_on_its_way(state: State) -> bool {
    State::Complete
        .sources(Owner::CompletePage)
        .any(|source| source == state)
}
