use std::collections::HashSet;

use bendy::decoding::{DictDecoder, Object};

use crate::bencode::{self, BencodeError};
use crate::{FilePath, Infohash};

mod v1;
mod v2;

/// The largest `.torrent` file that is read, in bytes. A torrent of 100,000 files has about 4 MB.
pub const TORRENT_BYTES_MAX: usize = 10 * 1024 * 1024;

/// What a `.torrent` file says, checked (BEP 3, BEP 52).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metainfo {
    /// The identity of the torrent, from the original bytes of its info dictionary.
    pub infohash: Infohash,
    /// How Deluge calls the torrent when it is added by its file: libtorrent 2 prefers the truncated v2 hash,
    /// also for hybrid torrents. Added by its magnet link, it goes by [`Self::infohash`].
    pub deluge_id: Infohash,
    /// The torrent's own name, cleaned as one path component; a stranger's words all the same.
    pub name: String,
    /// In the order in which Deluge numbers them.
    pub files: Vec<MetainfoFile>,
    /// Bytes of one piece.
    pub piece_length: u64,
    /// Peers only from the torrent's own trackers (BEP 27).
    pub private: bool,
    /// Announce URLs as written, the first tier first.
    pub trackers: Vec<String>,
}

/// One entry of a torrent's file list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MetainfoFile {
    /// Below the torrent's root, its top folder included; unique within the torrent.
    pub path: FilePath,
    /// Length in bytes.
    pub size_bytes: u64,
    /// Whether there is anything in it for the user.
    pub kind: FileKind,
}

/// What an entry of the file list is there for (BEP 47).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileKind {
    /// Content.
    Regular,
    /// Filler that aligns the next file to a piece: never on disk, never stored.
    Padding,
    /// A link to another file of the torrent: it has no bytes of its own, so it is not stored.
    Symlink,
}

