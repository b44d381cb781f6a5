use std::collections::BTreeSet;
use std::path::Path;

use anyhow::Context;
use mime_guess::mime;
use store::{Bucket, Headers};

use crate::front_door::FrontDoor;
use crate::package::{Package, Packed};
use crate::request::{Request, RequestType};
use crate::settings;

/// Everything of ours in the files bucket is below it.
const OURS: &str = "published/";
/// The keys that were written to the site bucket, where other functions' pages are too.
const SITE_LIST: &str = "published/site.json";
/// Which release the box should run, with its settings.
const CURRENT: &str = "published/box/current";
/// What looks after [`CURRENT`] on the box; a new box starts with it.
const UPDATE: &str = "published/box/update";
const RELEASES: &str = "published/box/releases/";

/// Browsers ask each time, and get "not modified"; CloudFront keeps its copy until a deployment makes it forget.
const PAGE_CACHE: &str = "public, max-age=0, s-maxage=31536000, must-revalidate";
/// Only the box reads these, from the bucket itself.
const BOX_HEADERS: Headers<'static> = Headers {
    content_type: "application/octet-stream",
    cache_control: "no-store",
};

/// Writes the package to the buckets, and takes it away again.
pub(crate) struct Publisher {
    pub(crate) package: Package,
    pub(crate) site: Bucket,
    pub(crate) files: Bucket,
    pub(crate) front_door: FrontDoor,
}

impl Publisher {
    /// Makes the buckets as `request` asks; it may be repeated at any point.
    ///
    /// # Errors
    /// When S3 or CloudFront refuses something.
    pub(crate) async fn serve(&self, request: &Request) -> anyhow::Result<()> {
        if request.kind == RequestType::Delete {
            return self.take_away().await;
        }
        let settings = &request.resource_properties.box_settings;
        let current = settings::current(&self.package.release, settings)?;
        self.publish_box(current).await.context("the box's files")?;
        self.publish_site().await.context("the page")?;
        self.front_door.forget_all(&request.id).await
    }

    /// A release is whole before [`CURRENT`] names it, and the one before stays for a box that is reading it.
    async fn publish_box(&self, current: String) -> anyhow::Result<()> {
        let before = self.files.get(CURRENT).await?;
        let release = key_of(&self.package.release);
        let archive = self.package.archive.clone();
        self.files.put(&release, archive, BOX_HEADERS).await?;
        let update = self.package.update.clone();
        self.files.put(UPDATE, update, BOX_HEADERS).await?;
        self.files
            .put(CURRENT, current.into_bytes(), BOX_HEADERS)
            .await?;
        let before = before.as_deref().and_then(release_of);
        let stored = self.files.list(RELEASES).await?;
        let old: Vec<_> = stored
            .into_iter()
            .map(|object| object.key)
            .filter(|key| *key != release && before.as_ref() != Some(key))
            .collect();
        Ok(self.files.delete(&old).await?)
    }

    /// The list covers what is about to be written before it is written, so that nothing is ever forgotten.
    async fn publish_site(&self) -> anyhow::Result<()> {
        let had = self.listed().await?;
        let names = self.package.site.iter().map(|file| file.name.clone());
        let has: BTreeSet<String> = names.collect();
        self.write_list(&has.union(&had).cloned().collect()).await?;
        // A page comes after what it loads.
        let (pages, others): (Vec<_>, Vec<_>) =
            self.package.site.iter().partition(|file| is_page(file));
        for file in others.into_iter().chain(pages) {
            let headers = Headers {
                content_type: &content_type(&file.name),
                cache_control: PAGE_CACHE,
            };
            self.site
                .put(&file.name, file.bytes.clone(), headers)
                .await?;
        }
        let gone: Vec<_> = had.difference(&has).cloned().collect();
        self.site.delete(&gone).await?;
        self.write_list(&has).await?;
        tracing::info!(
            release = self.package.release,
            files = has.len(),
            deleted = gone.len(),
            "the page and the box's files are published"
        );
        Ok(())
    }

    async fn take_away(&self) -> anyhow::Result<()> {
        let site: Vec<_> = self.listed().await?.into_iter().collect();
        self.site.delete(&site).await?;
        // The list goes last.
        let ours = self.files.list(OURS).await?;
        let (list, others): (Vec<_>, Vec<_>) = ours
            .into_iter()
            .map(|object| object.key)
            .partition(|key| key == SITE_LIST);
        self.files.delete(&others).await?;
        self.files.delete(&list).await?;
        tracing::info!(files = site.len(), "what was published is deleted");
        Ok(())
    }

    async fn listed(&self) -> anyhow::Result<BTreeSet<String>> {
        match self.files.get(SITE_LIST).await? {
            Some(list) => serde_json::from_slice(&list).context(SITE_LIST),
            None => Ok(BTreeSet::new()),
        }
    }

    async fn write_list(&self, keys: &BTreeSet<String>) -> anyhow::Result<()> {
        let headers = Headers {
            content_type: "application/json",
            cache_control: "no-store",
        };
        let list = serde_json::to_vec(keys)?;
        Ok(self.files.put(SITE_LIST, list, headers).await?)
    }
}

fn key_of(release: &str) -> String {
    format!("{RELEASES}{release}.tar.gz")
}

/// The archive of the release that a [`CURRENT`] names.
fn release_of(current: &[u8]) -> Option<String> {
    let text = std::str::from_utf8(current).ok()?;
    let release = text
        .lines()
        .find_map(|line| line.strip_prefix("RELEASE="))?;
    Some(key_of(release))
}

fn is_page(file: &Packed) -> bool {
    Path::new(&file.name)
        .extension()
        .is_some_and(|end| end == "html")
}

/// By the name's end; text is UTF-8 here.
fn content_type(name: &str) -> String {
    let guess = mime_guess::from_path(name).first_or_octet_stream();
    if guess.type_() == mime::TEXT {
        format!("{guess}; charset=utf-8")
    } else {
        guess.to_string()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_are_told_what_they_get() {
        for (name, expected) in [
            ("index.html", "text/html; charset=utf-8"),
            ("add/read.js", "text/javascript; charset=utf-8"),
            ("style.css", "text/css; charset=utf-8"),
            ("icon.svg", "image/svg+xml"),
            ("icon.png", "image/png"),
            ("x.webmanifest", "application/manifest+json"),
        ] {
            assert_eq!(content_type(name), expected, "{name}");
        }
    }

    #[test]
    fn the_release_before_is_found() {
        let current = settings::current("abc", &[].into()).unwrap();
        let archive = release_of(current.as_bytes()).unwrap();
        assert_eq!(archive, "published/box/releases/abc.tar.gz");
        assert_eq!(release_of(b"\xff"), None);
    }
}
