use std::ops::Range;

use sha1::{Digest, Sha1};

use super::{BadPiece, V1Hashes};

impl V1Hashes {
    /// The bytes of the piece that covers `offset`, counted from the start of the first file.
    #[must_use]
    pub fn piece_at(&self, offset: u64) -> Range<u64> {
        let start = offset / self.piece_length * self.piece_length;
        start..self.total_bytes.min(start + self.piece_length)
    }

    /// Where a piece starts.
    #[must_use]
    pub const fn start_of(&self, piece: BadPiece) -> u64 {
        piece.piece * self.piece_length
    }

    /// Checks bytes from `offset` on, which must be where a piece starts.
    #[must_use]
    pub fn stream(&self, offset: u64) -> PieceStream<'_> {
        debug_assert!(offset == self.total_bytes || offset.is_multiple_of(self.piece_length));
        PieceStream {
            hashes: self,
            hasher: Sha1::new(),
            position: offset,
        }
    }
}

/// Checks the content of a torrent in order, across the borders of files.
#[derive(Debug, Clone)]
pub struct PieceStream<'a> {
    hashes: &'a V1Hashes,
    hasher: Sha1,
    position: u64,
}

impl PieceStream<'_> {
    /// Bytes from the start of the first file to what comes next.
    #[must_use]
    pub const fn position(&self) -> u64 {
        self.position
    }

    /// Up to where everything was compared.
    #[must_use]
    pub fn verified(&self) -> u64 {
        if self.position == self.hashes.total_bytes {
            self.position
        } else {
            self.hashes.piece_at(self.position).start
        }
    }

    /// Takes the next bytes of the torrent.
    ///
    /// # Errors
    /// When these bytes end a piece that does not match.
    pub fn update(&mut self, mut bytes: &[u8]) -> Result<(), BadPiece> {
        while !bytes.is_empty() && self.position < self.hashes.total_bytes {
            let end = self.hashes.piece_at(self.position).end;
            let left = usize::try_from(end - self.position).unwrap_or(usize::MAX);
            let (now, later) = bytes.split_at(left.min(bytes.len()));
            self.hasher.update(now);
            let start = self.position;
            self.position += now.len() as u64;
            if self.position == end {
                self.compare(start / self.hashes.piece_length)?;
            }
            bytes = later;
        }
        Ok(())
    }

    fn compare(&mut self, piece: u64) -> Result<(), BadPiece> {
        let found: [u8; 20] = self.hasher.finalize_reset().into();
        let expected = usize::try_from(piece)
            .ok()
            .and_then(|piece| self.hashes.hashes.get(piece));
        if expected == Some(&found) {
            Ok(())
        } else {
            Err(BadPiece { piece })
        }
    }
}
