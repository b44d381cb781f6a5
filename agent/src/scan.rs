//! Reads files, each byte once and in the torrent's order, and lets them go on when they are verified.
//!
//! A thread of its own: reading blocks, and hashing takes as long as sending. Everything that can wait for
//! the network waits here, before the next read.

mod across;
mod border;
mod check;
mod part_file;
mod reading;
#[cfg(test)]
mod tests;

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use store::{Checksum, Content, MultipartUpload, SentPart, StoredPart};
use tokio::runtime::Handle;
use tokio::sync::{OwnedSemaphorePermit, Semaphore, mpsc};
use torrent::PartPlan;

use crate::buffers::Buffers;
use crate::fault::Fault;
use crate::pace::Pace;
use crate::source::Source;
use crate::spent::Spent;
use crate::sums::{Sums, combined, needs_md5, proves, proves_composite};
use crate::work::{Finding, Found, Known, PartFound, Work};
use check::Check;

/// Bytes of verified-but-for-a-piece files that are kept in memory; more is read again when it is sent.
const HELD_BYTES_MAX: u64 = 8 * 1024 * 1024;

/// A part over this is read, and then read again while it is sent: only files over 240 GiB have such parts.
const PART_IN_MEMORY_MAX: u64 = 24 * 1024 * 1024;

/// One pass over some files of one torrent.
pub(crate) struct Scan<'a> {
    source: &'a Source,
    shared: &'a Shared,
    check: Check<'a>,
    /// Read to the end, the oldest first, and not let go: their last piece is not complete yet.
    held: VecDeque<Held>,
    held_bytes: u64,
}

/// What one permit of [`Shared::requests`] is for.
const PERMIT_BYTES: u64 = 2 << 20;

/// A part of the usual 16 MiB; larger ones, of files beyond 156 GiB, need no more.
const PERMITS_PER_REQUEST_MAX: u32 = 8;

/// What a scan needs of the rest of the agent.
pub(crate) struct Shared {
    pub(crate) buffers: Buffers,
    /// Permits for requests with file data: as many as they have [`PERMIT_BYTES`], but no more than
    /// [`PERMITS_PER_REQUEST_MAX`].
    pub(crate) requests: Arc<Semaphore>,
    pub(crate) found: mpsc::Sender<Found>,
    pub(crate) stop: Arc<AtomicBool>,
    pub(crate) pace: Arc<Pace>,
    pub(crate) spent: Arc<Spent>,
    pub(crate) runtime: Handle,
}

struct Held {
    index: usize,
    /// Where it ends in the torrent.
    end: u64,
    in_memory: u64,
    ready: Ready,
}

enum Ready {
    Whole(Content),
    Parts(mpsc::Sender<PartFound>, u32),
    Stored(u32),
}

/// Reads what comes through `work` until there is no more.
pub(crate) fn scan(source: &Source, shared: &Shared, mut work: mpsc::Receiver<Work>) {
    let mut scan = Scan {
        source,
        shared,
        check: Check::new(source),
        held: VecDeque::new(),
        held_bytes: 0,
    };
    while let Some(work) = work.blocking_recv() {
        scan.file(work);
        if shared.is_stopped() {
            break;
        }
    }
    scan.settle();
}

impl Shared {
    fn is_stopped(&self) -> bool {
        self.stop.load(Ordering::Relaxed) || self.found.is_closed()
    }

    /// Waits for a request with this content to be allowed.
    fn permit(&self, content: &Content) -> Result<OwnedSemaphorePermit, Fault> {
        let permits = content.size_bytes().div_ceil(PERMIT_BYTES);
        let permits = u32::try_from(permits)
            .unwrap_or(u32::MAX)
            .clamp(1, PERMITS_PER_REQUEST_MAX);
        let permit = Arc::clone(&self.requests).acquire_many_owned(permits);
        self.runtime.block_on(permit).map_err(|_| Fault::Stopped)
    }
}

