//! Sample content: files that somebody made up, the same in every run.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

/// A file of a sample, below the sample's folder.
#[derive(Debug, Clone)]
pub struct SampleFile {
    /// With `/` between folders.
    pub path: &'static str,
    /// Length.
    pub bytes: usize,
}

/// Folders, spaces, letters that are not ASCII, characters that links must escape, an empty file.
pub const ALBUM: &[SampleFile] = &[
    SampleFile {
        path: "read me first.txt",
        bytes: 1_234,
    },
    SampleFile {
        path: "music/01 Ætherische Übung.ogg",
        bytes: 2_500_000,
    },
    SampleFile {
        path: "music/02 100% & more #2.ogg",
        bytes: 1_800_003,
    },
    SampleFile {
        path: "pictures/a+b = ü?.jpg",
        bytes: 321_987,
    },
    SampleFile {
        path: "pictures/nothing.png",
        bytes: 0,
    },
];

/// Writes a sample's files below `folder` and returns it.
///
/// # Errors
/// When a file cannot be written.
pub fn write(folder: &Path, files: &[SampleFile]) -> Result<PathBuf> {
    for (number, file) in files.iter().enumerate() {
        let path = folder.join(file.path);
        let parent = path.parent().unwrap_or(folder);
        fs::create_dir_all(parent).with_context(|| parent.display().to_string())?;
        fs::write(&path, noise(file.bytes, number)).with_context(|| path.display().to_string())?;
    }
    Ok(folder.to_owned())
}

/// Bytes that look like nothing: no two pieces are alike, so a piece in the wrong place is noticed.
fn noise(bytes: usize, seed: usize) -> Vec<u8> {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64 ^ (seed as u64 + 1);
    let mut noise = Vec::with_capacity(bytes + 8);
    while noise.len() < bytes {
        // xorshift64 (Marsaglia, 2003).
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        noise.extend_from_slice(&state.to_le_bytes());
    }
    noise.truncate(bytes);
    noise
}
