//! The hashes of single pieces, which in BEP 52 stand outside `info`.

use std::collections::HashMap;

use sha2::{Digest, Sha256};

use super::v2::Leaf;
use super::{BLOCK_BYTES, MetainfoError};
use crate::bencode::{Kind, Reader};

type Hash = [u8; 32];

/// `piece layers`, as written: the root of a file's hash tree, and the layer of that tree where a hash is of
/// one piece.
pub(super) struct PieceLayers<'a>(Vec<(&'a [u8], Option<&'a [u8]>)>);

impl<'a> PieceLayers<'a> {
    /// The next value when it is a dictionary; anything else is passed over.
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Option<Self>, MetainfoError> {
        if reader.kind()? != Kind::Dict {
            reader.skip()?;
            return Ok(None);
        }
        let mut layers = Vec::new();
        reader.dict(|reader, root| {
            layers.push((root, reader.string()?));
            Ok::<_, MetainfoError>(())
        })?;
        Ok(Some(Self(layers)))
    }

    /// Each layer with the root above it.
    pub(super) fn by_root(&self) -> impl Iterator<Item = (&'a [u8], &'a [u8])> {
        self.0
            .iter()
            .filter_map(|(root, layer)| layer.map(|layer| (*root, layer)))
    }

    /// Every layer must be that of a file with more than one piece. A file whose layer is not there gets its
    /// hashes from peers.
    pub(super) fn check(
        &self,
        leaves: &[Leaf<'_>],
        piece_length: u64,
    ) -> Result<(), MetainfoError> {
        // Of a root that files of different lengths claim, no layer can be right.
        let mut pieces = HashMap::new();
        for leaf in leaves.iter().filter(|leaf| leaf.size_bytes > piece_length) {
            let count = Some(leaf.size_bytes.div_ceil(piece_length));
            if let Some(root) = leaf.root {
                let known = pieces.entry(root.as_slice()).or_insert(count);
                *known = known.filter(|_| *known == count);
            }
        }
        let fits = |(root, layer): &(&[u8], Option<&[u8]>)| {
            let (Some(Some(count)), Some(layer)) = (pieces.get(root), layer) else {
                return false;
            };
            let (hashes, rest) = layer.as_chunks();
            rest.is_empty()
                && hashes.len() as u64 == *count
                && root_of(hashes, piece_length) == *root
        };
        if self.0.iter().all(fits) {
            Ok(())
        } else {
            Err(MetainfoError::PieceLayers)
        }
    }
}

/// The root of the tree above `layer`, whose missing leaves, down to the blocks, are zeros.
fn root_of(layer: &[Hash], piece_length: u64) -> Hash {
    let mut absent = [0; 32];
    for _ in 0..(piece_length / BLOCK_BYTES).ilog2() {
        absent = parent(&absent, &absent);
    }
    let mut row = layer.to_vec();
    while row.len() > 1 {
        let pairs = row.chunks(2);
        row = pairs
            .map(|pair| parent(&pair[0], pair.get(1).unwrap_or(&absent)))
            .collect();
        absent = parent(&absent, &absent);
    }
    row.first().copied().unwrap_or(absent)
}

fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}
