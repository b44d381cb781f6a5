use sha2::{Digest, Sha256};

use super::merkle::{Hash, MerkleTree, zeros};
use super::{BadPiece, FileTree, V2Hashes};

/// BEP 52: leaves of the hash tree are blocks of 16 KiB.
const BLOCK_BYTES: usize = 16 * 1024;

impl V2Hashes {
    /// Checks the file at `index` of [`crate::Metainfo::files`], from its first byte on.
    #[must_use]
    pub fn file(&self, index: usize) -> Option<FileCheck<'_>> {
        let tree = self.trees.get(index)?;
        let has_layer = !tree.layer.is_empty();
        Some(FileCheck {
            tree,
            layer: &self.layers[tree.layer.clone()],
            piece_blocks: (self.piece_length / BLOCK_BYTES as u64).max(1),
            by_piece: has_layer && tree.size_bytes > self.piece_length,
            block: Sha256::new(),
            block_bytes: 0,
            blocks: 0,
            merkle: MerkleTree::default(),
            position: 0,
        })
    }
}

/// Checks one file of a v2 torrent in order: piece by piece where the torrent has the file's piece layer,
/// otherwise at its end.
#[derive(Debug, Clone)]
pub struct FileCheck<'a> {
    tree: &'a FileTree,
    layer: &'a [Hash],
    piece_blocks: u64,
    by_piece: bool,
    block: Sha256,
    block_bytes: usize,
    blocks: u64,
    merkle: MerkleTree,
    position: u64,
}

impl FileCheck<'_> {
    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// When these bytes end a piece, or the file, that does not match.
    pub fn update(&mut self, mut bytes: &[u8]) -> Result<(), BadPiece> {
        while !bytes.is_empty() {
            let left = BLOCK_BYTES - self.block_bytes;
            let (now, later) = bytes.split_at(left.min(bytes.len()));
            self.block.update(now);
            self.block_bytes += now.len();
            self.position += now.len() as u64;
            if self.block_bytes == BLOCK_BYTES || self.position == self.tree.size_bytes {
                self.end_block()?;
            }
            bytes = later;
        }
        Ok(())
    }

    fn end_block(&mut self) -> Result<(), BadPiece> {
        self.merkle.push(self.block.finalize_reset().into());
        self.block_bytes = 0;
        self.blocks += 1;
        let ended = self.position == self.tree.size_bytes;
        let piece = (self.blocks - 1) / self.piece_blocks;
        if self.by_piece {
            if ended || self.blocks.is_multiple_of(self.piece_blocks) {
                let found = self.merkle.finish(self.piece_blocks.ilog2(), zeros(0));
                let expected = usize::try_from(piece)
                    .ok()
                    .and_then(|piece| self.layer.get(piece));
                return matches(piece, expected == Some(&found));
            }
        } else if ended {
            let height = self.blocks.next_power_of_two().ilog2();
            let found = self.merkle.finish(height, zeros(0));
            return matches(piece, self.tree.root == Some(found));
        }
        Ok(())
    }
}

const fn matches(piece: u64, same: bool) -> Result<(), BadPiece> {
    if same {
        Ok(())
    } else {
        Err(BadPiece { piece })
    }
}
