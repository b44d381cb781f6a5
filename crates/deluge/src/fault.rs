use std::time::Duration;

use crate::Error;

/// What one exchange can end in, before anything was healed.
#[derive(Debug)]
pub(crate) enum Fault {
    /// Code 1.
    NotSignedIn,
    /// `auth.login` said no.
    WrongPassword,
    /// Code 2: the method does not exist, as no `core.*` method does while no daemon is connected.
    UnknownMethod,
    /// Code 3: an exception in the web process.
    WebException(String),
    /// Code 4: an error from the daemon, which did get the call.
    Daemon(String),
    /// Code 4 too: Deluge Web's connection to the daemon stands, but the daemon has not let it in.
    NotAdmitted(String),
    /// No connection: nothing was sent.
    NotConnected(reqwest::Error),
    /// The connection broke with the request on its way.
    Broken(reqwest::Error),
    TimedOut(Duration),
    /// The daemon is known to be away; the call may have reached it before it went.
    DaemonAway(String),
    Protocol(String),
}

impl Fault {
    /// Whether a connection to the daemon, or to Deluge Web, that is made anew can help.
    pub(crate) fn may_heal(&self) -> bool {
        matches!(
            self,
            Self::UnknownMethod | Self::WebException(_) | Self::NotAdmitted(_)
        ) || self.may_have_run()
    }

    /// Whether the call may have been carried out although no answer came.
    pub(crate) fn may_have_run(&self) -> bool {
        matches!(
            self,
            Self::Broken(_) | Self::TimedOut(_) | Self::DaemonAway(_)
        )
    }

    /// What the caller is told, once nothing more can be healed.
    pub(crate) fn into_error(self, method: &'static str) -> Error {
        match self {
            Self::NotSignedIn => {
                let message = "signed in, and at once no longer signed in".to_owned();
                Error::Protocol { method, message }
            }
            Self::WrongPassword => Error::WrongPassword,
            Self::UnknownMethod => Error::DaemonAway {
                reason: format!("Deluge Web does not know {method} even when connected"),
            },
            // Another client of the same Deluge Web can have disconnected it again in between.
            Self::WebException(message) if message.contains("send_request") => {
                Error::DaemonAway { reason: message }
            }
            Self::WebException(message) | Self::Protocol(message) => {
                Error::Protocol { method, message }
            }
            Self::Daemon(message) => Error::Refused { method, message },
            Self::NotConnected(source) | Self::Broken(source) => Error::Unreachable { source },
            Self::TimedOut(limit) => Error::TimedOut { method, limit },
            Self::NotAdmitted(reason) | Self::DaemonAway(reason) => Error::DaemonAway { reason },
        }
    }
}
