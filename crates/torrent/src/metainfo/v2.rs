//! The file tree of BEP 52.

use super::v1::{Attributes, Names, has_target};
use super::{FileKind, MetainfoError, MetainfoFile, PATHS_BYTES_MAX, TORRENT_FILES_MAX, size};
use crate::FilePath;
use crate::bencode::{Kind, Reader};
use crate::file_path::push_clean;

/// The tree as a list, in the order in which it stands there.
pub(super) struct Tree<'a> {
    pub(super) leaves: Vec<Leaf<'a>>,
    /// The name of the only entry, if that is a file.
    pub(super) only: Option<&'a [u8]>,
}

/// One file.
pub(super) struct Leaf<'a> {
    /// Clean, without the torrent's own name.
    path: String,
    pub(super) size_bytes: u64,
    /// The root of its hash tree; a file without content needs none.
    pub(super) root: Option<&'a [u8; 32]>,
    kind: FileKind,
}

/// A walk through the tree.
#[derive(Default)]
struct Walk<'a> {
    leaves: Vec<Leaf<'a>>,
    path: Vec<u8>,
    paths_bytes: usize,
}

impl<'a> Tree<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, MetainfoError> {
        let mut walk = Walk::default();
        let (mut entries, mut only) = (0, None);
        reader.dict(|reader, name| {
            entries += 1;
            only = walk.entry(reader, name)?.then_some(name);
            Ok::<_, MetainfoError>(())
        })?;
        Ok(Self {
            leaves: walk.leaves,
            only: only.filter(|_| entries == 1),
        })
    }

    /// The files as libtorrent numbers them: below `root`, each filled up to a whole piece by a file of
    /// padding that the tree does not have.
    pub(super) fn files(&self, root: Option<&FilePath>, piece_length: u64) -> Vec<MetainfoFile> {
        let mut files = Vec::with_capacity(self.leaves.len());
        for leaf in &self.leaves {
            let path = match root {
                Some(root) => FilePath::from_clean(&format!("{root}/{}", leaf.path)),
                None => FilePath::from_clean(&leaf.path),
            };
            let filler = leaf.size_bytes.next_multiple_of(piece_length) - leaf.size_bytes;
            let padding = (filler > 0).then(|| MetainfoFile {
                path: FilePath::from_clean(&format!(
                    "{}/.pad/{filler}",
                    root.map_or(path.as_str(), FilePath::as_str)
                )),
                size_bytes: filler,
                kind: FileKind::Padding,
            });
            files.push(MetainfoFile {
                path,
                size_bytes: leaf.size_bytes,
                kind: leaf.kind,
            });
            files.extend(padding);
        }
        files
    }
}

impl<'a> Walk<'a> {
    /// Reads a file or, recursing as deep as the reader lets it, a folder. Says whether it is a file.
    fn entry(&mut self, reader: &mut Reader<'a>, name: &'a [u8]) -> Result<bool, MetainfoError> {
        if name.is_empty() {
            return Err(malformed("free of files without a name"));
        }
        if reader.kind()? != Kind::Dict {
            return Err(malformed("made of dictionaries"));
        }
        let above = self.path.len();
        push_clean(&mut self.path, name);
        if self.path.len() == above {
            push_clean(&mut self.path, b"_");
        }
        let mut is_file = false;
        reader.dict(|reader, name| {
            if is_file {
                return Err(malformed("clear about what is a file and what a folder"));
            }
            if name.is_empty() {
                is_file = true;
                self.leaf(reader)
            } else {
                self.entry(reader, name).map(|_| ())
            }
        })?;
        self.path.truncate(above);
        Ok(is_file)
    }

    fn leaf(&mut self, reader: &mut Reader<'a>) -> Result<(), MetainfoError> {
        if reader.kind()? != Kind::Dict {
            return Err(malformed("made of dictionaries"));
        }
        let (mut length, mut root, mut target) = (None, None, None);
        let mut attributes = Attributes::default();
        reader.dict(|reader, key| {
            match key {
                b"attr" => attributes.read(reader)?,
                b"length" => length = reader.integer()?,
                b"pieces root" => root = reader.string()?,
                b"symlink path" => target = Names::read(reader)?,
                _ => reader.skip()?,
            }
            Ok::<_, MetainfoError>(())
        })?;
        if attributes.padding {
            return Err(malformed("free of padding"));
        }
        let size_bytes = if attributes.symlink {
            0
        } else {
            size(length, "info.file tree.length")?
        };
        let root = root.and_then(|root| <&[u8; 32]>::try_from(root).ok());
        if size_bytes > 0 && root.is_none_or(|root| *root == [0; 32]) {
            return Err(MetainfoError::Invalid {
                key: "info.file tree.pieces root",
                expected: "a SHA-256",
            });
        }
        if self.leaves.len() == TORRENT_FILES_MAX {
            return Err(MetainfoError::TooManyFiles);
        }
        self.paths_bytes += self.path.len();
        if self.paths_bytes > PATHS_BYTES_MAX {
            return Err(MetainfoError::PathsTooLong);
        }
        self.leaves.push(Leaf {
            path: String::from_utf8_lossy(&self.path).into_owned(),
            size_bytes,
            root,
            kind: attributes.kind(attributes.symlink && has_target(target)?),
        });
        Ok(())
    }
}

const fn malformed(expected: &'static str) -> MetainfoError {
    MetainfoError::Invalid {
        key: "info.file tree",
        expected,
    }
}

/// The two halves of a hybrid torrent must describe the same bytes, file by file; `v2` loses the filler at
/// its end if `v1` has none. Files without content may differ.
pub(super) fn agree(v1: &[MetainfoFile], v2: &mut Vec<MetainfoFile>) -> bool {
    if v1.len() + 1 == v2.len() {
        let last = v2.iter().rposition(|file| file.size_bytes > 0);
        if let Some(last) = last.filter(|last| v2[*last].kind == FileKind::Padding) {
            v2.remove(last);
        }
    }
    let (mut v1_end, mut v2_end) = (0_u64, 0_u64);
    let relevant = |file: &MetainfoFile| file.kind != FileKind::Padding && file.size_bytes > 0;
    let same = v1.iter().zip(v2.iter()).all(|(a, b)| {
        let same = match (relevant(a), relevant(b)) {
            (true, true) => v1_end == v2_end && a.size_bytes == b.size_bytes && a.path == b.path,
            (false, false) => true,
            _ => false,
        };
        v1_end = v1_end.saturating_add(a.size_bytes);
        v2_end = v2_end.saturating_add(b.size_bytes);
        same
    });
    same && v1.len() == v2.len() && v1_end == v2_end
}
