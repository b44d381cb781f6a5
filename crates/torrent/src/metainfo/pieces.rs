//! The hashes that a torrent's content is checked against.

use std::collections::HashMap;

use super::layers::PieceLayers;
use super::outer::Outer;
use super::{FileKind, Metainfo, MetainfoError};
use crate::pieces::{FileTree, PieceHashes};

impl Metainfo {
    /// Reads the piece hashes of the same `.torrent` file that `self` was read from: the v2 trees where there
    /// are some, since they are the stronger half of a hybrid and end where files end.
    ///
    /// They are not part of [`Metainfo`] because only the agent needs them, and they are most of a torrent.
    ///
    /// # Errors
    /// As [`Metainfo::parse`].
    pub fn piece_hashes(&self, bytes: &[u8]) -> Result<PieceHashes, MetainfoError> {
        let outer = Outer::read(bytes)?;
        let info = &outer.info;
        if info.version < 2 {
            let pieces = info.pieces.ok_or(MetainfoError::Missing("info.pieces"))?;
            let (hashes, _) = pieces.as_chunks();
            let total = self.files.iter().map(|file| file.size_bytes).sum();
            return Ok(PieceHashes::v1(hashes.to_vec(), self.piece_length, total));
        }
        let tree = info
            .tree
            .as_ref()
            .ok_or(MetainfoError::Missing("info.file tree"))?;
        let layers = outer.piece_layers.as_ref();
        let layers: HashMap<_, _> = layers.into_iter().flat_map(PieceLayers::by_root).collect();
        let mut leaves = tree.leaves.iter();
        let mut trees = Vec::with_capacity(self.files.len());
        let mut hashes = Vec::new();
        for file in &self.files {
            // The tree has no padding; everything else stands in it in the same order.
            let leaf = (file.kind != FileKind::Padding)
                .then(|| leaves.next())
                .flatten();
            let root = leaf.and_then(|leaf| leaf.root);
            let start = hashes.len();
            if let Some(layer) = root.and_then(|root| layers.get(root.as_slice())) {
                hashes.extend_from_slice(layer.as_chunks().0);
            }
            trees.push(FileTree::new(
                root.copied(),
                file.size_bytes,
                start..hashes.len(),
            ));
        }
        Ok(PieceHashes::v2(trees, hashes, self.piece_length))
    }
}
