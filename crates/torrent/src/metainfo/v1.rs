//! The file list of BEP 3, with the attributes of BEP 47.

use std::ops::Range;
use std::sync::Arc;

use super::{
    FILE_BYTES_MAX, FileKind, MetainfoError, MetainfoFile, PATHS_BYTES_MAX, TORRENT_FILES_MAX, size,
};
use crate::FilePath;
use crate::bencode::{Kind, Reader, next_string};
use crate::file_path::{COMPONENT_BYTES_MAX, is_nothing, is_plain, push};

/// How `BitComet` names its filler, which has no attribute.
const BITCOMET_PADDING: &[u8] = b"_____padding_file_";

/// `info.files`.
pub(super) struct Files<'a> {
    /// The items, without the list around them.
    raw: &'a [u8],
    entries: Vec<Entry>,
}

/// One of its dictionaries.
struct Entry {
    /// Where the strings of its path stand in [`Files::raw`], without the list around them.
    path: Range<usize>,
    size_bytes: u64,
    kind: FileKind,
}

/// What BEP 47 says of a file.
#[derive(Default, Clone, Copy)]
pub(super) struct Attributes {
    pub(super) padding: bool,
    pub(super) symlink: bool,
}

/// A list that should be one of strings.
pub(super) struct Names<'a> {
    /// Its items, without the list around them.
    raw: &'a [u8],
    end: usize,
    only_strings: bool,
}

impl<'a> Files<'a> {
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Self, MetainfoError> {
        let start = reader.offset() + 1;
        let mut entries = Vec::new();
        let raw = reader.list(|reader| {
            if reader.kind()? != Kind::Dict {
                return Err(MetainfoError::Invalid {
                    key: "info.files",
                    expected: "a list of dictionaries",
                });
            }
            let entry = match Entry::usual(reader, start) {
                Some(entry) => entry,
                None => Entry::read(reader, start)?,
            };
            entries.push(entry);
            Ok(())
        })?;
        Ok(Self { raw, entries })
    }

    /// The files, in the folder `root`.
    pub(super) fn below(mut self, root: &FilePath) -> Result<Vec<MetainfoFile>, MetainfoError> {
        let is_plain = is_plain(self.raw);
        let padding_below = is_bitcomet_padding(root.as_str().as_bytes());
        let mut paths = Vec::with_capacity(self.raw.len() / 2);
        let mut count = 0;
        for entry in &mut self.entries {
            let start = paths.len();
            paths.extend_from_slice(root.as_str().as_bytes());
            let mut names = &self.raw[entry.path.clone()];
            let mut is_padding = padding_below;
            while let Some(name) = next_string(&mut names) {
                push(&mut paths, name, is_plain);
                is_padding |= is_bitcomet_padding(name);
            }
            if is_padding {
                entry.kind = FileKind::Padding;
            }
            if paths.len() == start + root.as_str().len() {
                paths.extend_from_slice(b"/_");
            }
            if paths.len() > PATHS_BYTES_MAX {
                return Err(MetainfoError::PathsTooLong);
            }
            count += usize::from(entry.kind != FileKind::Padding);
            entry.path = start..paths.len();
        }
        if count > TORRENT_FILES_MAX {
            return Err(MetainfoError::TooManyFiles);
        }
        let paths = String::from_utf8(paths).map_err(|_| MetainfoError::Invalid {
            key: "info.files.path",
            expected: "text",
        })?;
        let paths = Arc::new(paths);
        let files = self.entries.into_iter().map(|entry| MetainfoFile {
            path: FilePath::part_of(&paths, entry.path),
            size_bytes: entry.size_bytes,
            kind: entry.kind,
        });
        Ok(files.collect())
    }
}

fn is_bitcomet_padding(name: &[u8]) -> bool {
    let name = &name[..name.len().min(COMPONENT_BYTES_MAX)];
    let mut places = name.windows(BITCOMET_PADDING.len());
    name.len() >= BITCOMET_PADDING.len() && places.any(|place| place == BITCOMET_PADDING)
}

