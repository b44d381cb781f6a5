use std::sync::atomic::{AtomicU64, Ordering};

/// Bytes of one torrent that are in S3, counted as they arrive there.
#[derive(Debug, Default)]
pub(crate) struct Progress {
    stored_bytes: AtomicU64,
}

impl Progress {
    /// Counts on from `stored_bytes`.
    pub(crate) fn from(stored_bytes: u64) -> Self {
        Self {
            stored_bytes: AtomicU64::new(stored_bytes),
        }
    }

    pub(crate) fn stored(&self, bytes: u64) {
        self.stored_bytes.fetch_add(bytes, Ordering::Relaxed);
    }

    pub(crate) fn stored_bytes(&self) -> u64 {
        self.stored_bytes.load(Ordering::Relaxed)
    }
}
