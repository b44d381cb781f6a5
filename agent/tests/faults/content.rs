use std::fs;
use std::path::{Path, PathBuf};

use xtask::{SeedRequest, Swarm, TorrentVersion};

const MIB: usize = 1 << 20;

/// Small enough that pieces end inside files and files end inside pieces.
const PIECE_BYTES: u32 = 256 << 10;

/// A file of 3 parts, one of exactly 2, one of exactly 1 and small ones, with an empty one among them.
pub(crate) const FILM: &str = "film.bin";
pub(crate) const TWO_PARTS: &str = "two parts.bin";
pub(crate) const NOTE: &str = "notes/03.txt";
/// One page, as long as the kernel says that its own files are.
pub(crate) const PAGE: &str = "page.bin";
const SMALL_FILES: usize = 20;

/// A torrent as a client leaves it on disk.
#[derive(Debug, Clone)]
pub(crate) struct Content {
    /// The client's save path.
    pub(crate) dir: PathBuf,
    pub(crate) torrent: PathBuf,
}

impl Content {
    const NAME: &str = "content";

    /// Writes the files and has libtorrent make the torrent.
    pub(crate) fn make(folder: &Path, version: TorrentVersion, swarm: &mut Swarm) -> Self {
        let dir = folder.join("downloads");
        let content = Self {
            torrent: folder.join("content.torrent"),
            dir,
        };
        let mut files = vec![
            (FILM.to_owned(), 34 * MIB + 12_345),
            (TWO_PARTS.to_owned(), 32 * MIB),
            ("one part.bin".to_owned(), 16 * MIB),
            ("empty.txt".to_owned(), 0),
            (PAGE.to_owned(), 4096),
        ];
        files.extend((0..SMALL_FILES).map(|n| (format!("notes/{n:02}.txt"), 1 + n * 3_001)));
        for (seed, (path, bytes)) in files.iter().enumerate() {
            let path = content.file(path);
            fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            fs::write(path, noise(*bytes, seed as u64)).expect("a file");
        }
        let mut request = SeedRequest::new(&content.dir.join(Self::NAME), &content.torrent);
        request.version = version;
        request.piece_size = Some(PIECE_BYTES);
        swarm.seed(&request).expect("libtorrent makes a torrent");
        content
    }

    /// Another copy of the files, to be spoilt.
    pub(crate) fn copy(&self, folder: &Path) -> Self {
        let copy = Self {
            dir: folder.to_owned(),
            torrent: self.torrent.clone(),
        };
        copy_folder(&self.dir, folder);
        copy
    }

    /// One of its files on disk.
    pub(crate) fn file(&self, path: &str) -> PathBuf {
        self.dir.join(Self::NAME).join(path)
    }
}

fn copy_folder(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("a folder") {
        let entry = entry.expect("an entry");
        let to = to.join(entry.file_name());
        if entry.file_type().expect("its type").is_dir() {
            copy_folder(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).expect("a copy");
        }
    }
}

/// xorshift64 (Marsaglia, 2003).
fn noise(bytes: usize, seed: u64) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15 ^ (seed + 1);
    let mut noise = Vec::with_capacity(bytes + 8);
    while noise.len() < bytes {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.extend_from_slice(&state.to_le_bytes());
    }
    noise.truncate(bytes);
    noise
}