/// Why a `.torrent` file is refused. Every message can be shown to whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MetainfoError {
    /// No bytes at all.
    #[error("the torrent file is empty")]
    Empty,
    /// Over [`TORRENT_BYTES_MAX`].
    #[error("the torrent file has {0} bytes, more than the {TORRENT_BYTES_MAX} that are read")]
    TooLarge(usize),
    /// Not the bencode of BEP 3.
    #[error("this is not a torrent file: {0}")]
    Bencode(#[from] BencodeError),
    /// Bencode, but no dictionary where one must be.
    #[error("this is not a torrent file: `{0}` is not a dictionary")]
    NotADictionary(&'static str),
    /// A key that every torrent has is not there.
    #[error("the torrent has no `{0}`")]
    Missing(&'static str),
    /// A key has a value of another type or range than the specification says.
    #[error("`{key}` in the torrent is not {expected}")]
    Invalid {
        /// The key, with its dictionaries.
        key: &'static str,
        /// What should be there.
        expected: &'static str,
    },
    /// `meta version` names a format that does not exist yet.
    #[error("the torrent is of meta version {0}; versions 1 and 2 are known")]
    UnknownVersion(u64),
    /// The hashes do not cover the content exactly.
    #[error("the torrent has {found} piece hashes, but its files need {expected}")]
    PieceCount {
        /// Hashes in `pieces`.
        found: u64,
        /// Pieces that the files fill.
        expected: u64,
    },
    /// The sizes of all files do not fit 63 bits.
    #[error("the sizes of the files add up to more than any disk holds")]
    TotalTooLarge,
    /// A torrent of nothing.
    #[error("the torrent has no files with content")]
    NoContent,
    /// A hybrid torrent whose v1 and v2 halves describe different files.
    #[error("the v1 and v2 file lists of the torrent do not agree")]
    HybridMismatch,
}

impl Metainfo {
    /// Reads a `.torrent` file.
    ///
    /// # Errors
    /// [`MetainfoError`], which names the byte or the key where it went wrong.
    pub fn parse(bytes: &[u8]) -> Result<Self, MetainfoError> {
        match bytes.len() {
            0 => return Err(MetainfoError::Empty),
            len if len > TORRENT_BYTES_MAX => return Err(MetainfoError::TooLarge(len)),
            _ => {}
        }
        let outer = Outer::read(bytes)?;
        let info = outer.info.ok_or(MetainfoError::Missing("info"))?;
        Self::from_info(info, outer.trackers)
    }

    /// Reads an info dictionary alone, as peers send it to each other (BEP 9).
    ///
    /// # Errors
    /// [`MetainfoError`], as [`Metainfo::parse`].
    fn from_info(bytes: &[u8], trackers: Vec<String>) -> Result<Self, MetainfoError> {
        let info = Info::read(bytes)?;
        let name =
            FilePath::from_components([info.name.ok_or(MetainfoError::Missing("info.name"))?]);
        let piece_length = info
            .piece_length
            .ok_or(MetainfoError::Missing("info.piece length"))?;
        if !(1..=i32::MAX as u64).contains(&piece_length) {
            return Err(MetainfoError::Invalid {
                key: "info.piece length",
                expected: "a usable size",
            });
        }
        let (infohash, mut files) = match (info.pieces, info.version) {
            (Some(pieces), 1) => {
                let files = info.v1_files(&name)?;
                v1::check_pieces(pieces, piece_length, &files)?;
                (Infohash::v1(bytes), files)
            }
            (Some(pieces), 2) => {
                let (v1, v2) = (info.v1_files(&name)?, info.v2_files(&name, piece_length)?);
                v1::check_pieces(pieces, piece_length, &v1)?;
                agree(&v1, &v2)?;
                (Infohash::v1(bytes), v1)
            }
            (None, 2) => (
                Infohash::v2_truncated(bytes),
                info.v2_files(&name, piece_length)?,
            ),
            (None, 1) => return Err(MetainfoError::Missing("info.pieces")),
            (_, other) => return Err(MetainfoError::UnknownVersion(other)),
        };
        if total_bytes(&files)? == 0 {
            return Err(MetainfoError::NoContent);
        }
        let mut taken = HashSet::with_capacity(files.len());
        for file in &mut files {
            if file.kind == FileKind::Regular {
                file.path = file.path.clone().made_unique(&mut taken);
            }
        }
        Ok(Self {
            infohash,
            deluge_id: if info.version == 2 {
                Infohash::v2_truncated(bytes)
            } else {
                infohash
            },
            name: name.as_str().to_owned(),
            files,
            piece_length,
            private: info.private,
            trackers,
        })
    }

    /// Bytes of everything that is content, padding left out.
    #[must_use]
    pub fn size_bytes(&self) -> u64 {
        self.content().map(|file| file.size_bytes).sum()
    }

    /// The files that are stored: no padding, no symlinks.
    pub fn content(&self) -> impl Iterator<Item = &MetainfoFile> {
        self.files
            .iter()
            .filter(|file| file.kind == FileKind::Regular)
    }
}

/// Every file's size together, padding included, as the piece hashes cover it.
fn total_bytes(files: &[MetainfoFile]) -> Result<u64, MetainfoError> {
    files
        .iter()
        .try_fold(0_u64, |sum, file| sum.checked_add(file.size_bytes))
        .filter(|sum| i64::try_from(*sum).is_ok())
        .ok_or(MetainfoError::TotalTooLarge)
}

/// The two halves of a hybrid torrent must name the same content in the same order (BEP 52).
fn agree(v1: &[MetainfoFile], v2: &[MetainfoFile]) -> Result<(), MetainfoError> {
    let content = |file: &&MetainfoFile| file.kind != FileKind::Padding;
    let same = v1.iter().filter(content).eq(v2.iter().filter(content));
    if same {
        Ok(())
    } else {
        Err(MetainfoError::HybridMismatch)
    }
}

/// The keys of a `.torrent` file that matter here, outside `info`.
struct Outer<'a> {
    info: Option<&'a [u8]>,
    trackers: Vec<String>,
}

impl<'a> Outer<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, MetainfoError> {
        let mut outer = Self {
            info: None,
            trackers: Vec::new(),
        };
        let mut tiers = Vec::new();
        read_dict(bytes, 0, "torrent", |key, value| {
            match (key, value) {
                (b"info", Object::Dict(info)) => {
                    outer.info = Some(info.into_raw().map_err(|_| Refusal::Bencode)?);
                }
                (b"info", _) => return Err(MetainfoError::NotADictionary("info").into()),
                (b"announce", Object::Bytes(url)) => outer.trackers.push(text(url)),
                (b"announce-list", Object::List(mut list)) => {
                    while let Some(tier) = list.next_object().map_err(|_| Refusal::Bencode)? {
                        let Object::List(mut tier) = tier else {
                            continue;
                        };
                        while let Some(url) = tier.next_object().map_err(|_| Refusal::Bencode)? {
                            if let Object::Bytes(url) = url {
                                tiers.push(text(url));
                            }
                        }
                    }
                }
                _ => {}
            }
            Ok(())
        })?;
        if !tiers.is_empty() {
            outer.trackers = tiers;
        }
        Ok(outer)
    }
}

