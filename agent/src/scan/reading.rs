use std::collections::VecDeque;
use std::fs::File;
use std::io::{self, Read};
use std::ops::Range;
use std::path::PathBuf;
use std::sync::Arc;

use bytes::Bytes;

use super::Scan;
use crate::buffers::BUFFER_BYTES;
use crate::fault::Fault;
use crate::sums::{Summing, Sums};

/// What fits into so many bytes is copied out of its buffer, which then is free for the next file.
const COPIED_BYTES_MAX: usize = BUFFER_BYTES / 4;

/// A file that is read from its start to its end.
pub(super) struct OpenFile {
    pub(super) path: Arc<PathBuf>,
    file: File,
    /// What it is called in the torrent.
    name: String,
    size_bytes: u64,
}

impl OpenFile {
    fn new(path: Arc<PathBuf>, name: String, size_bytes: u64) -> Result<Self, Fault> {
        let unreadable = |error: io::Error| Fault::Content(unreadable(&name, &error));
        let file = File::open(path.as_path()).map_err(unreadable)?;
        let this = Self {
            path,
            file,
            name,
            size_bytes,
        };
        this.end()?;
        Ok(this)
    }

    /// Checks that the file is as long as the torrent says, before it is read and after.
    pub(super) fn end(&self) -> Result<(), Fault> {
        let found = match self.file.metadata() {
            Ok(metadata) => metadata.len(),
            Err(error) => return Err(Fault::Content(unreadable(&self.name, &error))),
        };
        if found == self.size_bytes {
            return Ok(());
        }
        let (name, wanted) = (&self.name, self.size_bytes);
        Err(Fault::Content(format!(
            "{name} has {found} bytes on disk, not {wanted}"
        )))
    }

    fn fill(&mut self, space: &mut [u8]) -> Result<(), Fault> {
        let read = self.file.read_exact(space);
        read.map_err(|error| match error.kind() {
            io::ErrorKind::UnexpectedEof => {
                Fault::Content(format!("{} became shorter while it was read", self.name))
            }
            _ => Fault::Content(unreadable(&self.name, &error)),
        })
    }
}

fn unreadable(name: &str, error: &io::Error) -> String {
    format!("{name} cannot be read: {error}")
}

impl Scan<'_> {
    pub(super) fn open(&self, index: usize) -> Result<OpenFile, Fault> {
        let file = &self.source.metainfo.files[index];
        OpenFile::new(
            self.source.disk(index),
            file.path.to_string(),
            file.size_bytes,
        )
    }

    /// Reads and checks the next bytes of a file; keeps them in memory if `keep`.
    pub(super) fn read(
        &mut self,
        file: &mut OpenFile,
        range: Range<u64>,
        with_md5: bool,
        keep: bool,
    ) -> Result<(Sums, Option<VecDeque<Bytes>>), Fault> {
        let mut sums = Summing::new(with_md5);
        let mut chunks = VecDeque::new();
        let mut left = usize::try_from(range.end - range.start).unwrap_or(usize::MAX);
        while left > 0 {
            if self.shared.is_stopped() {
                return Err(Fault::Stopped);
            }
            let mut buffer = self.shared.buffers.take();
            let len = left.min(BUFFER_BYTES);
            self.shared.pace.wait(len);
            let space = &mut buffer.space()[..len];
            let spent = &self.shared.spent;
            spent.reading(|| file.fill(space))?;
            let checked = spent.hashing(|| {
                sums.update(space);
                self.check.update(space)
            });
            if let Err(fault) = checked {
                self.let_go();
                self.fail_held(&fault);
                return Err(fault);
            }
            if !self.held.is_empty() {
                self.let_go();
            }
            left -= len;
            if keep && len <= COPIED_BYTES_MAX {
                chunks.push_back(Bytes::copy_from_slice(&buffer.space()[..len]));
            } else if keep {
                chunks.push_back(buffer.filled(len));
            }
        }
        Ok((sums.finish(), keep.then_some(chunks)))
    }
}
