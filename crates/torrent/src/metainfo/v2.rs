//! The file tree of BEP 52.

use bendy::decoding::Object;

use super::{FileKind, MetainfoError, MetainfoFile, Refusal, bytes_of, each_pair, size_of, v1};
use crate::FilePath;

/// BEP 52: a piece is a power of two and at least one block.
const BLOCK_BYTES: u64 = 16 * 1024;

/// One file of `info.file tree`, as written.
pub(super) struct Leaf<'a> {
    path: Vec<&'a [u8]>,
    length: Option<u64>,
    pieces_root: Option<&'a [u8]>,
    attributes: &'a [u8],
}

pub(super) fn read_tree<'a>(value: Object<'_, 'a>) -> Result<Vec<Leaf<'a>>, Refusal> {
    let mut leaves = Vec::new();
    read_folder(value, &mut Vec::new(), &mut leaves)?;
    Ok(leaves)
}

/// Recurses once per folder; the decoder's depth limit bounds it.
fn read_folder<'a>(
    value: Object<'_, 'a>,
    path: &mut Vec<&'a [u8]>,
    leaves: &mut Vec<Leaf<'a>>,
) -> Result<(), Refusal> {
    let Object::Dict(mut folder) = value else {
        return Err(MetainfoError::NotADictionary("info.file tree").into());
    };
    each_pair(&mut folder, |name, child| {
        if name.is_empty() {
            leaves.push(read_leaf(child, path.clone())?);
            return Ok(());
        }
        path.push(name);
        read_folder(child, path, leaves)?;
        path.pop();
        Ok(())
    })
}

fn read_leaf<'a>(value: Object<'_, 'a>, path: Vec<&'a [u8]>) -> Result<Leaf<'a>, Refusal> {
    let Object::Dict(mut dict) = value else {
        return Err(MetainfoError::NotADictionary("info.file tree").into());
    };
    let mut leaf = Leaf {
        path,
        length: None,
        pieces_root: None,
        attributes: b"",
    };
    each_pair(&mut dict, |key, value| {
        match key {
            b"length" => leaf.length = Some(size_of(&value, "info.file tree.length")?),
            b"pieces root" => {
                leaf.pieces_root = Some(bytes_of(&value, "info.file tree.pieces root")?);
            }
            b"attr" => leaf.attributes = bytes_of(&value, "info.file tree.attr")?,
            _ => {}
        }
        Ok(())
    })?;
    Ok(leaf)
}

pub(super) fn files(
    name: &FilePath,
    piece_length: u64,
    leaves: &[Leaf<'_>],
) -> Result<Vec<MetainfoFile>, MetainfoError> {
    if !piece_length.is_power_of_two() || piece_length < BLOCK_BYTES {
        return Err(MetainfoError::Invalid {
            key: "info.piece length",
            expected: "a power of two of at least 16 KiB",
        });
    }
    let single = matches!(leaves, [leaf] if leaf.path == [name.as_str().as_bytes()]);
    let mut files = Vec::new();
    for leaf in leaves {
        let file = file(name, leaf, single)?;
        let padding = file.size_bytes.next_multiple_of(piece_length) - file.size_bytes;
        files.push(file);
        if padding > 0 {
            files.push(pad_file(name, padding));
        }
    }
    Ok(files)
}

/// Every file of a v2 torrent starts a piece. The tree does not say so, but libtorrent numbers the filler as a
/// file, and so does Deluge.
fn pad_file(name: &FilePath, size_bytes: u64) -> MetainfoFile {
    let size = size_bytes.to_string();
    let path = [name.as_str().as_bytes(), b".pad", size.as_bytes()];
    MetainfoFile {
        path: FilePath::from_components(path),
        size_bytes,
        kind: FileKind::Padding,
    }
}

fn file(name: &FilePath, leaf: &Leaf<'_>, single: bool) -> Result<MetainfoFile, MetainfoError> {
    let kind = v1::kind(leaf.attributes);
    let size_bytes = match (leaf.length, kind) {
        (_, FileKind::Symlink) => 0,
        (Some(length), _) => length,
        (None, _) => return Err(MetainfoError::Missing("info.file tree.length")),
    };
    if size_bytes > 0 && leaf.pieces_root.is_none_or(|root| root.len() != 32) {
        return Err(MetainfoError::Invalid {
            key: "info.file tree.pieces root",
            expected: "a SHA-256",
        });
    }
    let root = if single {
        None
    } else {
        Some(name.as_str().as_bytes())
    };
    let path = FilePath::from_components(root.into_iter().chain(leaf.path.iter().copied()));
    Ok(MetainfoFile {
        path,
        size_bytes,
        kind,
    })
}
