use anyhow::{Context, Result, bail};
use pages::Library;
use torrent::PageKey;

use crate::batch::CompletePages;
use crate::page::{HTML, TRIES};
use crate::world::{Page, World};

impl<W: World> CompletePages<W> {
    /// Makes a change to the library, which says whether it was one, and then the page of it. Each costs a read,
    /// and a write where there is news, however many torrents and events there are.
    pub(crate) async fn library(&self, change: impl Fn(&mut Library) -> bool) -> Result<()> {
        for _ in 0..TRIES {
            let there = self.world.version(PageKey::LibraryJson).await?;
            let mut library = self.stored().await?;
            if !change(&mut library) {
                return self.library_page().await;
            }
            let json = Page {
                content_type: "application/json",
                body: serde_json::to_string(&library)?,
            };
            let key = PageKey::LibraryJson;
            if self.world.put_page(key, json, there.as_ref()).await? {
                return self.library_page().await;
            }
        }
        bail!("other runs kept writing the library")
    }

    async fn library_page(&self) -> Result<()> {
        for _ in 0..TRIES {
            // First, for the reason that `renew` gives.
            let there = self.world.version(PageKey::LibraryHtml).await?;
            let html = Page {
                content_type: HTML,
                body: self.stored().await?.to_html(),
            };
            let key = PageKey::LibraryHtml;
            if html.is(there.as_ref()) || self.world.put_page(key, html, there.as_ref()).await? {
                return Ok(());
            }
        }
        bail!("other runs kept writing the library's page")
    }

    async fn stored(&self) -> Result<Library> {
        let body = self.world.body(PageKey::LibraryJson).await?;
        let library = body.map(|body| serde_json::from_slice(&body)).transpose();
        let library = library.with_context(|| format!("{} is malformed", PageKey::LibraryJson))?;
        Ok(library.unwrap_or_default())
    }
}
