use hashbrown::HashSet;

use crate::file_path::{TakenPaths, is_nothing};
use crate::{FilePath, Infohash};

mod error;
mod info;
mod layers;
mod outer;
mod pieces;
mod v1;
mod v2;

pub use error::MetainfoError;
use info::Info;
use outer::Outer;
use v2::Tree;

/// The largest `.torrent` file that is read, in bytes. A torrent of 100,000 files has about 4 MB.
pub const TORRENT_BYTES_MAX: usize = 10 * 1024 * 1024;

/// The most files that a torrent may have, files of padding not counted.
pub const TORRENT_FILES_MAX: usize = 100_000;

/// All paths of a torrent together, in bytes: what a function's memory holds with room to spare.
const PATHS_BYTES_MAX: usize = 64 * 1024 * 1024;

/// BEP 52: a piece is a power of two and at least one block.
const BLOCK_BYTES: u64 = 16 * 1024;

// Beyond these libtorrent refuses.
const PIECE_LENGTH_MAX: u64 = 0x7fff * BLOCK_BYTES;
const PIECES_MAX: u64 = 0x20_0000;
const FILE_BYTES_MAX: u64 = (i32::MAX as u64 / 2) * BLOCK_BYTES - 1;
const TOTAL_BYTES_MAX: u64 = (1 << 48) - 1;

/// Bytes of a SHA-1 in `pieces`.
const HASH_BYTES: u64 = 20;

