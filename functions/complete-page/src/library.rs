use anyhow::{Context, Result, bail};
use pages::Library;
use torrent::PageKey;

use crate::batch::CompletePages;
use crate::page::{HTML, TRIES};
use crate::world::{Page, Version, World};

impl<W: World> CompletePages<W> {
    /// Makes a change to the library, which says whether it was one, and then the page of it. Each costs one
    /// read, and one write where there is news, however many torrents and events there are.
    pub(crate) async fn library(&self, change: impl Fn(&mut Library) -> bool) -> Result<()> {
        for _ in 0..TRIES {
            let there = self.world.page(PageKey::LibraryJson).await?;
            let mut library = read(there.as_ref())?;
            if !change(&mut library) {
                return self.library_page().await;
            }
            let json = Page {
                content_type: "application/json",
                body: serde_json::to_string(&library)?,
            };
            if self
                .world
                .put_page(PageKey::LibraryJson, json, there.as_ref())
                .await?
            {
                return self.library_page().await;
            }
        }
        bail!("other runs kept writing the library")
    }

    async fn library_page(&self) -> Result<()> {
        for _ in 0..TRIES {
            // First, for the reason that `renew` gives.
            let there = self.world.page(PageKey::LibraryHtml).await?;
            let html = read(self.world.page(PageKey::LibraryJson).await?.as_ref())?.to_html();
            if there
                .as_ref()
                .is_some_and(|there| there.body == html.as_bytes())
            {
                return Ok(());
            }
            let html = Page {
                content_type: HTML,
                body: html,
            };
            if self
                .world
                .put_page(PageKey::LibraryHtml, html, there.as_ref())
                .await?
            {
                return Ok(());
            }
        }
        bail!("other runs kept writing the library's page")
    }
}

fn read(there: Option<&Version>) -> Result<Library> {
    let library = there
        .map(|there| serde_json::from_slice(&there.body))
        .transpose();
    let library = library.with_context(|| format!("{} is malformed", PageKey::LibraryJson))?;
    Ok(library.unwrap_or_default())
}
