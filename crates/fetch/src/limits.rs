use std::time::Duration;

use torrent::TORRENT_BYTES_MAX;

/// How long, how much and how far.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For a fetch as a whole: lookups, connections, every hop, the last byte.
    pub total: Duration,
    /// For one TCP connection to one of a host's addresses, so that the next can be tried. Part of
    /// `total`.
    pub connect: Duration,
    /// The largest file that is read, in bytes.
    pub bytes: usize,
    /// How many redirects are followed; one more is an error.
    pub redirects: u32,
}

impl Default for Limits {
    /// 10 s, 3 s of it for a connection; the largest `.torrent` that is read; 5 redirects.
    fn default() -> Self {
        Self {
            total: Duration::from_secs(10),
            connect: Duration::from_secs(3),
            bytes: TORRENT_BYTES_MAX,
            redirects: 5,
        }
    }
}