impl Entry {
    /// Reads a dictionary of just `length` and `path`, as nearly all are; this is what makes a torrent of many
    /// files quick to read. Of anything else, good or bad, it reads nothing.
    #[inline]
    fn usual(reader: &mut Reader<'_>, start: usize) -> Option<Self> {
        let whole = reader.rest();
        let number = whole.strip_prefix(b"d6:lengthi")?;
        let (mut size_bytes, mut rest) = (0, number);
        while let [digit @ b'0'..=b'9', after @ ..] = rest {
            size_bytes = size_bytes * 10 + u64::from(digit - b'0');
            rest = after;
            if size_bytes > FILE_BYTES_MAX {
                return None;
            }
        }
        let path = rest.strip_prefix(b"e4:pathl")?;
        let mut names = path;
        let mut tokens = 7;
        while !matches!(names, [b'0', b'0'..=b'9', ..]) && next_string(&mut names).is_some() {
            tokens += 1;
        }
        let rest = names.strip_prefix(b"ee")?;
        let path_bytes = path.len() - names.len();
        if matches!(number, [b'0', b'0'..=b'9', ..] | [b'e', ..]) || path_bytes == 0 {
            return None;
        }
        let read = whole.len() - rest.len();
        let end = reader.offset() + read - 2 - start;
        reader.advance(read, tokens);
        Some(Self {
            path: end - path_bytes..end,
            size_bytes,
            kind: FileKind::Regular,
        })
    }

    /// Reads a dictionary; `start` is where its list starts in the file.
    fn read(reader: &mut Reader<'_>, start: usize) -> Result<Self, MetainfoError> {
        let (mut path, mut path_utf8, mut target) = (None, None, None);
        let (mut length, mut attributes) = (None, Attributes::default());
        reader.dict(|reader, key| {
            match key {
                b"length" => length = reader.integer()?,
                b"path" => path = Names::read(reader)?,
                b"attr" => attributes.read(reader)?,
                b"path.utf-8" => path_utf8 = Names::read(reader)?,
                b"symlink path" => target = Names::read(reader)?,
                _ => reader.skip()?,
            }
            Ok::<_, MetainfoError>(())
        })?;
        let path = match path_utf8.or(path) {
            Some(names) if !names.raw.is_empty() => {
                let end = names.end - start;
                end - names.strings("info.files.path")?.len()..end
            }
            _ if attributes.padding => 0..0,
            _ => return Err(MetainfoError::Missing("info.files.path")),
        };
        let size_bytes = if attributes.symlink {
            0
        } else {
            size(length, "info.files.length")?
        };
        let kind = attributes.kind(attributes.symlink && has_target(target)?);
        Ok(Self {
            path,
            size_bytes,
            kind,
        })
    }
}

impl Attributes {
    pub(super) fn read(&mut self, reader: &mut Reader<'_>) -> Result<(), MetainfoError> {
        if let Some(letters) = reader.string()? {
            self.padding = letters.contains(&b'p');
            self.symlink = letters.contains(&b'l');
        }
        Ok(())
    }

    /// A link without a target is an empty file.
    pub(super) const fn kind(self, has_target: bool) -> FileKind {
        match self {
            Self { padding: true, .. } => FileKind::Padding,
            Self { symlink: true, .. } if has_target => FileKind::Symlink,
            Self { .. } => FileKind::Regular,
        }
    }
}

impl<'a> Names<'a> {
    /// The next value when it is a list; anything else is passed over.
    #[inline]
    pub(super) fn read(reader: &mut Reader<'a>) -> Result<Option<Self>, MetainfoError> {
        if reader.kind()? != Kind::List {
            reader.skip()?;
            return Ok(None);
        }
        let mut only_strings = true;
        let raw = reader.list(|reader| {
            only_strings &= reader.string()?.is_some();
            Ok::<_, MetainfoError>(())
        })?;
        Ok(Some(Self {
            raw,
            end: reader.offset() - 1,
            only_strings,
        }))
    }

    fn strings(self, key: &'static str) -> Result<&'a [u8], MetainfoError> {
        if self.only_strings {
            Ok(self.raw)
        } else {
            Err(MetainfoError::Invalid {
                key,
                expected: "a list of strings",
            })
        }
    }
}

/// Whether a symlink leads anywhere.
pub(super) fn has_target(target: Option<Names<'_>>) -> Result<bool, MetainfoError> {
    let Some(target) = target else {
        return Ok(false);
    };
    let mut names = Reader::new(target.strings("symlink path")?);
    let mut found = false;
    while !names.at_end() {
        found |= names.string()?.is_some_and(|name| !is_nothing(name));
    }
    Ok(found)
}

/// The one file of a torrent that has `length`.
pub(super) fn single(
    name: &FilePath,
    length: Option<i64>,
    attributes: Attributes,
) -> Result<MetainfoFile, MetainfoError> {
    let size_bytes = if attributes.symlink {
        0
    } else {
        size(length, "info.length")?
    };
    let kind = if is_bitcomet_padding(name.as_str().as_bytes()) {
        FileKind::Padding
    } else {
        attributes.kind(false)
    };
    Ok(MetainfoFile {
        path: name.clone(),
        size_bytes,
        kind,
    })
}
