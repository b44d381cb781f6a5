use store::StoreError;

/// Why a message could not be dealt with.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Fault {
    /// Time may help: the message goes back to the queue.
    #[error("{0}")]
    Later(String),
    /// Only the owner can help: the torrent has failed and the message is done.
    #[error("{0}")]
    Never(String),
}

impl From<StoreError> for Fault {
    fn from(error: StoreError) -> Self {
        Self::Later(error.to_string())
    }
}

impl From<deluge::Error> for Fault {
    fn from(error: deluge::Error) -> Self {
        match &error {
            deluge::Error::Refused { message, .. } => {
                Self::Never(format!("Deluge refused it: {message}"))
            }
            _ => Self::Later(error.to_string()),
        }
    }
}
