use super::MetainfoError;
use super::v1::{Attributes, Files};
use super::v2::Tree;
use crate::bencode::{Kind, Reader};

/// The keys of an info dictionary that matter here, not yet checked against each other.
///
/// As in libtorrent, a key with a value of the wrong type is as good as absent.
#[derive(Default)]
pub(super) struct Info<'a> {
    /// The dictionary as it stands in the file.
    pub(super) raw: &'a [u8],
    pub(super) name: Option<&'a [u8]>,
    pub(super) piece_length: Option<i64>,
    pub(super) pieces: Option<&'a [u8]>,
    /// Of the single file of a torrent without `files`.
    pub(super) length: Option<i64>,
    /// Whether `length` is there, of whatever type.
    pub(super) has_length: bool,
    pub(super) attributes: Attributes,
    pub(super) files: Option<Files<'a>>,
    pub(super) tree: Option<Tree<'a>>,
    pub(super) version: i64,
    pub(super) private: bool,
}

impl<'a> Info<'a> {
    /// Reads the value of `info`, which must be canonical: Deluge encodes it again, and a dictionary that
    /// changes by that is another torrent, which nobody has.
    pub(super) fn read(file: &'a [u8], reader: &mut Reader<'a>) -> Result<Self, MetainfoError> {
        if reader.kind()? != Kind::Dict {
            return Err(MetainfoError::NotADictionary("info"));
        }
        let start = reader.offset();
        let mut info = Self::default();
        let mut name_utf8 = None;
        reader.canonical(|reader| {
            reader.dict(|reader, key| {
                match key {
                    b"attr" => info.attributes.read(reader)?,
                    b"file tree" if reader.kind()? == Kind::Dict => {
                        info.tree = Some(Tree::read(reader)?);
                    }
                    b"files" if reader.kind()? == Kind::List => {
                        info.files = Some(Files::read(reader)?);
                    }
                    b"length" => {
                        info.has_length = true;
                        info.length = reader.integer()?;
                    }
                    b"meta version" => info.version = reader.integer()?.unwrap_or_default(),
                    b"name" => info.name = reader.string()?,
                    b"name.utf-8" => name_utf8 = reader.string()?,
                    b"piece length" => info.piece_length = reader.integer()?,
                    b"pieces" => info.pieces = reader.string()?,
                    b"private" => info.private = reader.integer()?.is_some_and(|flag| flag != 0),
                    _ => reader.skip()?,
                }
                Ok::<_, MetainfoError>(())
            })
        })?;
        info.name = name_utf8.or(info.name);
        info.raw = &file[start..reader.offset()];
        Ok(info)
    }

    /// Whether there is a v1 half: only then does the SHA-1 of the dictionary name the torrent.
    pub(super) const fn has_v1(&self) -> bool {
        self.version < 2 || self.files.is_some() || self.has_length
    }
}
