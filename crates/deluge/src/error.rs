use std::time::Duration;

/// Why a call failed, after the client has healed what it can.
///
/// No variant ever holds the password or the session cookie. Texts that come from Deluge can hold
/// parts of a torrent that somebody else made: escape them before showing them.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The address given to [`Client::new`](crate::Client::new) cannot be used. Not retryable.
    #[error("not a usable address of a Deluge Web: {reason}")]
    Address {
        /// What is wrong with it; the address itself is left out, since it may hold credentials.
        reason: &'static str,
    },
    /// Deluge Web does not accept the password. Not retryable: only another password, here or
    /// there, helps.
    #[error("Deluge Web does not accept the password")]
    WrongPassword,
    /// Nobody answers at Deluge Web's address, or the connection broke and broke again. Retryable.
    #[error("Deluge Web cannot be reached")]
    Unreachable {
        /// The failed request, without its URL.
        #[source]
        source: reqwest::Error,
    },
    /// No answer within the limit. Retryable; the call may have been carried out.
    #[error("no answer to {method} within {limit:?}")]
    TimedOut {
        /// The JSON-RPC method.
        method: &'static str,
        /// The limit that passed.
        limit: Duration,
    },
    /// Deluge Web answers, but it has no working connection to its daemon and could not be given
    /// one. Retryable.
    #[error("Deluge's daemon is away: {reason}")]
    DaemonAway {
        /// What was tried.
        reason: String,
    },
    /// Deluge carried out the call and refused what was asked, as with a torrent it cannot read.
    /// Not retryable.
    #[error("Deluge refused {method}: {message}")]
    Refused {
        /// The JSON-RPC method.
        method: &'static str,
        /// Deluge's own words.
        message: String,
    },
    /// What answered does not speak Deluge Web's protocol as this client knows it. Not retryable.
    #[error("unexpected answer to {method}: {message}")]
    Protocol {
        /// The JSON-RPC method.
        method: &'static str,
        /// What was unexpected.
        message: String,
    },
}

impl Error {
    /// Whether the same call can succeed later with nobody changing anything but time passing.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::TimedOut { .. } | Self::DaemonAway { .. } => true,
            Self::Address { .. }
            | Self::WrongPassword
            | Self::Refused { .. }
            | Self::Protocol { .. } => false,
        }
    }
}