impl Scan<'_> {
    fn file(&mut self, work: Work) {
        let index = work.index;
        if !self.check.continues_in(index) {
            self.settle();
        }
        if let Err(fault) = self.check.begin(index) {
            self.fail_held(&fault);
            self.found(index, Finding::Failed(fault));
            return;
        }
        if let Err(fault) = self.read_file(index, work.known) {
            self.found(index, Finding::Failed(fault));
            self.settle();
        }
    }

    fn read_file(&mut self, index: usize, known: Known) -> Result<(), Fault> {
        let plan = PartPlan::new(self.source.metainfo.files[index].size_bytes);
        match known {
            Known::Object(known) if plan.is_single() => self.whole(index, Some(&known)),
            _ if plan.is_single() => self.whole(index, None),
            Known::Nothing => self.parts(index, plan, None),
            Known::Parts(upload, stored) => self.parts(index, plan, Some((upload, stored))),
            Known::Object(known) => {
                if self.compare(index, plan, &known)? {
                    return Ok(());
                }
                // Other bytes than S3 has: once more from the start, to be sent this time.
                self.settle();
                self.check.begin(index)?;
                self.parts(index, plan, None)
            }
        }
    }

    /// Ends a piece whose other bytes will not come by.
    fn settle(&mut self) {
        let settled = self.check.settle();
        self.let_go();
        if let Err(fault) = settled {
            self.fail_held(&fault);
        }
    }

    /// A file that goes up in one request: it is held until its last piece is verified.
    fn whole(&mut self, index: usize, known: Option<&Checksum>) -> Result<(), Fault> {
        let mut file = self.open(index)?;
        let size = self.source.metainfo.files[index].size_bytes;
        let keep = size <= PART_IN_MEMORY_MAX;
        let with_md5 = known.is_some_and(needs_md5);
        let (sums, chunks) = self.read(&mut file, 0..size, with_md5, keep)?;
        file.end()?;
        let ready = if known.is_some_and(|known| proves(known, &sums)) {
            Ready::Stored(sums.crc32)
        } else {
            Ready::Whole(Content::new(file.path, 0..size, sums.crc32, chunks))
        };
        self.hold(index, ready, size);
        Ok(())
    }

    /// A file that goes up in parts: they go as they are read, its completion is held.
    fn parts(
        &mut self,
        index: usize,
        plan: PartPlan,
        resumed: Option<(MultipartUpload, Vec<StoredPart>)>,
    ) -> Result<(), Fault> {
        let opened = self.open(index);
        if resumed.is_none() && opened.is_err() {
            return opened.map(drop);
        }
        let (upload, stored) = resumed.unzip();
        let stored = stored.unwrap_or_default();
        let (sender, parts) = mpsc::channel(1);
        self.found(index, Finding::Parts(upload, parts));
        let mut file = match opened {
            Ok(file) => file,
            Err(fault) => {
                // What S3 has of it goes with it.
                _ = sender.blocking_send(PartFound::Failed(fault));
                self.settle();
                return Ok(());
            }
        };
        let mut all = Vec::new();
        for (number, range) in plan.parts() {
            let size = range.end - range.start;
            let known = stored
                .iter()
                .find(|part| part.number == number && part.size_bytes == size);
            let with_md5 = known.is_some_and(|part| needs_md5(&part.checksum));
            let keep = size <= PART_IN_MEMORY_MAX;
            let read = self.read(&mut file, range.clone(), with_md5, keep);
            let (sums, chunks) = match read {
                Ok(read) => read,
                Err(fault) => {
                    _ = sender.blocking_send(PartFound::Failed(fault));
                    self.settle();
                    return Ok(());
                }
            };
            let part = if let Some(part) = known.and_then(|part| stored_part(part, &sums)) {
                PartFound::Stored(part, size)
            } else {
                let content = Content::new(Arc::clone(&file.path), range, sums.crc32, chunks);
                let permit = self.shared.permit(&content)?;
                PartFound::Read(number, content, permit)
            };
            if sender.blocking_send(part).is_err() {
                // The upload failed; whoever took the parts says why.
                self.settle();
                return Ok(());
            }
            all.push(sums);
        }
        if let Err(fault) = file.end() {
            _ = sender.blocking_send(PartFound::Failed(fault));
            return Ok(());
        }
        self.hold(index, Ready::Parts(sender, combined(&all)), 0);
        Ok(())
    }

    /// Reads a file of which S3 has an object of many parts, and says whether that has the same bytes.
    fn compare(&mut self, index: usize, plan: PartPlan, known: &Checksum) -> Result<bool, Fault> {
        let mut file = self.open(index)?;
        let with_md5 = needs_md5(known);
        let mut all = Vec::new();
        for (_, range) in plan.parts() {
            all.push(self.read(&mut file, range, with_md5, false)?.0);
        }
        file.end()?;
        let is_same = proves_composite(known, &all);
        if is_same {
            self.hold(index, Ready::Stored(combined(&all)), 0);
        }
        Ok(is_same)
    }

    /// Keeps a file back until all of it is verified, which it may be already.
    fn hold(&mut self, index: usize, mut ready: Ready, in_memory: u64) {
        let mut in_memory = in_memory;
        let end = self.check.end_of(index);
        if let Ready::Whole(content) = &mut ready
            && self.check.verified() < end
            && self.held_bytes + in_memory > HELD_BYTES_MAX
        {
            content.forget();
            in_memory = 0;
        }
        self.held_bytes += in_memory;
        self.held.push_back(Held {
            index,
            end,
            in_memory,
            ready,
        });
        self.let_go();
    }

    /// Lets everything go on that is verified now.
    fn let_go(&mut self) {
        let verified = self.check.verified();
        while let Some(held) = self.held.pop_front_if(|held| held.end <= verified) {
            self.held_bytes -= held.in_memory;
            let finding = match held.ready {
                Ready::Stored(crc32) => Finding::Stored { crc32 },
                Ready::Whole(content) => match self.shared.permit(&content) {
                    Ok(permit) => Finding::Whole(content, permit),
                    Err(fault) => Finding::Failed(fault),
                },
                Ready::Parts(parts, crc32) => {
                    _ = parts.blocking_send(PartFound::Verified { crc32 });
                    continue;
                }
            };
            self.found(held.index, finding);
        }
    }

    fn fail_held(&mut self, fault: &Fault) {
        for held in std::mem::take(&mut self.held) {
            match held.ready {
                Ready::Parts(parts, _) => {
                    _ = parts.blocking_send(PartFound::Failed(fault.clone()));
                }
                Ready::Whole(_) | Ready::Stored(_) => {
                    self.found(held.index, Finding::Failed(fault.clone()));
                }
            }
        }
        self.held_bytes = 0;
    }

    fn found(&self, index: usize, what: Finding) {
        _ = self.shared.found.blocking_send(Found { index, what });
    }
}

fn stored_part(part: &StoredPart, sums: &Sums) -> Option<SentPart> {
    proves(&part.checksum, sums).then(|| SentPart {
        number: part.number,
        e_tag: format!("\"{}\"", part.checksum.e_tag.as_deref().unwrap_or_default()),
        crc32: sums.crc32,
    })
}
