//! The file list of BEP 3.

use bendy::decoding::Object;

use super::{
    FileKind, MetainfoError, MetainfoFile, Refusal, bytes_of, each_pair, size_of, total_bytes,
};
use crate::FilePath;

/// Bytes of a SHA-1 in `pieces`.
const HASH_BYTES: u64 = 20;

/// One dictionary of `info.files`, as written.
#[derive(Default)]
pub(super) struct Entry<'a> {
    path: Vec<&'a [u8]>,
    path_utf8: Vec<&'a [u8]>,
    length: Option<u64>,
    attributes: &'a [u8],
}

pub(super) fn read_files<'a>(value: Object<'_, 'a>) -> Result<Vec<Entry<'a>>, Refusal> {
    let Object::List(mut list) = value else {
        return Err(MetainfoError::Invalid {
            key: "info.files",
            expected: "a list",
        }
        .into());
    };
    let mut files = Vec::new();
    while let Some(item) = list.next_object().map_err(|_| Refusal::Bencode)? {
        let Object::Dict(mut dict) = item else {
            return Err(MetainfoError::Invalid {
                key: "info.files",
                expected: "a list of dictionaries",
            }
            .into());
        };
        let mut entry = Entry::default();
        each_pair(&mut dict, |key, value| {
            match key {
                b"path" => entry.path = read_path(value)?,
                b"path.utf-8" => entry.path_utf8 = read_path(value)?,
                b"length" => entry.length = Some(size_of(&value, "info.files.length")?),
                b"attr" => entry.attributes = bytes_of(&value, "info.files.attr")?,
                _ => {}
            }
            Ok(())
        })?;
        files.push(entry);
    }
    Ok(files)
}

fn read_path<'a>(value: Object<'_, 'a>) -> Result<Vec<&'a [u8]>, Refusal> {
    let Object::List(mut list) = value else {
        return Err(MetainfoError::Invalid {
            key: "info.files.path",
            expected: "a list",
        }
        .into());
    };
    let mut path = Vec::new();
    while let Some(item) = list.next_object().map_err(|_| Refusal::Bencode)? {
        path.push(bytes_of(&item, "info.files.path")?);
    }
    Ok(path)
}

/// The files of a torrent that has either `length` (one file) or `files` (a folder).
pub(super) fn files(
    name: &FilePath,
    length: Option<u64>,
    entries: Option<&[Entry<'_>]>,
) -> Result<Vec<MetainfoFile>, MetainfoError> {
    match (length, entries) {
        (Some(size_bytes), None) => Ok(vec![MetainfoFile {
            path: name.clone(),
            size_bytes,
            kind: FileKind::Regular,
        }]),
        (None, Some(entries)) => entries.iter().map(|entry| file(name, entry)).collect(),
        (None, None) => Err(MetainfoError::Missing("info.files")),
        (Some(_), Some(_)) => Err(MetainfoError::Invalid {
            key: "info.length",
            expected: "absent from a torrent that has `files`",
        }),
    }
}

fn file(name: &FilePath, entry: &Entry<'_>) -> Result<MetainfoFile, MetainfoError> {
    let components = if entry.path_utf8.is_empty() {
        &entry.path
    } else {
        &entry.path_utf8
    };
    let kind = kind(entry.attributes);
    if components.is_empty() && kind == FileKind::Regular {
        return Err(MetainfoError::Missing("info.files.path"));
    }
    let size_bytes = match (entry.length, kind) {
        (_, FileKind::Symlink) => 0,
        (Some(length), _) => length,
        (None, _) => return Err(MetainfoError::Missing("info.files.length")),
    };
    let below = [name.as_str().as_bytes()]
        .into_iter()
        .chain(components.iter().copied());
    Ok(MetainfoFile {
        path: FilePath::from_components(below),
        size_bytes,
        kind,
    })
}

/// BEP 47: `p` is padding, `l` a symlink.
pub(super) fn kind(attributes: &[u8]) -> FileKind {
    if attributes.contains(&b'p') {
        FileKind::Padding
    } else if attributes.contains(&b'l') {
        FileKind::Symlink
    } else {
        FileKind::Regular
    }
}

/// There must be just one SHA-1 for every piece that the files fill.
pub(super) fn check_pieces(
    pieces: &[u8],
    piece_length: u64,
    files: &[MetainfoFile],
) -> Result<(), MetainfoError> {
    let bytes = pieces.len() as u64;
    if !bytes.is_multiple_of(HASH_BYTES) {
        return Err(MetainfoError::Invalid {
            key: "info.pieces",
            expected: "a multiple of 20 bytes long",
        });
    }
    let (found, expected) = (
        bytes / HASH_BYTES,
        total_bytes(files)?.div_ceil(piece_length),
    );
    if found == expected {
        Ok(())
    } else {
        Err(MetainfoError::PieceCount { found, expected })
    }
}
