use std::fs::{File, OpenOptions, TryLockError};
use std::io::{Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::{fs, io};

use crate::failure::Failure;

/// A file on its way. Beside it stands the `ETag` that its bytes belong to, so that no rest of another file is
/// ever joined to them.
#[derive(Debug)]
pub(super) struct Partial {
    file: File,
    path: PathBuf,
    etag: Option<String>,
    len: u64,
}

impl Partial {
    pub(super) fn open(path: PathBuf) -> Result<Self, Failure> {
        let open = || {
            if let Some(folder) = path.parent() {
                fs::create_dir_all(folder)?;
            }
            let file = OpenOptions::new()
                .read(true)
                .write(true)
                .create(true)
                .truncate(false)
                .open(&path)?;
            let len = file.metadata()?.len();
            Ok((file, len))
        };
        let (file, len) = open().map_err(|error| disk(&path, &error))?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => {
                let detail = "another torrent2s3 is downloading it right now";
                return Err(Failure::failed("locked", detail));
            }
            Err(TryLockError::Error(error)) => return Err(disk(&path, &error)),
        }
        let etag = fs::read_to_string(etag_path(&path)).ok();
        Ok(Self {
            file,
            path,
            etag,
            len,
        })
    }

    /// Bytes that are there.
    pub(super) const fn len(&self) -> u64 {
        self.len
    }

    /// From where to go on, and the `ETag` that must still hold; `None` means from the start.
    ///
    /// When all is there its last byte is fetched again, to hear whether the file is still the same.
    pub(super) fn rest(&self, size_bytes: u64) -> Option<(u64, &str)> {
        let from = self.len.min(size_bytes.saturating_sub(1));
        self.etag
            .as_deref()
            .filter(|_| from > 0)
            .map(|etag| (from, etag))
    }

    /// Whether the bytes that are there belong to this `ETag`.
    pub(super) fn belongs_to(&self, etag: &str) -> bool {
        self.etag.as_deref() == Some(etag)
    }

    /// Starts again with nothing, as the file with this `ETag`; without one it cannot go on later.
    pub(super) fn restart(&mut self, etag: Option<&str>) -> Result<(), Failure> {
        // Weak ones (RFC 9110, 8.8.1) promise nothing about bytes.
        let etag = etag.filter(|etag| etag.starts_with('"'));
        let path = etag_path(&self.path);
        self.cut(0)?;
        let written = match etag {
            Some(etag) => fs::write(&path, etag),
            None => fs::remove_file(&path).or_else(|error| {
                if error.kind() == io::ErrorKind::NotFound {
                    Ok(())
                } else {
                    Err(error)
                }
            }),
        };
        written.map_err(|error| disk(&path, &error))?;
        self.etag = etag.map(str::to_owned);
        Ok(())
    }

    /// Keeps the first `len` bytes; the next are written after them.
    pub(super) fn cut(&mut self, len: u64) -> Result<(), Failure> {
        let cut = self
            .file
            .set_len(len)
            .and_then(|()| self.file.seek(SeekFrom::Start(len)));
        cut.map_err(|error| disk(&self.path, &error))?;
        self.len = len;
        Ok(())
    }

    pub(super) fn append(&mut self, bytes: &[u8]) -> Result<(), Failure> {
        self.file
            .write_all(bytes)
            .map_err(|error| disk(&self.path, &error))?;
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Gives the file its name.
    pub(super) fn finish(self, target: &Path) -> Result<(), Failure> {
        let finish = || {
            if let Some(folder) = target.parent() {
                fs::create_dir_all(folder)?;
            }
            fs::rename(&self.path, target)
        };
        finish().map_err(|error| disk(target, &error))?;
        // Left behind it does no harm: the next file with this name in the folder starts with another.
        let _ = fs::remove_file(etag_path(&self.path));
        Ok(())
    }
}

fn etag_path(path: &Path) -> PathBuf {
    path.with_extension("etag")
}

fn disk(path: &Path, error: &io::Error) -> Failure {
    Failure::failed("disk", format!("{}: {error}", path.display()))
}
