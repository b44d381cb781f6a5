use url::{Host, ParseError, Position, Url};

use crate::FetchError;
use crate::port;

/// The URL of one hop, all of whose parts but its host's address have passed the checks.
#[derive(Debug)]
pub(crate) struct Target(Url);

/// What a `Location` header names.
#[derive(Debug)]
pub(crate) enum Location {
    /// Another file, on this host or elsewhere.
    Target(Target),
    /// A `magnet:` link, as the server wrote it.
    Magnet(String),
}

impl Target {
    pub(crate) fn parse(text: &str) -> Result<Self, FetchError> {
        Self::checked(Url::parse(text))
    }

    /// Follows a redirect: `location` may be relative to this URL.
    pub(crate) fn location(&self, location: &[u8]) -> Result<Location, FetchError> {
        let location = str::from_utf8(location).map_err(FetchError::broken)?;
        if is_magnet(location) {
            return Ok(Location::Magnet(location.to_owned()));
        }
        Self::checked(self.0.join(location)).map(Location::Target)
    }

    fn checked(parsed: Result<Url, ParseError>) -> Result<Self, FetchError> {
        let url = parsed.map_err(|error| match error {
            ParseError::RelativeUrlWithoutBase => {
                FetchError::bad_url("it does not start with http:// or https://")
            }
            error => FetchError::bad_url(error.to_string()),
        })?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(FetchError::ForbiddenScheme);
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(FetchError::bad_url(
                "a user name or password in it would not be sent",
            ));
        }
        let target = Self(url);
        match target.port() {
            port if port::is_allowed(port) => Ok(target),
            port => Err(FetchError::ForbiddenPort(port)),
        }
    }

    /// IP addresses in whatever form they were written are `Ipv4` and `Ipv6` here.
    pub(crate) fn host(&self) -> Host<&str> {
        self.0.host().expect("an http URL has a host")
    }

    pub(crate) fn port(&self) -> u16 {
        self.0
            .port_or_known_default()
            .expect("http and https have a port")
    }

    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// For the `Host` header: the port is there where it is not the scheme's own.
    pub(crate) fn authority(&self) -> &str {
        &self.0[Position::BeforeHost..Position::AfterPort]
    }

    pub(crate) fn path_and_query(&self) -> &str {
        &self.0[Position::BeforePath..Position::AfterQuery]
    }
}

fn is_magnet(location: &str) -> bool {
    location
        .get(..7)
        .is_some_and(|scheme| scheme.eq_ignore_ascii_case("magnet:"))
}
