use std::collections::HashMap;

use askama::Template;
use torrent::{Infohash, Timestamp};

use crate::format::{Moment, count, duration, percent, size};
use crate::render;

mod file;
mod kind;
mod lists;
mod order;
mod tree;

pub use file::{Expected, PageFile};
pub use kind::Kind;
pub use lists::Beside;
use order::by_name;
use tree::{Item, Leaf};

/// What one torrent's page is made from: [`torrent::PageKey::Complete`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CompletePage {
    /// Which torrent.
    pub infohash: Infohash,
    /// What to call it.
    pub name: String,
    /// When it was asked for, when that is known.
    pub added_at: Option<Timestamp>,
    /// When the first of its files goes by itself, if they do not stay.
    pub expires_at: Option<Timestamp>,
    /// What is really in the bucket, in any order.
    pub files: Vec<PageFile>,
    /// What should be there, when that is known.
    pub expected: Option<Expected>,
}

impl CompletePage {
    /// Whether every expected file is stored with its size. Never while it is unknown what is expected.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.expected
            .as_ref()
            .is_some_and(|expected| self.stored_of(expected).count() == expected.files.len())
    }

    /// What most of it is.
    #[must_use]
    pub fn kind(&self) -> Kind {
        Kind::of_most(
            self.files
                .iter()
                .map(|file| (file.path.as_str(), file.size_bytes)),
        )
    }

    /// Whether a zip of everything can be made: a zip has checksums, and they stand in the manifest.
    #[must_use]
    pub fn has_zip(&self) -> bool {
        self.is_complete()
            && self.expected.as_ref().is_some_and(|expected| {
                expected.files.len() == self.files.len()
                    && expected.files.iter().all(|file| file.crc32.is_some())
            })
    }

    /// The page, the same for the same files in any order.
    #[must_use]
    pub fn to_html(&self) -> String {
        let complete = self.is_complete();
        let stored = self.stored_words();
        let expected = self.expected.as_ref();
        let mut in_order: Vec<_> = self.files.iter().collect();
        in_order.sort_by(|a, b| by_name(&a.path, &b.path).then_with(|| a.key.cmp(&b.key)));
        let stored_at = expected
            .filter(|_| complete)
            .map(|expected| expected.stored_at);
        let took = self.added_at.zip(stored_at).map(|(from, to)| {
            duration(
                to.duration_since(from)
                    .as_secs()
                    .try_into()
                    .unwrap_or_default(),
            )
        });
        render(&CompleteHtml {
            infohash: self.infohash,
            name: &self.name,
            state: if complete { "complete" } else { "transferring" },
            state_words: if complete { "complete" } else { &stored },
            percent: expected
                .filter(|_| !complete)
                .map(|expected| percent(self.stored_bytes(expected), expected.size_bytes())),
            size: self.size_words(),
            count: complete.then(|| count(self.files.len() as u64, "file")),
            stored_at: stored_at.map(Into::into),
            took,
            expires_at: self.expires_at.filter(|_| complete).map(Into::into),
            player: Player::of(&in_order),
            pictures: in_order
                .iter()
                .filter_map(|file| Picture::of(file))
                .collect(),
            is_complete: complete,
            zip: self.has_zip(),
            over_answer: self.files.iter().filter(|file| file.needs_ranges()).count(),
            items: tree::items(self.leaves()),
        })
    }

    fn stored_words(&self) -> String {
        match &self.expected {
            Some(expected) => {
                let of = count(expected.files.len() as u64, "file");
                format!("{} of {of} stored", self.stored_of(expected).count())
            }
            None => format!("{} stored so far", count(self.files.len() as u64, "file")),
        }
    }

    fn size_words(&self) -> String {
        match &self.expected {
            Some(expected) if self.is_complete() => size(expected.size_bytes()),
            Some(expected) => {
                let (have, of) = (self.stored_bytes(expected), expected.size_bytes());
                format!("{} of {} stored", size(have), size(of))
            }
            None => {
                let have = self.files.iter().map(|file| file.size_bytes).sum();
                format!("{} stored, full size unknown", size(have))
            }
        }
    }

    /// The expected files that are there with their size.
    fn stored_of<'a>(&self, expected: &'a Expected) -> impl Iterator<Item = &'a PageFile> {
        let stored = self.sizes();
        expected
            .files
            .iter()
            .filter(move |file| stored.get(file.key.as_str()) == Some(&file.size_bytes))
    }

    fn stored_bytes(&self, expected: &Expected) -> u64 {
        self.stored_of(expected).map(|file| file.size_bytes).sum()
    }

    /// Sizes in the bucket by key.
    fn sizes(&self) -> HashMap<&str, u64> {
        self.files
            .iter()
            .map(|file| (file.key.as_str(), file.size_bytes))
            .collect()
    }

    /// Everything stored or expected.
    fn leaves(&self) -> Vec<Leaf<'_>> {
        let stored = self.sizes();
        let expected = self.expected.iter().flat_map(|expected| &expected.files);
        let wanted: HashMap<_, _> = expected
            .clone()
            .map(|file| (file.key.as_str(), file.size_bytes))
            .collect();
        let missing = expected
            .filter(|file| !stored.contains_key(file.key.as_str()))
            .map(|file| Leaf {
                path: &file.path,
                size_bytes: file.size_bytes,
                stored: false,
                link: None,
                needs_ranges: false,
                fault: None,
            });
        let present = self.files.iter().map(|file| Leaf {
            path: &file.path,
            size_bytes: file.size_bytes,
            stored: true,
            link: file.link(),
            needs_ranges: file.needs_ranges(),
            fault: wanted
                .get(file.key.as_str())
                .filter(|size_bytes| **size_bytes != file.size_bytes)
                .map(|size_bytes| differs(*size_bytes, file.size_bytes)),
        });
        let mut leaves: Vec<_> = present.chain(missing).collect();
        leaves.sort_by(|a, b| (a.path, &a.link).cmp(&(b.path, &b.link)));
        leaves
    }
}

/// To the byte: two sizes that differ may look the same when rounded.
fn differs(expected: u64, found: u64) -> String {
    let expected = count(expected, "byte");
    format!("{expected} expected, {found} found")
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
    took: Option<String>,
    expires_at: Option<Moment>,
    player: Option<Player<'a>>,
    pictures: Vec<Picture<'a>>,
    is_complete: bool,
    zip: bool,
    over_answer: usize,
    items: Vec<Item<'a>>,
}

/// What plays without JavaScript: the first video, or else the first sound. With it, all of them do.
struct Player<'a> {
    is_video: bool,
    name: &'a str,
    link: String,
}

impl<'a> Player<'a> {
    fn of(files: &[&'a PageFile]) -> Option<Self> {
        let first = |kind| {
            files
                .iter()
                .find(|file| file.kind() == kind && file.link().is_some())
        };
        let file = first(Kind::Video).or_else(|| first(Kind::Audio))?;
        Some(Self {
            is_video: file.kind() == Kind::Video,
            name: file_name(&file.path),
            link: file.link()?,
        })
    }
}

struct Picture<'a> {
    name: &'a str,
    link: String,
}

impl<'a> Picture<'a> {
    fn of(file: &'a PageFile) -> Option<Self> {
        if file.kind() != Kind::Image {
            return None;
        }
        Some(Self {
            name: file_name(&file.path),
            link: file.link()?,
        })
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}
