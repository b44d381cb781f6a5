use std::fs::File;
use std::ops::Range;
use std::os::unix::fs::FileExt;

use torrent::{BadPiece, FileKind};

use super::part_file::PartFile;
use crate::fault::Fault;
use crate::source::Source;

/// Why bytes beyond a file's border are of no use.
pub(super) enum Border {
    /// They are of a file that nobody wants, so they need not be on this machine.
    Absent(String),
    /// They should be there.
    Unreadable(String),
    Bad(BadPiece),
}

impl Border {
    /// What is absent is no fault.
    ///
    /// # Errors
    /// What is.
    pub(super) fn into_fault(self) -> Result<String, Fault> {
        match self {
            Self::Absent(what) => Ok(what),
            Self::Unreadable(what) => Err(Fault::Content(what)),
            Self::Bad(piece) => Err(Fault::Content(piece.to_string())),
        }
    }
}

/// Reads bytes of the torrent, whatever files they are in, for the sake of a piece.
pub(super) fn read_across(
    source: &Source,
    offsets: &[u64],
    range: Range<u64>,
    mut take: impl FnMut(&[u8]) -> Result<(), BadPiece>,
) -> Result<(), Border> {
    let mut at = range.start;
    // The last file that starts at or before it; empty files before it have the same start.
    let mut index = offsets
        .partition_point(|start| *start <= at)
        .saturating_sub(1);
    while at < range.end {
        let Some((file, start)) = source.metainfo.files.get(index).zip(offsets.get(index)) else {
            return Err(Border::Unreadable("the torrent is shorter".to_owned()));
        };
        let end = range.end.min(start + file.size_bytes);
        if end > at {
            let within = at - start..end - start;
            if file.kind == FileKind::Padding {
                zeros(within.end - within.start, &mut take).map_err(Border::Bad)?;
            } else {
                from_file(source, index, *start, within, &mut take)?;
            }
            at = end;
        }
        index += 1;
    }
    Ok(())
}

fn zeros(
    mut count: u64,
    take: &mut impl FnMut(&[u8]) -> Result<(), BadPiece>,
) -> Result<(), BadPiece> {
    static ZEROS: [u8; 4096] = [0; 4096];
    while count > 0 {
        let now = usize::try_from(count)
            .unwrap_or(ZEROS.len())
            .min(ZEROS.len());
        take(&ZEROS[..now])?;
        count -= now as u64;
    }
    Ok(())
}

fn from_file(
    source: &Source,
    index: usize,
    start: u64,
    range: Range<u64>,
    take: &mut impl FnMut(&[u8]) -> Result<(), BadPiece>,
) -> Result<(), Border> {
    let name = &source.metainfo.files[index].path;
    if !source.is_wanted(index) {
        return from_part_file(source, start, range, take)
            .unwrap_or_else(|| Err(Border::Absent(format!("{name} is not wanted"))));
    }
    let unreadable =
        |error: std::io::Error| Border::Unreadable(format!("{name} cannot be read: {error}"));
    let file = File::open(source.disk(index).as_path()).map_err(unreadable)?;
    let mut buffer = vec![0; 64 * 1024];
    let mut at = range.start;
    while at < range.end {
        let left = usize::try_from(range.end - at).unwrap_or(buffer.len());
        let now = left.min(buffer.len());
        let space = &mut buffer[..now];
        file.read_exact_at(space, at).map_err(unreadable)?;
        take(space).map_err(Border::Bad)?;
        at += now as u64;
    }
    Ok(())
}

/// The bytes of an unwanted file that starts at `start`, which are all in one piece. `None` when libtorrent has
/// not kept them.
fn from_part_file(
    source: &Source,
    start: u64,
    range: Range<u64>,
    take: &mut impl FnMut(&[u8]) -> Result<(), BadPiece>,
) -> Option<Result<(), Border>> {
    let metainfo = &source.metainfo;
    let ids = [metainfo.deluge_id, metainfo.infohash];
    let parts = ids.iter().find_map(|id| {
        let folder = source.places.folder();
        PartFile::open(folder, &id.to_string(), metainfo.piece_length)
    })?;
    let at = start + range.start;
    let (piece, within) = (at / metainfo.piece_length, at % metainfo.piece_length);
    let mut bytes = vec![0; usize::try_from(range.end - range.start).ok()?];
    parts
        .read(piece, within, &mut bytes)
        .then(|| take(&bytes).map_err(Border::Bad))
}
