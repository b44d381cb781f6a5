use std::fs::{self, File};
use std::io::Write;
use std::path::Path;

use anyhow::{Context, Result};

const BLOCK: usize = 1 << 20;

/// Writes `files` files of `bytes` bytes each, none like another and none that can be compressed.
pub(crate) fn write(folder: &Path, files: u64, bytes: u64) -> Result<()> {
    fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut block = vec![0; BLOCK];
    for number in 0..files {
        let path = folder.join(format!("{number:05}.bin"));
        let mut file = File::create(&path).with_context(|| path.display().to_string())?;
        let mut left = bytes;
        while left > 0 {
            fill(&mut block, &mut state);
            let length = left.min(BLOCK as u64);
            file.write_all(&block[..usize::try_from(length)?])
                .with_context(|| path.display().to_string())?;
            left -= length;
        }
    }
    Ok(())
}

/// xorshift64 (Marsaglia, 2003).
fn fill(block: &mut [u8], state: &mut u64) {
    for word in block.chunks_exact_mut(8) {
        *state ^= *state << 13;
        *state ^= *state >> 7;
        *state ^= *state << 17;
        word.copy_from_slice(&state.to_le_bytes());
    }
}
