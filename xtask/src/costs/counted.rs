use serde::{Deserialize, Serialize};

/// `counted.json`: what one run on the local stack asked of AWS, first while nothing was done, then for one torrent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Counted {
    /// The day.
    pub(super) date: String,
    /// A deployed product without torrents.
    pub(super) idle: Idle,
    /// From signing in until a minute after the last file was fetched; what goes on in idle minutes is in it.
    pub(super) torrent: Sample,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Idle {
    pub(super) minutes: u64,
    pub(super) asked: Asked,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Sample {
    pub(super) files: u64,
    pub(super) size_bytes: u64,
    pub(super) minutes: u64,
    pub(super) owner: Owner,
    pub(super) asked: Asked,
}

/// What the owner's browser asked the front door for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Owner {
    /// Pages, status and files.
    pub(super) page_requests: u64,
    pub(super) api_requests: u64,
}

/// What functions and box asked of AWS, and how often functions ran.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) calls: Vec<Calls>,
    pub(super) runs: Vec<Runs>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Calls {
    /// As the template calls it.
    pub(super) role: String,
    /// Of IAM: `s3:PutObject`.
    pub(super) action: String,
    pub(super) count: u64,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Runs {
    /// As the template calls it.
    pub(super) function: String,
    pub(super) memory_mib: u64,
    pub(super) count: u64,
    /// All together, as the emulator measured it.
    pub(super) duration_ms: u64,
    pub(super) log_bytes: u64,
}

impl Asked {
    /// How often a function ran.
    pub(super) fn runs_of(&self, function: &str) -> u64 {
        let runs = self.runs.iter().filter(|runs| runs.function == function);
        runs.map(|runs| runs.count).sum()
    }
}
