use std::time::Duration;

use store::Reading;
use torrent::{Progress, TorrentRecord};

/// How much a record's other readers, the API's callers, would miss a reading.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Worth {
    /// The numbers moved.
    Step,
    /// Something else became of the torrent.
    Fact,
}

/// So far the bytes have to move to be written, as a part of the whole.
const STEPS: u64 = 100;

/// After this time any change of the numbers is written.
const STEP: Duration = Duration::from_mins(1);

/// Whether a reading is worth a write. A rate, a time left and a number of peers that only tremble are not, nor
/// is one that knows less than the record.
pub(crate) fn worth(torrent: &TorrentRecord, reading: &Reading) -> Option<Worth> {
    let new = &reading.progress;
    if reading.name.is_some() || reading.size_bytes.is_some() {
        return Some(Worth::Fact);
    }
    let Some(known) = &torrent.progress else {
        return Some(Worth::Fact);
    };
    if new.activity.is_some() && new.activity != known.activity {
        return Some(Worth::Fact);
    }
    let size_bytes = torrent.size_bytes;
    let is_done = |progress: &Progress| {
        size_bytes
            .zip(progress.downloaded_bytes)
            .is_some_and(|(whole, done)| done >= whole)
    };
    if is_done(new) && !is_done(known) {
        return Some(Worth::Fact);
    }
    if !moved(known, new) {
        return None;
    }
    let age = new.at.duration_since(known.at).unsigned_abs();
    (age >= STEP || is_a_step(size_bytes, known, new)).then_some(Worth::Step)
}

/// Whether any of the numbers means something else now.
fn moved(known: &Progress, new: &Progress) -> bool {
    let flows = |progress: &Progress| progress.download_rate.map(|rate| rate > 0);
    let meets = |progress: &Progress| progress.peers.map(|peers| peers > 0);
    let ratio_moved = match (known.ratio, new.ratio) {
        (Some(known), Some(new)) => (known - new).abs() >= 0.01,
        (known, new) => known.is_none() && new.is_some(),
    };
    let differs = |known: Option<bool>, new: Option<bool>| new.is_some() && new != known;
    let bytes = new.downloaded_bytes;
    (bytes.is_some() && bytes != known.downloaded_bytes)
        || ratio_moved
        || differs(flows(known), flows(new))
        || differs(meets(known), meets(new))
}

fn is_a_step(size_bytes: Option<u64>, known: &Progress, new: &Progress) -> bool {
    let (Some(whole), Some(new)) = (size_bytes, new.downloaded_bytes) else {
        return false;
    };
    let step = (whole / STEPS).max(1);
    known
        .downloaded_bytes
        .is_none_or(|known| known.abs_diff(new) >= step)
}
