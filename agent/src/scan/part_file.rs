//! What libtorrent keeps of files that nobody wants: the bytes of their pieces that wanted files share
//! (`part_file.cpp` of libtorrent 1.1 to 2.0).
//!
//! A header of big-endian numbers (pieces, bytes of a piece, and for each piece its slot or -1), filled up to
//! a multiple of 1024 bytes; then the slots, each of a piece's size. libtorrent writes the header late: a
//! piece that is not in it may be there all the same.

use std::fs::File;
use std::io;
use std::os::unix::fs::FileExt;
use std::path::Path;

/// In the header, the slot of a piece that has none.
const NO_SLOT: u32 = u32::MAX;

pub(super) struct PartFile {
    file: File,
    pieces: u64,
    piece_length: u64,
}

impl PartFile {
    /// The part file of the torrent that libtorrent calls `id`; `None` when there is none of this piece length.
    pub(super) fn open(folder: &Path, id: &str, piece_length: u64) -> Option<Self> {
        let file = File::open(folder.join(format!(".{id}.parts"))).ok()?;
        let pieces = number(&file, 0).ok()?;
        let written = number(&file, 4).ok()?;
        (u64::from(written) == piece_length).then_some(Self {
            file,
            pieces: pieces.into(),
            piece_length,
        })
    }

    /// Fills `space` with the bytes of a piece from `within` on. `false` when the piece is not there.
    pub(super) fn read(&self, piece: u64, within: u64, space: &mut [u8]) -> bool {
        if piece >= self.pieces {
            return false;
        }
        let slot = match number(&self.file, 8 + 4 * piece) {
            Ok(slot) if slot != NO_SLOT => u64::from(slot),
            _ => return false,
        };
        let header = (8 + 4 * self.pieces).next_multiple_of(1024);
        let at = header + slot * self.piece_length + within;
        self.file.read_exact_at(space, at).is_ok()
    }
}

fn number(file: &File, at: u64) -> io::Result<u32> {
    let mut bytes = [0; 4];
    file.read_exact_at(&mut bytes, at)?;
    Ok(u32::from_be_bytes(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_piece_is_found_in_its_slot_and_nowhere_else() {
        let folder = tempfile::tempdir().unwrap();
        let mut file = Vec::new();
        for number in [3_u32, 64, NO_SLOT, 1, 0] {
            file.extend(number.to_be_bytes());
        }
        file.resize(1024, 0);
        file.extend([7; 64]);
        file.extend((0..64_u8).collect::<Vec<_>>());
        std::fs::write(folder.path().join(".abc.parts"), file).unwrap();
        assert!(PartFile::open(folder.path(), "abc", 32).is_none());
        let parts = PartFile::open(folder.path(), "abc", 64).unwrap();
        let mut space = [0; 4];
        assert!(parts.read(1, 10, &mut space));
        assert_eq!(space, [10, 11, 12, 13]);
        assert!(parts.read(2, 60, &mut space));
        assert_eq!(space, [7; 4]);
        assert!(!parts.read(0, 0, &mut space));
        assert!(!parts.read(3, 0, &mut space));
    }
}
