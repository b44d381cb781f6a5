use std::ops::Range;

use torrent::{PieceStream, V1Hashes};

use super::border::{Border, read_across};
use crate::fault::Fault;
use crate::source::Source;

/// Checks pieces that run across the borders of files.
///
/// Where the next file to be read is not the next one of the torrent, the bytes between are read from disk
/// just for the piece. Where they are not on this machine, as of a file that nobody wants, the piece cannot
/// be checked here, and Deluge's word for it is taken.
pub(super) struct Across<'a> {
    hashes: &'a V1Hashes,
    /// Ahead of `position` when the piece at `position` cannot be checked.
    stream: Option<PieceStream<'a>>,
    /// Where the next bytes are in the torrent.
    position: u64,
    verified: u64,
}

impl<'a> Across<'a> {
    pub(super) const fn new(hashes: &'a V1Hashes) -> Self {
        Self {
            hashes,
            stream: None,
            position: 0,
            verified: 0,
        }
    }

    pub(super) const fn verified(&self) -> u64 {
        self.verified
    }

    /// Whether the piece that is begun reaches up to `offset`.
    pub(super) fn continues_at(&self, offset: u64) -> bool {
        self.stream.as_ref().is_some_and(|stream| {
            let at = stream.position();
            at >= offset && self.position <= offset
                || at < offset && self.hashes.piece_at(offset).start < at
        })
    }

    pub(super) fn begin(
        &mut self,
        offset: u64,
        source: &Source,
        offsets: &[u64],
    ) -> Result<(), Fault> {
        let continues = self.continues_at(offset);
        let piece = self.hashes.piece_at(offset);
        let mut stream = match self.stream.take() {
            Some(stream) if continues => stream,
            _ => self.hashes.stream(piece.start),
        };
        self.position = offset;
        let gap = stream.position()..offset;
        if let Err(border) = feed(&mut stream, gap, source, offsets) {
            let fault = border.into_fault()?;
            tracing::info!(piece = ?piece, "a piece is taken on Deluge's word: {fault}");
            stream = self.hashes.stream(piece.end);
        }
        self.verified = stream.verified().min(offset);
        self.stream = Some(stream);
        Ok(())
    }

    pub(super) fn update(&mut self, bytes: &[u8]) -> Result<(), Fault> {
        let start = self.position;
        self.position += bytes.len() as u64;
        let Some(stream) = &mut self.stream else {
            return Ok(());
        };
        let ahead = usize::try_from(stream.position().saturating_sub(start)).unwrap_or(usize::MAX);
        let Some(bytes) = bytes.get(ahead..) else {
            self.verified = self.position;
            return Ok(());
        };
        if let Err(piece) = stream.update(bytes) {
            self.stream = None;
            // What came before it in the same bytes is right.
            self.verified = self.hashes.start_of(piece);
            return Err(Fault::Content(piece.to_string()));
        }
        self.verified = stream.verified().min(self.position);
        Ok(())
    }

    pub(super) fn settle(&mut self, source: &Source, offsets: &[u64]) -> Result<(), Fault> {
        let Some(mut stream) = self.stream.take() else {
            return Ok(());
        };
        let at = stream.position();
        let piece = self.hashes.piece_at(at);
        if at > piece.start
            && at <= self.position
            && let Err(border) = feed(&mut stream, at..piece.end, source, offsets)
        {
            let fault = border.into_fault()?;
            tracing::info!(piece = ?piece, "a piece is taken on Deluge's word: {fault}");
        }
        self.verified = self.position;
        Ok(())
    }
}

fn feed(
    stream: &mut PieceStream<'_>,
    range: Range<u64>,
    source: &Source,
    offsets: &[u64],
) -> Result<(), Border> {
    read_across(source, offsets, range, |bytes| stream.update(bytes))
}
