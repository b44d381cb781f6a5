use sha2::{Digest, Sha256};

pub(super) type Hash = [u8; 32];

/// A hash tree that grows leaf by leaf and keeps only one hash per level (BEP 52).
#[derive(Debug, Clone, Default)]
pub(super) struct MerkleTree {
    /// The roots of complete subtrees, the largest first, with their heights.
    subtrees: Vec<(u32, Hash)>,
}

impl MerkleTree {
    /// Appends the next leaf.
    pub(super) fn push(&mut self, leaf: Hash) {
        let (mut height, mut hash) = (0, leaf);
        while let Some((_, left)) = self.subtrees.pop_if(|(top, _)| *top == height) {
            hash = parent(&left, &hash);
            height += 1;
        }
        self.subtrees.push((height, hash));
    }

    /// The root of the tree of 2^`height` leaves, those that were not pushed being `absent`. Starts anew.
    pub(super) fn finish(&mut self, height: u32, mut absent: Hash) -> Hash {
        let mut at = 0;
        let mut root = None;
        while at < height || root.is_none() {
            let left = self.subtrees.pop_if(|(top, _)| *top == at);
            root = match (left, root) {
                (Some((_, left)), Some(right)) => Some(parent(&left, &right)),
                (Some((_, left)), None) if at == height => return left,
                (Some((_, left)), None) | (None, Some(left)) => Some(parent(&left, &absent)),
                (None, None) if at >= height => return absent,
                (None, None) => None,
            };
            absent = parent(&absent, &absent);
            at += 1;
        }
        root.unwrap_or(absent)
    }
}

/// The root of 2^`height` leaves of zeros.
pub(super) fn zeros(height: u32) -> Hash {
    (0..height).fold([0; 32], |below, _| parent(&below, &below))
}

fn parent(left: &Hash, right: &Hash) -> Hash {
    Sha256::new()
        .chain_update(left)
        .chain_update(right)
        .finalize()
        .into()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// All leaves at once, level by level, as BEP 52 describes it.
    fn by_levels(leaves: &[Hash], height: u32, absent: Hash) -> Hash {
        let mut row = leaves.to_vec();
        row.resize(1 << height, absent);
        while row.len() > 1 {
            row = row
                .chunks(2)
                .map(|pair| parent(&pair[0], &pair[1]))
                .collect();
        }
        row[0]
    }

    proptest! {
        #[test]
        fn growing_leaf_by_leaf_gives_the_same_root(count in 0_usize..40, spare in 0_u32..3, absent: [u8; 32]) {
            let leaves: Vec<Hash> = (0..count).map(|n| [u8::try_from(n).unwrap(); 32]).collect();
            let height = count.next_power_of_two().ilog2() + spare;
            let mut tree = MerkleTree::default();
            for leaf in &leaves {
                tree.push(*leaf);
            }
            prop_assert_eq!(tree.finish(height, absent), by_levels(&leaves, height, absent));
        }
    }
}
