use serde::{Deserialize, Serialize};

use State::{Complete, Downloading, Failed, Queued, Removed, Transferring};

/// How far a torrent is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Accepted; no worker has it yet.
    Queued,
    /// A worker's Deluge has it. Files that are finished already go up meanwhile.
    Downloading,
    /// All of it is on the worker's disk; the rest of it goes up.
    Transferring,
    /// Every file is in S3 with its size, and the manifest too.
    Complete,
    /// It cannot go on by itself; the record's `reason` says why.
    Failed,
    /// The owner took it away.
    Removed,
}

/// The part of the system that makes a transition. Each transition has one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// Creates records, and takes a removed torrent in again.
    AddTorrent,
    /// Follows Deluge and the agent.
    WatchQueue,
    /// Sees what is in S3.
    CompletePage,
    /// Does what the owner says.
    ManageTorrent,
}

/// Every transition there is. Messages arrive late, twice or in another order, so what is already true in
/// the world may be recorded from any earlier state.
const TRANSITIONS: [(State, State, Owner); 18] = [
    (Removed, Queued, Owner::AddTorrent),
    (Queued, Downloading, Owner::WatchQueue),
    (Queued, Transferring, Owner::WatchQueue),
    (Downloading, Transferring, Owner::WatchQueue),
    (Queued, Failed, Owner::WatchQueue),
    (Downloading, Failed, Owner::WatchQueue),
    (Transferring, Failed, Owner::WatchQueue),
    (Queued, Complete, Owner::CompletePage),
    (Downloading, Complete, Owner::CompletePage),
    (Transferring, Complete, Owner::CompletePage),
    (Failed, Complete, Owner::CompletePage),
    (Failed, Queued, Owner::ManageTorrent),
    (Queued, Removed, Owner::ManageTorrent),
    (Downloading, Removed, Owner::ManageTorrent),
    (Transferring, Removed, Owner::ManageTorrent),
    (Complete, Removed, Owner::ManageTorrent),
    (Failed, Removed, Owner::ManageTorrent),
    // Its files have expired.
    (Complete, Removed, Owner::CompletePage),
];

impl State {
    /// The states from which `owner` may move a torrent to this one; the condition of its DynamoDB write.
    pub fn sources(self, owner: Owner) -> impl Iterator<Item = Self> {
        TRANSITIONS
            .into_iter()
            .filter_map(move |(from, to, by)| (to == self && by == owner).then_some(from))
    }

    /// As it is written in DynamoDB, JSON and CSS classes.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Queued => "queued",
            Downloading => "downloading",
            Transferring => "transferring",
            Complete => "complete",
            Failed => "failed",
            Removed => "removed",
        }
    }

    /// Whether a worker has something to do for it.
    #[must_use]
    pub const fn is_active(self) -> bool {
        matches!(self, Queued | Downloading | Transferring)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_way_of_a_torrent_is_open_and_the_way_back_is_not() {
        let from = |state: State, owner| state.sources(owner).collect::<Vec<_>>();
        assert_eq!(from(Downloading, Owner::WatchQueue), [Queued]);
        assert_eq!(from(Transferring, Owner::WatchQueue), [Queued, Downloading]);
        assert!(!from(Transferring, Owner::WatchQueue).contains(&Complete));
        assert!(!from(Failed, Owner::WatchQueue).contains(&Complete));
        assert!(from(Complete, Owner::WatchQueue).is_empty());
        assert!(!from(Complete, Owner::CompletePage).contains(&Removed));
        assert_eq!(from(Removed, Owner::CompletePage), [Complete]);
    }

    #[test]
    fn no_two_parts_own_the_same_transition() {
        // What is stored goes when its owner says so, and when its time is over.
        let has_two_reasons = (Complete, Removed);
        for (i, (from, to, _)) in TRANSITIONS.iter().enumerate() {
            let again = TRANSITIONS[..i]
                .iter()
                .any(|(f, t, _)| (f, t) == (from, to));
            assert!(
                !again || (*from, *to) == has_two_reasons,
                "{from:?} to {to:?}"
            );
        }
    }

    #[test]
    fn names_are_those_of_serde() {
        for state in [Queued, Downloading, Transferring, Complete, Failed, Removed] {
            assert_eq!(serde_json::to_value(state).unwrap(), state.as_str());
        }
    }
}
