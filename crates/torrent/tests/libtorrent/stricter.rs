use std::collections::HashMap;
use std::fmt;

use torrent::Infohash;

use crate::oracle::Accepted;

/// Why we refuse what libtorrent takes.
pub(crate) enum Reason {
    /// Deluge decodes the torrent and encodes it again. What is not canonical comes out as another info
    /// dictionary, and Deluge would look for a torrent that nobody has.
    Rewritten,
    /// In words.
    Because(&'static str),
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Rewritten => "Deluge would change its info-hash",
            Self::Because(reason) => reason,
        })
    }
}

impl Reason {
    /// Says so when the reason does not hold.
    pub(crate) fn doubt(&self, info: &[u8], theirs: &Accepted) -> Option<String> {
        match self {
            Self::Because(_) => None,
            Self::Rewritten => {
                let unchanged = theirs.v1 == Some(Infohash::v1(info).to_string())
                    || theirs.id == Infohash::v2_truncated(info).to_string();
                (info.is_empty() || unchanged).then(|| "Deluge does not change its `info`".into())
            }
        }
    }
}

/// By the names of their cases.
pub(crate) fn cases() -> HashMap<&'static str, Reason> {
    use Reason::{Because, Rewritten};
    HashMap::from([
        ("info: unsorted keys", Rewritten),
        ("info: unsorted keys in a file", Rewritten),
        ("info: unsorted keys in what nobody knows", Rewritten),
        ("info: a key twice", Rewritten),
        ("info: a number with a leading zero", Rewritten),
        ("info: minus zero", Rewritten),
        ("info: a length with a leading zero", Rewritten),
        ("info: a name in a path with a leading zero", Rewritten),
        ("info: a number over 64 bits", Rewritten),
        ("info: the smallest number", Rewritten),
        ("v2: unsorted keys in the tree", Rewritten),
        (
            "info twice",
            Because("which of the two is meant, every client may decide otherwise"),
        ),
        (
            "a newline at the end",
            Because("a file with something behind its end is not what its author made"),
        ),
        (
            "another torrent at the end",
            Because("a file with something behind its end is not what its author made"),
        ),
        (
            "padding only",
            Because("there is nothing in it that could be stored"),
        ),
        (
            "single: named like padding",
            Because("libtorrent takes it for padding: there is nothing in it that could be stored"),
        ),
        (
            "folder: named like padding",
            Because("libtorrent takes it for padding: there is nothing in it that could be stored"),
        ),
        (
            "path: named like padding",
            Because("libtorrent takes it for padding: there is nothing in it that could be stored"),
        ),
        (
            "single: attr p",
            Because("libtorrent takes it for padding: there is nothing in it that could be stored"),
        ),
        (
            "version: 2 when cut to 32 bits",
            Because("libtorrent sees version 2 where 4294967298 stands"),
        ),
        ("100,001 files", Because("our limit")),
        ("v2: 100,001 files", Because("our limit")),
        (
            "v2: long names, deep and many",
            Because("paths of 100 MB do not fit the memory of a function"),
        ),
    ])
}
