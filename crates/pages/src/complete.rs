use std::collections::HashMap;

use askama::Template;
use torrent::{Infohash, Manifest, ObjectKey, StoredFile};

use crate::format::{Moment, count, percent, size};
use crate::render;

/// What one torrent's page is made from: [`torrent::PageKey::Complete`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletePage {
    /// Which torrent.
    pub infohash: Infohash,
    /// What to call it.
    pub name: String,
    /// What is really in the bucket, in any order.
    pub files: Vec<StoredFile>,
    /// What should be there, when that is known.
    pub expected: Option<Manifest>,
}

impl CompletePage {
    /// Whether every expected file is stored with its size. Never while it is unknown what is expected.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.expected
            .as_ref()
            .is_some_and(|manifest| self.stored_of(manifest).count() == manifest.files.len())
    }

    /// The page, the same for the same files in any order.
    #[must_use]
    pub fn to_html(&self) -> String {
        let complete = self.is_complete();
        let stored = self.stored_words();
        let expected = self.expected.as_ref();
        render(&CompleteHtml {
            infohash: self.infohash,
            name: &self.name,
            state: if complete { "complete" } else { "transferring" },
            state_words: if complete { "complete" } else { &stored },
            percent: expected
                .filter(|_| !complete)
                .map(|manifest| percent(self.stored_bytes(manifest), manifest.size_bytes())),
            size: self.size_words(),
            count: complete.then(|| count(self.files.len() as u64, "file")),
            stored_at: expected
                .filter(|_| complete)
                .map(|manifest| manifest.stored_at.into()),
            files: self.rows(),
        })
    }

    fn stored_words(&self) -> String {
        match &self.expected {
            Some(manifest) => {
                let of = count(manifest.files.len() as u64, "file");
                format!("{} of {of} stored", self.stored_of(manifest).count())
            }
            None => format!("{} stored so far", count(self.files.len() as u64, "file")),
        }
    }

    fn size_words(&self) -> String {
        match &self.expected {
            Some(manifest) if self.is_complete() => size(manifest.size_bytes()),
            Some(manifest) => {
                let (have, of) = (self.stored_bytes(manifest), manifest.size_bytes());
                format!("{} of {} stored", size(have), size(of))
            }
            None => {
                let have = self.files.iter().map(|file| file.size_bytes).sum();
                format!("{} stored, full size unknown", size(have))
            }
        }
    }

    /// The expected files that are there with their size.
    fn stored_of<'a>(&self, manifest: &'a Manifest) -> impl Iterator<Item = &'a StoredFile> {
        let stored = self.sizes();
        manifest
            .files
            .iter()
            .filter(move |file| stored.get(file.key.as_str()) == Some(&file.size_bytes))
    }

    fn stored_bytes(&self, manifest: &Manifest) -> u64 {
        self.stored_of(manifest).map(|file| file.size_bytes).sum()
    }

    /// Sizes in the bucket by key.
    fn sizes(&self) -> HashMap<&str, u64> {
        self.files
            .iter()
            .map(|file| (file.key.as_str(), file.size_bytes))
            .collect()
    }

    /// Everything stored or expected, by path.
    fn rows(&self) -> Vec<FileRow<'_>> {
        let stored = self.sizes();
        let expected = self.expected.iter().flat_map(|manifest| &manifest.files);
        let wanted: HashMap<_, _> = expected
            .clone()
            .map(|file| (file.key.as_str(), file.size_bytes))
            .collect();
        let missing = expected
            .filter(|file| !stored.contains_key(file.key.as_str()))
            .map(|file| FileRow {
                path: &file.path,
                key: &file.key,
                size: size(file.size_bytes),
                stored: false,
                link: None,
                fault: None,
            });
        let present = self.files.iter().map(|file| FileRow {
            path: &file.path,
            key: &file.key,
            size: size(file.size_bytes),
            stored: true,
            link: link(&file.key),
            fault: wanted
                .get(file.key.as_str())
                .filter(|size_bytes| **size_bytes != file.size_bytes)
                .map(|size_bytes| differs(*size_bytes, file.size_bytes)),
        });
        let mut rows: Vec<_> = present.chain(missing).collect();
        rows.sort_by_key(|row| (row.path, row.key));
        rows
    }
}

/// To the byte: two sizes that differ may look the same when rounded.
fn differs(expected: u64, found: u64) -> String {
    let expected = count(expected, "byte");
    format!("{expected} expected, {found} found")
}

/// Only to a file of ours: a link is never made from a key that was not understood.
fn link(key: &str) -> Option<String> {
    let key: ObjectKey = key.parse().ok()?;
    matches!(key, ObjectKey::File(..)).then(|| key.url_path())
}

#[derive(Template)]
#[template(path = "complete.html")]
struct CompleteHtml<'a> {
    infohash: Infohash,
    name: &'a str,
    state: &'static str,
    state_words: &'a str,
    percent: Option<u64>,
    size: String,
    count: Option<String>,
    stored_at: Option<Moment>,
    files: Vec<FileRow<'a>>,
}

struct FileRow<'a> {
    path: &'a str,
    key: &'a str,
    size: String,
    stored: bool,
    link: Option<String>,
    fault: Option<String>,
}
