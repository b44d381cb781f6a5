use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use torrent::{FileKind, Metainfo, ObjectKey, PieceHashes};

/// A torrent whose files are on this machine: what they are called, where they are, and what is in them.
#[derive(Debug)]
pub(crate) struct Source {
    pub(crate) metainfo: Metainfo,
    pub(crate) hashes: PieceHashes,
    pub(crate) places: Places,
    /// Whether the file at an index is wanted; all of them if it is empty.
    pub(crate) wanted: Vec<bool>,
}

/// Where files are on disk.
#[derive(Debug)]
pub(crate) struct Places {
    folder: PathBuf,
    /// Those that are not called as the torrent calls them.
    renamed: HashMap<usize, Box<str>>,
}

impl Places {
    /// Files below `folder`, called as the torrent calls them.
    pub(crate) fn below(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            renamed: HashMap::new(),
        }
    }

    /// As Deluge says: `paths` are its names of the files, in the torrent's order.
    pub(crate) fn as_said<'a>(
        folder: &Path,
        metainfo: &Metainfo,
        paths: impl IntoIterator<Item = (usize, &'a str)>,
    ) -> Self {
        let renamed = paths.into_iter().filter(|(index, path)| {
            let file = metainfo.files.get(*index);
            file.is_none_or(|file| file.path.as_str() != *path)
        });
        Self {
            folder: folder.to_owned(),
            renamed: renamed.map(|(index, path)| (index, path.into())).collect(),
        }
    }

    pub(crate) fn folder(&self) -> &Path {
        &self.folder
    }
}

impl Source {
    /// Where the file at `index` is.
    pub(crate) fn disk(&self, index: usize) -> Arc<PathBuf> {
        let path = match self.places.renamed.get(&index) {
            Some(path) => path,
            None => self.metainfo.files[index].path.as_str(),
        };
        Arc::new(self.places.folder.join(path))
    }

    pub(crate) fn key(&self, index: usize) -> ObjectKey {
        ObjectKey::file(self.metainfo.infohash, &self.metainfo.files[index].path)
    }

    /// Whether the file at `index` is to be stored: content, and wanted.
    pub(crate) fn is_wanted(&self, index: usize) -> bool {
        self.metainfo.files[index].kind == FileKind::Regular
            && self.wanted.get(index).copied().unwrap_or(true)
    }

    /// The files that are to be stored, in order.
    pub(crate) fn wanted(&self) -> impl Iterator<Item = usize> {
        (0..self.metainfo.files.len()).filter(|index| self.is_wanted(*index))
    }

    /// Bytes of all files that are to be stored.
    pub(crate) fn wanted_bytes(&self) -> u64 {
        self.wanted()
            .map(|index| self.metainfo.files[index].size_bytes)
            .sum()
    }
}
