//! Checking content against a torrent's own hashes while it streams by (BEP 3, BEP 52).

mod merkle;
mod v1;
mod v2;

use std::ops::Range;

pub use v1::PieceStream;
pub use v2::FileCheck;

/// Some bytes are not those of the torrent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("piece {piece} does not match the torrent's hash")]
pub struct BadPiece {
    /// Counted from 0: in the whole torrent for v1, in its file for v2.
    pub piece: u64,
}

/// All hashes of a torrent, and how they cover its content.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PieceHashes {
    /// SHA-1 over pieces of all files laid end to end: a piece can begin in one file and end in another.
    V1(V1Hashes),
    /// A SHA-256 tree for every file; pieces end where files end.
    V2(V2Hashes),
}

/// The `pieces` of BEP 3.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct V1Hashes {
    hashes: Vec<[u8; 20]>,
    piece_length: u64,
    total_bytes: u64,
}

/// The trees of BEP 52: one for each entry of [`crate::Metainfo::files`].
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct V2Hashes {
    trees: Vec<FileTree>,
    /// The piece layers of all files, end to end.
    layers: Vec<[u8; 32]>,
    piece_length: u64,
}

/// What is known of one file's tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct FileTree {
    root: Option<[u8; 32]>,
    size_bytes: u64,
    layer: Range<usize>,
}

impl FileTree {
    pub(crate) const fn new(root: Option<[u8; 32]>, size_bytes: u64, layer: Range<usize>) -> Self {
        Self {
            root,
            size_bytes,
            layer,
        }
    }
}

impl PieceHashes {
    pub(crate) const fn v1(hashes: Vec<[u8; 20]>, piece_length: u64, total_bytes: u64) -> Self {
        Self::V1(V1Hashes {
            hashes,
            piece_length,
            total_bytes,
        })
    }

    pub(crate) const fn v2(trees: Vec<FileTree>, layers: Vec<[u8; 32]>, piece_length: u64) -> Self {
        Self::V2(V2Hashes {
            trees,
            layers,
            piece_length,
        })
    }
}
