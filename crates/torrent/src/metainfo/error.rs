use super::{TORRENT_BYTES_MAX, TORRENT_FILES_MAX};
use crate::BencodeError;

/// Why a `.torrent` file is refused. Every message can be shown to whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetainfoError {
    /// No bytes at all.
    #[error("the torrent file is empty")]
    Empty,
    /// Over [`TORRENT_BYTES_MAX`].
    #[error("the torrent file has {0} bytes, more than the {TORRENT_BYTES_MAX} that are read")]
    TooLarge(usize),
    /// Not the bencode of BEP 3.
    #[error("this is not a torrent file: {0}")]
    Bencode(#[from] BencodeError),
    /// Bencode, but no dictionary where one must be.
    #[error("this is not a torrent file: `{0}` is not a dictionary")]
    NotADictionary(&'static str),
    /// A key that every torrent has is not there, or has a value of another type.
    #[error("the torrent has no `{0}`")]
    Missing(&'static str),
    /// A key has a value of another type or range than the specification says.
    #[error("`{key}` in the torrent is not {expected}")]
    Invalid {
        /// The key, with its dictionaries.
        key: &'static str,
        /// What should be there.
        expected: &'static str,
    },
    /// `meta version` names a format that does not exist yet.
    #[error("the torrent is of meta version {0}; versions 1 and 2 are known")]
    UnknownVersion(u64),
    /// The hashes do not cover the content exactly.
    #[error("the torrent has {found} piece hashes, but its files need {expected}")]
    PieceCount {
        /// Hashes in `pieces`.
        found: u64,
        /// Pieces that the files fill.
        expected: u64,
    },
    /// More pieces than libtorrent keeps.
    #[error("the torrent has {0} pieces, more than Deluge takes")]
    TooManyPieces(u64),
    /// `piece layers` are not those of the files (BEP 52).
    #[error("the `piece layers` of the torrent do not belong to its files")]
    PieceLayers,
    /// Over [`TORRENT_FILES_MAX`], padding not counted.
    #[error("the torrent has more than {TORRENT_FILES_MAX} files")]
    TooManyFiles,
    /// Long names of folders, repeated for every file in them, would fill the memory.
    #[error("the paths of the files are too long, taken together")]
    PathsTooLong,
    /// The sizes of all files come to more than libtorrent's 2^48 - 1 bytes.
    #[error("the sizes of the files add up to more than any disk holds")]
    TotalTooLarge,
    /// A torrent of nothing.
    #[error("the torrent has no files with content")]
    NoContent,
    /// A hybrid torrent whose v1 and v2 halves describe different files.
    #[error("the v1 and v2 file lists of the torrent do not agree")]
    HybridMismatch,
}

impl MetainfoError {
    /// The key of the torrent that is wrong, with its dictionaries, where it is a key that is wrong.
    #[must_use]
    pub fn key(&self) -> Option<&'static str> {
        match self {
            Self::Empty
            | Self::TooLarge(_)
            | Self::Bencode(_)
            | Self::NotADictionary("torrent") => None,
            Self::NotADictionary(key) | Self::Missing(key) | Self::Invalid { key, .. } => Some(key),
            Self::UnknownVersion(_) => Some("info.meta version"),
            Self::PieceCount { .. } => Some("info.pieces"),
            Self::TooManyPieces(_) => Some("info.piece length"),
            Self::PieceLayers => Some("piece layers"),
            Self::TooManyFiles
            | Self::PathsTooLong
            | Self::TotalTooLarge
            | Self::NoContent
            | Self::HybridMismatch => Some("info"),
        }
    }
}
