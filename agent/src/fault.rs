use store::StoreError;

/// Why a file or a torrent could not be moved.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Fault {
    /// Time may help.
    #[error("{0}")]
    Later(String),
    /// What is on disk is not the torrent's: Deluge must look at it again.
    #[error("{0}")]
    Content(String),
    /// The agent was told to stop.
    #[error("the agent stops")]
    Stopped,
}

impl Fault {
    /// Says which file it is about: a piece has no name.
    pub(crate) fn name(&mut self, path: &str) {
        if let Self::Content(what) = self
            && !what.contains(path)
        {
            *what = format!("{path}: {what}");
        }
    }
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Later(error.to_string())
    }
}

impl From<deluge::Error> for Fault {
    fn from(error: deluge::Error) -> Self {
        Self::Later(error.to_string())
    }
}
