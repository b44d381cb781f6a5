use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use torrent::Infohash;

use crate::Keys;
use crate::mac::{MAC_LENGTH, seconds};

/// What a share link opens: `/files/<infohash>/` for a torrent with its page, or the path of one file as it
/// stands in its link.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ShareScope {
    prefix: String,
    infohash: Infohash,
}

/// The text is nothing that can be shared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("only `/files/<info-hash>/` and links to files can be shared")]
pub struct ShareScopeError;

/// The value of `s` in a link: `<expiry>.<signature>`.
#[derive(Clone, PartialEq, Eq)]
pub struct Signature {
    expires: u64,
    mac: String,
}

/// Names a share link without being one: the first 16 characters of its signature.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShareId(String);

const ID_LENGTH: usize = 16;
const FILES: &str = "/files/";
const PAGES: &str = "/complete/";

impl ShareScope {
    /// A whole torrent.
    #[must_use]
    pub fn torrent(infohash: Infohash) -> Self {
        Self {
            prefix: format!("{FILES}{infohash}/"),
            infohash,
        }
    }

    /// The path that is signed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.prefix
    }

    /// The torrent that it belongs to.
    #[must_use]
    pub const fn infohash(&self) -> Infohash {
        self.infohash
    }

    /// Whether it is a torrent with all its files and its page, not one file.
    #[must_use]
    pub fn is_torrent(&self) -> bool {
        self.prefix.ends_with('/')
    }

    /// The scopes that would open `path`, the raw path of a request: the file itself, then its torrent. None for
    /// a path that some server might read as another one.
    fn opening(path: &str) -> Option<(Option<Self>, Self)> {
        let (is_file, rest) = match path.strip_prefix(FILES) {
            Some(rest) => (true, rest),
            None => (false, path.strip_prefix(PAGES)?),
        };
        let infohash = leading_infohash(rest)?;
        if !is_plain(path) {
            return None;
        }
        let file = (is_file && !path.ends_with('/')).then(|| Self {
            prefix: path.to_owned(),
            infohash,
        });
        Some((file, Self::torrent(infohash)))
    }
}

impl FromStr for ShareScope {
    type Err = ShareScopeError;

    fn from_str(text: &str) -> Result<Self, ShareScopeError> {
        if !text.starts_with(FILES) {
            return Err(ShareScopeError);
        }
        let (file, torrent) = Self::opening(text).ok_or(ShareScopeError)?;
        match file {
            Some(file) => Ok(file),
            None if torrent.prefix == text => Ok(torrent),
            None => Err(ShareScopeError),
        }
    }
}

impl TryFrom<String> for ShareScope {
    type Error = ShareScopeError;

    fn try_from(text: String) -> Result<Self, ShareScopeError> {
        text.parse()
    }
}

impl From<ShareScope> for String {
    fn from(scope: ShareScope) -> Self {
        scope.prefix
    }
}

impl Keys {
    /// The signature that opens `scope` until `expires`, in seconds since 1970.
    #[must_use]
    pub fn sign_share(&self, scope: &ShareScope, expires: u64) -> Signature {
        let mac = self.share.mac(&message(scope, expires));
        Signature { expires, mac }
    }

    /// Whether the value of `s` opens the raw path of a request now. Whether the link was revoked is for the
    /// caller to see.
    #[must_use]
    pub fn opens(&self, signature: &str, path: &str, now: u64) -> bool {
        let Some((expires, mac)) = signature.split_once('.') else {
            return false;
        };
        let (Some(expires), Some((file, torrent))) = (seconds(expires), ShareScope::opening(path))
        else {
            return false;
        };
        let signed = |scope: &ShareScope| self.share.verify(&message(scope, expires), mac);
        expires > now
            && mac.len() == MAC_LENGTH
            && (file.as_ref().is_some_and(signed) || signed(&torrent))
    }
}

impl Signature {
    /// The id of the link with this signature.
    #[must_use]
    pub fn id(&self) -> ShareId {
        ShareId(self.mac[..ID_LENGTH].to_owned())
    }
}

impl fmt::Display for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.expires, self.mac)
    }
}

impl fmt::Debug for Signature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Signature({}.…)", self.expires)
    }
}

impl ShareId {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

fn message(scope: &ShareScope, expires: u64) -> String {
    format!("{}\n{expires}", scope.prefix)
}

/// The info-hash in front of the first `/`, in the one spelling that keys have.
fn leading_infohash(rest: &str) -> Option<Infohash> {
    let (digits, _) = rest.split_once('/')?;
    let infohash: Infohash = digits.parse().ok()?;
    (infohash.to_string() == digits).then_some(infohash)
}

/// Whether a raw path means the same to everyone who decodes it once or not at all: no empty segment, no `.` or
/// `..`, no slash that is encoded, nothing that belongs to no path.
fn is_plain(path: &str) -> bool {
    let legal = |byte: u8| byte.is_ascii_graphic() && !matches!(byte, b'\\' | b'?' | b'#');
    let mut segments = path[1..].split('/').peekable();
    while let Some(segment) = segments.next() {
        let decoded = segment.to_ascii_lowercase().replace("%2e", ".");
        let last = segments.peek().is_none();
        if (segment.is_empty() && !last)
            || decoded == "."
            || decoded == ".."
            || decoded.contains("%2f")
            || decoded.contains("%5c")
            || decoded.contains("%00")
        {
            return false;
        }
    }
    path.bytes().all(legal)
}