/// What a `.torrent` file says, checked (BEP 3, BEP 52).
///
/// What libtorrent refuses is refused here too, so that nothing is queued that Deluge will not take;
/// `tests/libtorrent.rs` names where this is stricter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Metainfo {
    /// The identity of the torrent, from the original bytes of its info dictionary.
    pub infohash: Infohash,
    /// How Deluge calls the torrent when it is added by its file: libtorrent 2 prefers the truncated v2 hash,
    /// also for hybrid torrents. Added by its magnet link, it goes by [`Self::infohash`].
    pub deluge_id: Infohash,
    /// The torrent's own name, cleaned as one path component; a stranger's words all the same.
    pub name: String,
    /// In the order in which Deluge numbers them: for v2 torrents with the files of padding that libtorrent
    /// puts between the files of the tree.
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
    /// Below the torrent's root, its top folder included; unique among the files that are not padding.
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
        let trackers = outer.trackers();
        let mut info = outer.info;
        let has_v1 = info.has_v1();
        if let Some(version) = u64::try_from(info.version).ok().filter(|known| *known > 2) {
            return Err(MetainfoError::UnknownVersion(version));
        }
        let piece_length = piece_length(&info)?;
        let raw_name = info.name.ok_or(MetainfoError::Missing("info.name"))?;
        let name = FilePath::from_components([raw_name]);
        let mut files = if info.version < 2 {
            v1_only(&mut info, &name)?
        } else {
            let tree = info.tree.take();
            let tree = tree.ok_or(MetainfoError::Missing("info.file tree"))?;
            if let Some(layers) = &outer.piece_layers {
                layers.check(&tree.leaves, piece_length)?;
            }
            v2_or_hybrid(&mut info, &tree, &name, piece_length)?
        };
        check_sizes(&info, &files, piece_length)?;
        set_apart(&mut files);
        let v1 = has_v1.then(|| Infohash::v1(info.raw));
        let v2 = || Infohash::v2_truncated(info.raw);
        let infohash = v1.unwrap_or_else(v2);
        Ok(Self {
            infohash,
            deluge_id: if info.version == 2 { v2() } else { infohash },
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

fn piece_length(info: &Info<'_>) -> Result<u64, MetainfoError> {
    let invalid = |expected| MetainfoError::Invalid {
        key: "info.piece length",
        expected,
    };
    let length = info
        .piece_length
        .ok_or(MetainfoError::Missing("info.piece length"))?;
    let length = u64::try_from(length).unwrap_or_default();
    if !(1..=PIECE_LENGTH_MAX).contains(&length) {
        return Err(invalid("a usable size"));
    }
    if info.version == 2 && (!length.is_power_of_two() || length < BLOCK_BYTES) {
        return Err(invalid("a power of two of at least 16 KiB"));
    }
    Ok(length)
}

fn v1_only(info: &mut Info<'_>, name: &FilePath) -> Result<Vec<MetainfoFile>, MetainfoError> {
    if info.pieces.is_none() {
        return Err(MetainfoError::Missing("info.pieces"));
    }
    if info.tree.is_some() {
        return Err(MetainfoError::Missing("info.meta version"));
    }
    v1_files(info, name)
}

fn v1_files(info: &mut Info<'_>, name: &FilePath) -> Result<Vec<MetainfoFile>, MetainfoError> {
    if let Some(files) = info.files.take() {
        return files.below(name);
    }
    if info
        .name
        .is_none_or(|name| name.is_empty() || is_nothing(name))
    {
        return Err(MetainfoError::Missing("info.name"));
    }
    Ok(vec![v1::single(name, info.length, info.attributes)?])
}

fn v2_or_hybrid(
    info: &mut Info<'_>,
    tree: &Tree<'_>,
    name: &FilePath,
    piece_length: u64,
) -> Result<Vec<MetainfoFile>, MetainfoError> {
    let has_v1 = info.has_v1();
    let single = tree.only.filter(|_| info.files.is_none());
    if single.is_some_and(is_nothing_below_root) {
        return Err(MetainfoError::Missing("info.name"));
    }
    let root = if single.is_some() { None } else { Some(name) };
    let mut files = tree.files(root, piece_length);
    if has_v1 {
        let v1 = v1_files(info, name)?;
        // libtorrent compares nothing with an empty list.
        if !v1.is_empty() && !v2::agree(&v1, &mut files) {
            return Err(MetainfoError::HybridMismatch);
        }
    }
    Ok(files)
}

/// As [`is_nothing`], for a name in a file tree, which may start with `/`.
fn is_nothing_below_root(name: &[u8]) -> bool {
    let start = name.iter().position(|byte| *byte != b'/');
    start.is_some_and(|start| is_nothing(&name[start..]))
}

/// There must be content, not too much of it, and just one SHA-1 for every piece that it fills.
fn check_sizes(
    info: &Info<'_>,
    files: &[MetainfoFile],
    piece_length: u64,
) -> Result<(), MetainfoError> {
    let sizes = files.iter().map(|file| file.size_bytes);
    let total = sizes
        .into_iter()
        .try_fold(0_u64, u64::checked_add)
        .filter(|total| *total <= TOTAL_BYTES_MAX)
        .ok_or(MetainfoError::TotalTooLarge)?;
    let expected = total.div_ceil(piece_length);
    if expected > PIECES_MAX {
        return Err(MetainfoError::TooManyPieces(expected));
    }
    if let Some(pieces) = info.pieces {
        let bytes = pieces.len() as u64;
        if !bytes.is_multiple_of(HASH_BYTES) {
            return Err(MetainfoError::Invalid {
                key: "info.pieces",
                expected: "a multiple of 20 bytes long",
            });
        }
        let found = bytes / HASH_BYTES;
        if found != expected {
            return Err(MetainfoError::PieceCount { found, expected });
        }
    }
    if total == 0 || files.iter().all(|file| file.kind != FileKind::Regular) {
        return Err(MetainfoError::NoContent);
    }
    Ok(())
}

/// A length as bencode has it, as a size.
fn size(length: Option<i64>, key: &'static str) -> Result<u64, MetainfoError> {
    let length = length.ok_or(MetainfoError::Missing(key))?;
    let size = u64::try_from(length).ok();
    size.filter(|size| *size <= FILE_BYTES_MAX)
        .ok_or(MetainfoError::Invalid {
            key,
            expected: "a size in bytes",
        })
}

/// Gives every file a path of its own.
fn set_apart(files: &mut [MetainfoFile]) {
    if all_differ(files) {
        return;
    }
    let mut taken = TakenPaths::default();
    for file in files {
        if file.kind != FileKind::Padding {
            file.path = taken.take(file.path.clone());
        }
    }
}

fn all_differ(files: &[MetainfoFile]) -> bool {
    let real = files.iter().filter(|file| file.kind != FileKind::Padding);
    let mut paths = real.map(|file| &file.path);
    // Most torrents are sorted, and what ascends has nothing twice.
    if paths.clone().is_sorted_by(|a, b| a < b) {
        return true;
    }
    let mut seen = HashSet::with_capacity(files.len());
    paths.all(|path| seen.insert(path))
}
