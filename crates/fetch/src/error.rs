use std::io;
use std::time::Duration;

type Source = Box<dyn std::error::Error + Send + Sync>;

/// Why a URL was not fetched, in words for whoever named it.
///
/// What [`Display`](std::fmt::Display) says holds nothing of what the server sent but its status,
/// and no address. A redirect that breaks a rule is refused like a URL that does. Sources are for
/// logs.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// Not a URL that a request could be made of.
    #[error("the address cannot be used: {reason}")]
    BadUrl {
        /// What is wrong with it.
        reason: String,
    },
    /// Another scheme than `http` or `https`.
    #[error("only http and https addresses are fetched")]
    ForbiddenScheme,
    /// The host is, or resolves to, nothing on the public internet: see
    /// [`is_public`](crate::is_public).
    #[error("the address leads to a host that is not on the public internet")]
    ForbiddenAddress,
    /// A port that no browser connects to.
    #[error("port {0} belongs to another service than a web server")]
    ForbiddenPort(u16),
    /// More redirects than [`Limits::redirects`](crate::Limits::redirects).
    #[error("the address redirects more than {0} times")]
    TooManyRedirects(u32),
    /// More bytes than [`Limits::bytes`](crate::Limits::bytes), sent or announced.
    #[error("the file has more than {0} bytes, the most that are read")]
    TooLarge(usize),
    /// The whole took longer than [`Limits::total`](crate::Limits::total), or each address of the
    /// host took longer than [`Limits::connect`](crate::Limits::connect) to connect.
    #[error("the server did not answer in full within {0:?}")]
    TimedOut(Duration),
    /// 404 or 410.
    #[error("the server has nothing at this address (status {0})")]
    NotFound(u16),
    /// Another status that is neither 200 nor a redirect.
    #[error("the server answered with status {0} and no file")]
    Status(u16),
    /// A web page where a torrent was expected.
    #[error(
        "the address shows a web page, not a torrent file; it may be the page about the torrent, \
         or ask for a sign-in"
    )]
    HtmlInstead,
    /// A compressed answer, though the request asks for none. Decompressing what a stranger sends
    /// is not worth the few servers that do this.
    #[error("the server sends the file compressed, which is not read")]
    Compressed,
    /// The host's name has no address, or the lookup failed: the system's resolver does not say
    /// which.
    #[error("the name of the host cannot be resolved")]
    Dns {
        /// The resolver's own error, if it gave one.
        #[source]
        source: Option<io::Error>,
    },
    /// No secure connection: most often a certificate that is expired or for another name.
    #[error("no secure connection to the server can be made")]
    Tls {
        /// What failed in the handshake, or in loading the system's root certificates.
        #[source]
        source: Source,
    },
    /// The connection was refused or broke, or what came was not HTTP.
    #[error("the connection to the server failed")]
    Broken {
        /// What failed.
        #[source]
        source: Source,
    },
}

impl FetchError {
    /// A stable slug for APIs, one for each way to fail.
    #[must_use]
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::BadUrl { .. } => "bad-url",
            Self::ForbiddenScheme => "forbidden-scheme",
            Self::ForbiddenAddress => "forbidden-address",
            Self::ForbiddenPort(_) => "forbidden-port",
            Self::TooManyRedirects(_) => "too-many-redirects",
            Self::TooLarge(_) => "too-large",
            Self::TimedOut(_) => "timed-out",
            Self::NotFound(_) => "not-found",
            Self::Status(_) => "status",
            Self::HtmlInstead => "html-instead",
            Self::Compressed => "compressed",
            Self::Dns { .. } => "dns",
            Self::Tls { .. } => "tls",
            Self::Broken { .. } => "broken",
        }
    }

    /// The HTTP status of the server that was asked, where it is the reason.
    #[must_use]
    pub const fn status(&self) -> Option<u16> {
        match self {
            Self::NotFound(status) | Self::Status(status) => Some(*status),
            _ => None,
        }
    }

    /// Whether the same URL can succeed later with nobody changing anything but time passing.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        match self {
            Self::TimedOut(_) | Self::Dns { .. } | Self::Broken { .. } => true,
            // Request Timeout, Too Early, Too Many Requests, and the server's own troubles.
            Self::Status(status) => matches!(status, 408 | 425 | 429 | 500 | 502..=504),
            Self::BadUrl { .. }
            | Self::ForbiddenScheme
            | Self::ForbiddenAddress
            | Self::ForbiddenPort(_)
            | Self::TooManyRedirects(_)
            | Self::TooLarge(_)
            | Self::NotFound(_)
            | Self::HtmlInstead
            | Self::Compressed
            | Self::Tls { .. } => false,
        }
    }

    pub(crate) fn bad_url(reason: impl Into<String>) -> Self {
        Self::BadUrl {
            reason: reason.into(),
        }
    }

    pub(crate) const fn dns(source: Option<io::Error>) -> Self {
        Self::Dns { source }
    }

    pub(crate) fn tls(source: impl Into<Source>) -> Self {
        Self::Tls {
            source: source.into(),
        }
    }

    pub(crate) fn broken(source: impl Into<Source>) -> Self {
        Self::Broken {
            source: source.into(),
        }
    }
}
