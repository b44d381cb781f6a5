use torrent::{FileCheck, PieceHashes};

use super::across::Across;
use crate::fault::Fault;
use crate::source::Source;

/// Compares what is read with the torrent's hashes, file after file in the torrent's order.
pub(super) struct Check<'a> {
    source: &'a Source,
    /// Where each file starts, counted from the start of the first one.
    offsets: Vec<u64>,
    pieces: Pieces<'a>,
}

enum Pieces<'a> {
    /// They run across the borders of files.
    V1(Across<'a>),
    /// They end where files end.
    V2 {
        file: Option<FileCheck<'a>>,
        /// Where the next bytes are in the torrent.
        position: u64,
    },
}

impl<'a> Check<'a> {
    pub(super) fn new(source: &'a Source) -> Self {
        let offsets = source.metainfo.files.iter().scan(0, |end, file| {
            let start = *end;
            *end += file.size_bytes;
            Some(start)
        });
        let pieces = match &source.hashes {
            PieceHashes::V1(hashes) => Pieces::V1(Across::new(hashes)),
            PieceHashes::V2(_) => Pieces::V2 {
                file: None,
                position: 0,
            },
        };
        Self {
            source,
            offsets: offsets.collect(),
            pieces,
        }
    }

    /// Where a file ends in the torrent.
    pub(super) fn end_of(&self, index: usize) -> u64 {
        self.offsets[index] + self.source.metainfo.files[index].size_bytes
    }

    /// Up to where everything that was read is verified.
    pub(super) fn verified(&self) -> u64 {
        match &self.pieces {
            Pieces::V1(across) => across.verified(),
            // A file that was read to its end without an error matched there.
            Pieces::V2 { position, .. } => *position,
        }
    }

    /// Whether a file begins in a piece that what was read last has begun: then the two stand or fall
    /// together. Otherwise that piece is to be settled first.
    pub(super) fn continues_in(&self, index: usize) -> bool {
        match &self.pieces {
            Pieces::V1(across) => across.continues_at(self.offsets[index]),
            Pieces::V2 { .. } => false,
        }
    }

    /// Goes to the start of a file.
    ///
    /// # Errors
    /// When its first piece begins before it and cannot be right.
    pub(super) fn begin(&mut self, index: usize) -> Result<(), Fault> {
        let offset = self.offsets[index];
        match (&mut self.pieces, &self.source.hashes) {
            (Pieces::V1(across), _) => across.begin(offset, self.source, &self.offsets),
            (Pieces::V2 { file, position }, PieceHashes::V2(hashes)) => {
                (*file, *position) = (hashes.file(index), offset);
                Ok(())
            }
            (Pieces::V2 { .. }, PieceHashes::V1(_)) => Ok(()),
        }
    }

    /// Takes the next bytes of the file.
    ///
    /// # Errors
    /// When they end a piece that does not match: nothing that shares it may be stored.
    pub(super) fn update(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        match &mut self.pieces {
            Pieces::V1(across) => across.update(bytes),
            Pieces::V2 { file, position } => {
                if let Some(file) = file {
                    file.update(bytes)
                        .map_err(|piece| Fault::Content(piece.to_string()))?;
                }
                *position += bytes.len() as u64;
                Ok(())
            }
        }
    }

    /// Ends a piece that was begun with what is on disk of it; no more files follow, or not the next ones.
    ///
    /// # Errors
    /// When it does not match or cannot be read.
    pub(super) fn settle(&mut self) -> Result<(), Fault> {
        match &mut self.pieces {
            Pieces::V1(across) => across.settle(self.source, &self.offsets),
            Pieces::V2 { .. } => Ok(()),
        }
    }
}
