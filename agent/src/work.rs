use store::{Checksum, Content, MultipartUpload, SentPart, StoredPart};
use tokio::sync::{OwnedSemaphorePermit, mpsc};

use crate::fault::Fault;

/// A file to be read, and what S3 has of it.
#[derive(Debug)]
pub(crate) struct Work {
    /// Its place in the torrent's list.
    pub(crate) index: usize,
    pub(crate) known: Known,
}

/// What S3 has of a file.
#[derive(Debug)]
pub(crate) enum Known {
    Nothing,
    /// An object of its size.
    Object(Checksum),
    /// An upload that broke off.
    Parts(MultipartUpload, Vec<StoredPart>),
}

/// What came of reading a file.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) index: usize,
    pub(crate) what: Finding,
}

#[derive(Debug)]
pub(crate) enum Finding {
    /// All of it, verified, to be sent in one request.
    Whole(Content, OwnedSemaphorePermit),
    /// Its parts follow.
    Parts(Option<MultipartUpload>, mpsc::Receiver<PartFound>),
    /// Verified, and S3 has the same bytes.
    Stored { crc32: u32 },
    /// Nothing of it may become visible.
    Failed(Fault),
}

/// One step of a file that goes up in parts.
#[derive(Debug)]
pub(crate) enum PartFound {
    /// S3 has this part already.
    Stored(SentPart, u64),
    /// To be sent.
    Read(u16, Content, OwnedSemaphorePermit),
    /// All parts were there, and every piece of the file is the torrent's.
    Verified {
        crc32: u32,
    },
    Failed(Fault),
}
