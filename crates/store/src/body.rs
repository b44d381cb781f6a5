use std::collections::VecDeque;
use std::ops::Range;
use std::path::PathBuf;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};

use aws_sdk_s3::primitives::{ByteStream, Length, SdkBody};
use bytes::Bytes;
use http_body::{Body, Frame, SizeHint};

/// The bytes of one request: some range of a file on disk, with its CRC-32.
///
/// What was read already is sent from memory and let go piece by piece as it leaves, so that sending needs no
/// more memory than reading did. Is the request repeated, the range is read from disk again; S3 compares with
/// the CRC-32, so bytes that have changed meanwhile are refused.
#[derive(Debug, Clone)]
pub struct Content {
    path: Arc<PathBuf>,
    range: Range<u64>,
    crc32: u32,
    read: Arc<Mutex<Option<VecDeque<Bytes>>>>,
}

impl Content {
    /// `range` of the file at `path`. `read` are the same bytes, if they are in memory.
    #[must_use]
    pub fn new(
        path: Arc<PathBuf>,
        range: Range<u64>,
        crc32: u32,
        read: Option<VecDeque<Bytes>>,
    ) -> Self {
        Self {
            path,
            range,
            crc32,
            read: Arc::new(Mutex::new(read)),
        }
    }

    /// Lets go of what is in memory: it is read from disk when it is sent.
    pub fn forget(&mut self) {
        self.read = Arc::default();
    }

    /// Length in bytes.
    #[must_use]
    pub const fn size_bytes(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// The CRC-32 of all of it.
    #[must_use]
    pub const fn crc32(&self) -> u32 {
        self.crc32
    }

    /// The CRC-32 as S3 writes it.
    pub(crate) fn checksum(&self) -> String {
        crate::checksum::base64(self.crc32)
    }

    pub(crate) fn stream(&self) -> ByteStream {
        let content = self.clone();
        ByteStream::new(SdkBody::retryable(move || {
            SdkBody::from_body_1_x(Sending {
                left: content.size_bytes(),
                source: Source::Unopened(content.clone()),
            })
        }))
    }
}

type Opening = Pin<Box<dyn Future<Output = Result<SdkBody, BoxError>> + Send + Sync>>;
type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// One attempt. The SDK makes the body of the next attempt ahead, so the source is chosen at the first poll.
struct Sending {
    left: u64,
    source: Source,
}

enum Source {
    Unopened(Content),
    Memory(VecDeque<Bytes>),
    Opening(Opening),
    Disk(SdkBody),
}

impl Source {
    fn open(content: &Content) -> Self {
        let mut read = content.read.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(chunks) = read.take() {
            return Self::Memory(chunks);
        }
        let (path, range) = (Arc::clone(&content.path), content.range.clone());
        Self::Opening(Box::pin(async move {
            let file = ByteStream::read_from()
                .path(path.as_path())
                .offset(range.start)
                .length(Length::Exact(range.end - range.start))
                .buffer_size(256 * 1024);
            Ok(file.build().await?.into_inner())
        }))
    }
}

impl Body for Sending {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        task: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        loop {
            let this = &mut *self;
            match &mut this.source {
                Source::Unopened(content) => this.source = Source::open(content),
                Source::Memory(chunks) => {
                    let chunk = chunks.pop_front();
                    this.left -= chunk.as_ref().map_or(0, |chunk| chunk.len() as u64);
                    return Poll::Ready(chunk.map(|chunk| Ok(Frame::data(chunk))));
                }
                Source::Opening(opening) => match opening.as_mut().poll(task) {
                    Poll::Ready(Ok(body)) => this.source = Source::Disk(body),
                    Poll::Ready(Err(error)) => return Poll::Ready(Some(Err(error))),
                    Poll::Pending => return Poll::Pending,
                },
                Source::Disk(body) => return Pin::new(body).poll_frame(task),
            }
        }
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.left)
    }
}
