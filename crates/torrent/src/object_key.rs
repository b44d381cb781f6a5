use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use sha1::{Digest, Sha1};

use crate::{FilePath, Infohash};

/// The key of an object in the files bucket. What is not one of these is not ours.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ObjectKey {
    /// `torrents/<infohash>.torrent`: the metainfo.
    Torrent(Infohash),
    /// `files/<infohash>/<path>`: one finished file.
    File(Infohash, String),
    /// `manifests/<infohash>.json`: the torrent is wholly stored.
    Manifest(Infohash),
}

/// `torrents/upload-<32 hex digits>.torrent`: a `.torrent` that was too large for a request, on its way in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UploadKey(String);

impl UploadKey {
    const PREFIX: &str = "torrents/upload-";
    const SUFFIX: &str = ".torrent";

    /// A key that nobody guesses, from random bytes.
    #[must_use]
    pub fn new(random: [u8; 16]) -> Self {
        Self(format!(
            "{}{}{}",
            Self::PREFIX,
            HEXLOWER.encode(&random),
            Self::SUFFIX
        ))
    }
}

impl FromStr for UploadKey {
    type Err = ObjectKeyError;

    fn from_str(key: &str) -> Result<Self, ObjectKeyError> {
        let digits = key
            .strip_prefix(Self::PREFIX)
            .and_then(|rest| rest.strip_suffix(Self::SUFFIX));
        let lower_hex = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        match digits {
            Some(digits) if digits.len() == 32 && digits.bytes().all(lower_hex) => {
                Ok(Self(key.to_owned()))
            }
            _ => Err(ObjectKeyError(key.to_owned())),
        }
    }
}

impl fmt::Display for UploadKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The key of a page in the site bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PageKey {
    /// `status/index.html`.
    StatusHtml,
    /// `status/status.json`.
    StatusJson,
    /// `complete/<infohash>/index.html`.
    Complete(Infohash),
    /// `complete/<infohash>/playlist.m3u8`: what can be played, for players.
    Playlist(Infohash),
    /// `complete/<infohash>/urls.txt`: a link per line, for wget.
    Urls(Infohash),
    /// `complete/<infohash>/aria2.txt`: links and paths, for aria2c.
    Aria2(Infohash),
    /// `complete/<infohash>/curl.txt`: links and paths, for curl.
    Curl(Infohash),
    /// `complete/<infohash>/files.json`: paths, links, sizes and checksums, for scripts and for the zip.
    FilesJson(Infohash),
    /// `complete/index.html`: everything that is stored.
    LibraryHtml,
    /// `complete/library.json`: the same for programs.
    LibraryJson,
}

/// The text is no key of the files bucket.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0:?} is no object key of torrent2s3")]
pub struct ObjectKeyError(String);

/// S3 keys have at most 1,024 bytes; `files/<infohash>/` takes 47 of them.
const PATH_BYTES_MAX: usize = 1024 - 47;

/// Bytes of the hash that ends a shortened path.
const HASH_DIGITS: usize = 16;

/// Everything but RFC 3986's unreserved characters and the separator.
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

impl ObjectKey {
    /// The key of a torrent's file: the one place where a path becomes a key.
    ///
    /// A path too long for a key is cut and ends in `~`, 16 digits of its SHA-1 and its extension, so that
    /// two long paths stay two keys.
    #[must_use]
    pub fn file(infohash: Infohash, path: &FilePath) -> Self {
        let path = path.as_str();
        if path.len() <= PATH_BYTES_MAX {
            return Self::File(infohash, path.to_owned());
        }
        let hash = HEXLOWER.encode(&Sha1::digest(path.as_bytes()));
        let extension = path.rsplit_once('.').map_or("", |(_, extension)| extension);
        let extension = if extension.len() <= 16 && !extension.contains('/') {
            extension
        } else {
            ""
        };
        let end = format!("~{}.{extension}", &hash[..HASH_DIGITS]);
        let cut = path.floor_char_boundary(PATH_BYTES_MAX - end.len());
        Self::File(
            infohash,
            format!("{}{}", &path[..cut], end.trim_end_matches('.')),
        )
    }

    /// What every file of one torrent starts with.
    #[must_use]
    pub fn files_prefix(infohash: Infohash) -> String {
        format!("files/{infohash}/")
    }

    /// The torrent that the object belongs to.
    #[must_use]
    pub const fn infohash(&self) -> Infohash {
        match self {
            Self::Torrent(infohash) | Self::File(infohash, _) | Self::Manifest(infohash) => {
                *infohash
            }
        }
    }

    /// The key as the path of a link, percent-encoded, with a leading `/`.
    #[must_use]
    pub fn url_path(&self) -> String {
        format!("/{}", utf8_percent_encode(&self.to_string(), PATH))
    }
}

