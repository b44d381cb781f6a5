use std::cmp::Reverse;

use askama::Template;
use serde::{Deserialize, Serialize};
use torrent::{Infohash, PageKey, Timestamp};

use crate::format::{Moment, count, size};
use crate::{CompletePage, Kind, render};

/// So many torrents stand in the HTML; with JavaScript the search finds the older ones too.
const SHOWN_MAX: usize = 500;

/// Everything that is wholly stored: [`PageKey::LibraryHtml`] and, as it is, [`PageKey::LibraryJson`].
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Library {
    /// The newest first.
    torrents: Vec<LibraryEntry>,
}

/// One torrent in the library.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LibraryEntry {
    /// Which one.
    pub infohash: Infohash,
    /// What to call it.
    pub name: String,
    /// Bytes of all files.
    pub size_bytes: u64,
    /// Number of files.
    pub file_count: u64,
    /// What most of it is.
    pub kind: Kind,
    /// When its last file was stored.
    pub stored_at: Timestamp,
    /// When the first of its files goes by itself, if they do not stay.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_at: Option<Timestamp>,
}

impl LibraryEntry {
    /// The entry of a torrent that is wholly stored; `None` for any other.
    #[must_use]
    pub fn of(page: &CompletePage) -> Option<Self> {
        let expected = page.expected.as_ref().filter(|_| page.is_complete())?;
        Some(Self {
            infohash: page.infohash,
            name: page.name.clone(),
            size_bytes: expected.size_bytes(),
            file_count: expected.files.len() as u64,
            kind: page.kind(),
            stored_at: expected.stored_at,
            expires_at: page.expires_at,
        })
    }
}

impl Library {
    /// Puts a torrent where it belongs, in place of what was known of it; says whether that was news.
    pub fn insert(&mut self, entry: LibraryEntry) -> bool {
        if self.torrents.contains(&entry) {
            return false;
        }
        self.torrents
            .retain(|there| there.infohash != entry.infohash);
        self.torrents.push(entry);
        self.torrents
            .sort_by_key(|entry| (Reverse(entry.stored_at), entry.infohash));
        true
    }

    /// Takes a torrent out; says whether it was there.
    pub fn remove(&mut self, infohash: Infohash) -> bool {
        let before = self.torrents.len();
        self.torrents.retain(|there| there.infohash != infohash);
        self.torrents.len() < before
    }

    /// The page.
    #[must_use]
    pub fn to_html(&self) -> String {
        let bytes = self.torrents.iter().map(|entry| entry.size_bytes).sum();
        let shown = self.torrents.iter().take(SHOWN_MAX);
        render(&LibraryHtml {
            count: count(self.torrents.len() as u64, "torrent"),
            size: size(bytes),
            older: self.torrents.len().saturating_sub(SHOWN_MAX),
            rows: shown.map(Row::from).collect(),
        })
    }
}

#[derive(Template)]
#[template(path = "library.html")]
struct LibraryHtml<'a> {
    count: String,
    size: String,
    older: usize,
    rows: Vec<Row<'a>>,
}

struct Row<'a> {
    link: String,
    name: &'a str,
    kind: &'static str,
    size: String,
    files: String,
    stored_at: Moment,
    expires_at: Option<Moment>,
}

impl<'a> From<&'a LibraryEntry> for Row<'a> {
    fn from(entry: &'a LibraryEntry) -> Self {
        Self {
            link: format!("/{}", PageKey::Complete(entry.infohash)),
            name: &entry.name,
            kind: entry.kind.as_str(),
            size: size(entry.size_bytes),
            files: count(entry.file_count, "file"),
            stored_at: entry.stored_at.into(),
            expires_at: entry.expires_at.map(Into::into),
        }
    }
}
