use std::fmt::Write as _;

use serde::Serialize;
use torrent::{FilePath, PageKey, Timestamp};

use super::order::by_name;
use super::{CompletePage, Kind, PageFile};

/// A static file beside a page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Beside {
    /// Where it goes.
    pub key: PageKey,
    /// Its `Content-Type`.
    pub content_type: &'static str,
    /// What is in it.
    pub body: String,
}

/// `files.json`.
#[derive(Serialize)]
struct Listing<'a> {
    name: &'a str,
    stored_at: Option<Timestamp>,
    files: Vec<FileJson<'a>>,
}

#[derive(Serialize)]
struct FileJson<'a> {
    path: String,
    url: String,
    size_bytes: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    crc32: Option<&'a str>,
}

impl CompletePage {
    /// Lists of the links for players and download programs, and for scripts. `site` is the address of the
    /// front door, without a slash at the end: these programs have no page that a link could start from.
    #[must_use]
    pub fn lists(&self, site: &str) -> Vec<Beside> {
        let files = self.linked();
        // wget, aria2 and curl ask for a file in one piece.
        let in_one: Vec<_> = files
            .iter()
            .filter(|(_, _, file)| !file.needs_ranges())
            .collect();
        let plain = "text/plain; charset=utf-8";
        let list = |key, content_type, body| Beside {
            key,
            content_type,
            body,
        };
        vec![
            list(
                PageKey::Playlist(self.infohash),
                "application/vnd.apple.mpegurl",
                playlist(site, &files),
            ),
            list(PageKey::Urls(self.infohash), plain, urls(site, &in_one)),
            list(PageKey::Aria2(self.infohash), plain, aria2(site, &in_one)),
            list(PageKey::Curl(self.infohash), plain, curl(site, &in_one)),
            list(
                PageKey::FilesJson(self.infohash),
                "application/json",
                self.files_json(&files),
            ),
        ]
    }

    fn files_json(&self, files: &[(String, String, &PageFile)]) -> String {
        let expected = self.expected.as_ref();
        let crc32 = |key: &str| {
            let mut named = expected.iter().flat_map(|expected| &expected.files);
            named.find(|file| file.key == key)?.crc32.as_deref()
        };
        let files = files.iter().map(|(path, link, file)| FileJson {
            path: path.clone(),
            url: link.clone(),
            size_bytes: file.size_bytes,
            crc32: crc32(&file.key),
        });
        let json = Listing {
            name: &self.name,
            stored_at: expected.map(|expected| expected.stored_at),
            files: files.collect(),
        };
        serde_json::to_string(&json).expect("text and numbers are JSON")
    }

    /// Clean path, link and file of everything that is stored, by path.
    fn linked(&self) -> Vec<(String, String, &PageFile)> {
        let mut files: Vec<_> = self
            .files
            .iter()
            .filter_map(|file| Some((clean(&file.path), file.link()?, file)))
            .collect();
        files.sort_by(|a, b| by_name(&a.0, &b.0).then_with(|| a.1.cmp(&b.1)));
        files
    }
}

/// Programs make files of these paths: none leads out of its folder or ends a line.
fn clean(path: &str) -> String {
    FilePath::from_components(path.split('/').map(str::as_bytes)).to_string()
}

fn playlist(site: &str, files: &[(String, String, &PageFile)]) -> String {
    let mut text = "#EXTM3U\n".to_owned();
    for (path, link, _) in files.iter().filter(|(path, ..)| Kind::of(path).plays()) {
        let name = path.rsplit('/').next().unwrap_or(path);
        // The length is not known; -1 is the word for that.
        _ = write!(text, "#EXTINF:-1,{name}\n{site}{link}\n");
    }
    text
}

fn urls(site: &str, files: &[&(String, String, &PageFile)]) -> String {
    files.iter().fold(String::new(), |mut text, (_, link, _)| {
        _ = writeln!(text, "{site}{link}");
        text
    })
}

fn aria2(site: &str, files: &[&(String, String, &PageFile)]) -> String {
    files
        .iter()
        .fold(String::new(), |mut text, (path, link, _)| {
            _ = write!(text, "{site}{link}\n  out={path}\n");
            text
        })
}

/// A configuration file of curl, where a quoted value has `\` before `\` and `"`.
fn curl(site: &str, files: &[&(String, String, &PageFile)]) -> String {
    let mut text = "create-dirs\nfail\ncontinue-at = -\n".to_owned();
    for (path, link, _) in files {
        let quoted = path.replace('\\', "\\\\").replace('"', "\\\"");
        _ = write!(text, "url = \"{site}{link}\"\noutput = \"{quoted}\"\n");
    }
    text
}
