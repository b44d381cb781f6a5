use std::cell::Cell;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::counted;
use crate::product::Product;
use crate::{Stack, interrupt};

/// As the page does (static-site/list/status-feed.js).
const LOOK: Duration = Duration::from_secs(5);

/// For the whole way of the sample.
const PATIENCE: Duration = Duration::from_mins(20);

/// Somebody who adds a torrent, watches the page until it is complete, and fetches its files; counts what is asked for.
pub(super) struct Owner {
    product: Product,
    page_requests: Cell<u64>,
    api_requests: Cell<u64>,
}

impl Owner {
    pub(super) fn signed_in(stack: &Stack) -> Result<Self> {
        Ok(Self {
            product: Product::signed_in(stack)?,
            page_requests: Cell::default(),
            api_requests: Cell::new(1),
        })
    }

    pub(super) fn requests(&self) -> counted::Owner {
        counted::Owner {
            page_requests: self.page_requests.get(),
            api_requests: self.api_requests.get(),
        }
    }

    /// The info-hash of what was added.
    pub(super) fn add(&self, torrent: &[u8]) -> Result<String> {
        self.api_requests.update(|count| count + 1);
        let answer = self.product.add_file(torrent)?;
        ensure!(
            answer.status == 202,
            "the API answered {}: {}",
            answer.status,
            answer.body
        );
        let infohash = answer.body["infohash"].as_str();
        Ok(infohash.context("the record has no info-hash")?.to_owned())
    }

    pub(super) fn watch_until_complete(&self, stack: &mut Stack, infohash: &str) -> Result<()> {
        let start = Instant::now();
        while self.state(infohash)?.as_deref() != Some("complete") {
            stack.check()?;
            if start.elapsed() > PATIENCE {
                bail!("the torrent was not complete after {PATIENCE:?}");
            }
            interrupt::sleep(LOOK)?;
        }
        Ok(())
    }

    fn state(&self, infohash: &str) -> Result<Option<String>> {
        self.page_requests.update(|count| count + 1);
        // Not there before the first torrent.
        let Ok(json) = self.product.get("status/status.json") else {
            return Ok(None);
        };
        let status: Value = serde_json::from_slice(&json)?;
        let torrents = status["torrents"].as_array().into_iter().flatten();
        let mut torrents = torrents.filter(|torrent| torrent["infohash"] == infohash);
        let state = torrents
            .next()
            .and_then(|torrent| torrent["state"].as_str());
        Ok(state.map(str::to_owned))
    }

    /// The complete page and every file of it.
    pub(super) fn fetch_all(&self, infohash: &str, files: u64, bytes: u64) -> Result<()> {
        let links = self.product.links(infohash)?;
        let mut fetched = 0;
        for link in &links {
            fetched += self.product.get(link)?.len() as u64;
        }
        ensure!(
            (links.len() as u64, fetched) == (files, bytes),
            "{} links to {fetched} bytes, instead of {files} to {bytes}",
            links.len()
        );
        // One is the page.
        self.page_requests.update(|count| count + files + 1);
        Ok(())
    }
}