impl fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Torrent(infohash) => write!(f, "torrents/{infohash}.torrent"),
            Self::File(infohash, path) => write!(f, "files/{infohash}/{path}"),
            Self::Manifest(infohash) => write!(f, "manifests/{infohash}.json"),
        }
    }
}

impl FromStr for ObjectKey {
    type Err = ObjectKeyError;

    fn from_str(key: &str) -> Result<Self, ObjectKeyError> {
        let read = || {
            let (folder, rest) = key.split_once('/')?;
            match folder {
                "torrents" => Some(Self::Torrent(canonical(rest.strip_suffix(".torrent")?)?)),
                "manifests" => Some(Self::Manifest(canonical(rest.strip_suffix(".json")?)?)),
                "files" => {
                    let (infohash, path) =
                        rest.split_once('/').filter(|(_, path)| !path.is_empty())?;
                    Some(Self::File(canonical(infohash)?, path.to_owned()))
                }
                _ => None,
            }
        };
        read().ok_or_else(|| ObjectKeyError(key.to_owned()))
    }
}

/// An info-hash as keys have it, in its one spelling.
fn canonical(text: &str) -> Option<Infohash> {
    text.parse()
        .ok()
        .filter(|infohash: &Infohash| infohash.to_string() == text)
}

impl PageKey {
    /// Everything in the site bucket that is about one torrent alone.
    #[must_use]
    pub const fn all_of(infohash: Infohash) -> [Self; 6] {
        [
            Self::Complete(infohash),
            Self::Playlist(infohash),
            Self::Urls(infohash),
            Self::Aria2(infohash),
            Self::Curl(infohash),
            Self::FilesJson(infohash),
        ]
    }
}

impl fmt::Display for PageKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StatusHtml => f.write_str("status/index.html"),
            Self::StatusJson => f.write_str("status/status.json"),
            Self::Complete(infohash) => write!(f, "complete/{infohash}/index.html"),
            Self::Playlist(infohash) => write!(f, "complete/{infohash}/playlist.m3u8"),
            Self::Urls(infohash) => write!(f, "complete/{infohash}/urls.txt"),
            Self::Aria2(infohash) => write!(f, "complete/{infohash}/aria2.txt"),
            Self::Curl(infohash) => write!(f, "complete/{infohash}/curl.txt"),
            Self::FilesJson(infohash) => write!(f, "complete/{infohash}/files.json"),
            Self::LibraryHtml => f.write_str("complete/index.html"),
            Self::LibraryJson => f.write_str("complete/library.json"),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn infohash() -> Infohash {
        Infohash::v1(b"test")
    }

    fn file_key(path: &str) -> ObjectKey {
        ObjectKey::file(
            infohash(),
            &FilePath::from_components(path.split('/').map(str::as_bytes)),
        )
    }

    #[test]
    fn links_are_percent_encoded() {
        let key = file_key("Größe & mehr/a+b 50%.txt");
        assert_eq!(
            key.url_path(),
            format!(
                "/files/{}/Gr%C3%B6%C3%9Fe%20%26%20mehr/a%2Bb%2050%25.txt",
                infohash()
            )
        );
    }

    #[test]
    fn only_upload_keys_are_upload_keys() {
        let key = UploadKey::new([0xab; 16]).to_string();
        assert!(key.parse::<UploadKey>().is_ok());
        assert!(
            key.parse::<ObjectKey>().is_err(),
            "an upload belongs to no torrent yet"
        );
        for bad in [&key[1..], &key.to_uppercase(), "torrents/upload-.torrent"] {
            assert!(bad.parse::<UploadKey>().is_err(), "{bad}");
        }
    }

    #[test]
    fn long_paths_are_cut_but_stay_different() {
        let long = format!("{}/", "ä".repeat(100)).repeat(6);
        let (one, two) = (
            file_key(&format!("{long}1.webm")),
            file_key(&format!("{long}2.webm")),
        );
        assert_ne!(one, two);
        for key in [one, two].map(|key| key.to_string()) {
            assert!((1000..=1024).contains(&key.len()), "{}", key.len());
            assert_eq!(key.rsplit_once('.').unwrap().1, "webm");
        }
    }

    #[test]
    fn only_our_keys_are_read() {
        let infohash = infohash();
        for key in [
            "",
            "files",
            "files/x/y",
            "other/z",
            &format!("files/{infohash}/"),
            &format!("torrents/{infohash}"),
        ] {
            assert!(key.parse::<ObjectKey>().is_err(), "{key}");
        }
        let upper = format!("manifests/{}.json", infohash.to_string().to_uppercase());
        assert!(upper.parse::<ObjectKey>().is_err());
    }

    proptest! {
        #[test]
        fn keys_fit_s3_and_read_back(path in "\\PC{1,400}") {
            let key = file_key(&path);
            prop_assert!(key.to_string().len() <= 1024);
            prop_assert_eq!(key.to_string().parse::<ObjectKey>().unwrap(), key);
        }
    }
}