/// The keys of an info dictionary that matter here, not yet checked against each other.
struct Info<'a> {
    name: Option<&'a [u8]>,
    piece_length: Option<u64>,
    pieces: Option<&'a [u8]>,
    length: Option<u64>,
    files: Option<Vec<v1::Entry<'a>>>,
    file_tree: Option<Vec<v2::Leaf<'a>>>,
    version: u64,
    private: bool,
}

impl<'a> Info<'a> {
    fn read(bytes: &'a [u8]) -> Result<Self, MetainfoError> {
        let mut info = Self {
            name: None,
            piece_length: None,
            pieces: None,
            length: None,
            files: None,
            file_tree: None,
            version: 1,
            private: false,
        };
        read_dict(bytes, 0, "info", |key, value| {
            match key {
                b"name.utf-8" => info.name = Some(bytes_of(&value, "info.name.utf-8")?),
                b"name" => info.name = info.name.or(Some(bytes_of(&value, "info.name")?)),
                b"piece length" => info.piece_length = Some(size_of(&value, "info.piece length")?),
                b"pieces" => info.pieces = Some(bytes_of(&value, "info.pieces")?),
                b"length" => info.length = Some(size_of(&value, "info.length")?),
                b"private" => info.private = matches!(value, Object::Integer("1")),
                b"meta version" => info.version = size_of(&value, "info.meta version")?,
                b"files" => info.files = Some(v1::read_files(value)?),
                b"file tree" => info.file_tree = Some(v2::read_tree(value)?),
                _ => {}
            }
            Ok(())
        })?;
        Ok(info)
    }

    fn v1_files(&self, name: &FilePath) -> Result<Vec<MetainfoFile>, MetainfoError> {
        v1::files(name, self.length, self.files.as_deref())
    }

    fn v2_files(
        &self,
        name: &FilePath,
        piece_length: u64,
    ) -> Result<Vec<MetainfoFile>, MetainfoError> {
        let tree = self
            .file_tree
            .as_deref()
            .ok_or(MetainfoError::Missing("info.file tree"))?;
        v2::files(name, piece_length, tree)
    }
}

/// Why reading stopped: our own finding, or the decoder's, whose place is looked up afterwards.
#[derive(Debug)]
enum Refusal {
    Bencode,
    Metainfo(MetainfoError),
}

impl From<MetainfoError> for Refusal {
    fn from(error: MetainfoError) -> Self {
        Self::Metainfo(error)
    }
}

/// Reads one dictionary that is all of `bytes`, giving each of its pairs to `each`.
fn read_dict<'a>(
    bytes: &'a [u8],
    base: usize,
    name: &'static str,
    mut each: impl FnMut(&'a [u8], Object<'_, 'a>) -> Result<(), Refusal>,
) -> Result<(), MetainfoError> {
    let mut decoder = bencode::decoder(bytes);
    let mut read = || -> Result<usize, Refusal> {
        let Some(Object::Dict(mut dict)) = decoder.next_object().map_err(|_| Refusal::Bencode)?
        else {
            return Err(MetainfoError::NotADictionary(name).into());
        };
        each_pair(&mut dict, &mut each)?;
        Ok(dict.into_raw().map_err(|_| Refusal::Bencode)?.len())
    };
    match read() {
        Ok(len) if len == bytes.len() => Ok(()),
        Ok(_) | Err(Refusal::Bencode) => Err(bencode::locate(bytes, base).into()),
        Err(Refusal::Metainfo(error)) => Err(error),
    }
}

fn each_pair<'a>(
    dict: &mut DictDecoder<'_, 'a>,
    mut each: impl FnMut(&'a [u8], Object<'_, 'a>) -> Result<(), Refusal>,
) -> Result<(), Refusal> {
    while let Some((key, value)) = dict.next_pair().map_err(|_| Refusal::Bencode)? {
        each(key, value)?;
    }
    Ok(())
}

fn bytes_of<'a>(value: &Object<'_, 'a>, key: &'static str) -> Result<&'a [u8], Refusal> {
    match value {
        Object::Bytes(bytes) => Ok(*bytes),
        _ => Err(MetainfoError::Invalid {
            key,
            expected: "a string",
        }
        .into()),
    }
}

fn size_of(value: &Object<'_, '_>, key: &'static str) -> Result<u64, Refusal> {
    let size = match value {
        Object::Integer(digits) => digits
            .parse()
            .ok()
            .filter(|size| i64::try_from(*size).is_ok()),
        _ => None,
    };
    size.ok_or_else(|| {
        MetainfoError::Invalid {
            key,
            expected: "a size in bytes",
        }
        .into()
    })
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
