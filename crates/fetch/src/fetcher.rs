use std::sync::OnceLock;

use hyper::StatusCode;
use hyper::header::LOCATION;
use tokio::time::timeout;

use crate::dial::Dialer;
use crate::exchange::Exchange;
use crate::guard::Guard;
use crate::resolver::Resolver;
use crate::target::{Location, Target};
use crate::{FetchError, Limits, body};

/// Fetches torrents from URLs that strangers chose. Make one and keep it.
pub struct Fetcher {
    pub(crate) limits: Limits,
    pub(crate) dialer: Dialer,
}

/// What a URL led to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fetched {
    /// The bytes of a file. That they are a torrent is not checked, only that they are no web page.
    Torrent(Vec<u8>),
    /// The `magnet:` link that a redirect named, unchecked.
    Magnet(String),
}

impl Fetcher {
    /// Opens nothing and reads nothing yet. The system's root certificates are read at the first
    /// `https` URL.
    #[must_use]
    pub fn new(limits: Limits) -> Self {
        Self {
            limits,
            dialer: Dialer {
                guard: Guard::Public,
                resolver: Resolver::System,
                tls: OnceLock::new(),
                limit: limits.connect,
            },
        }
    }

    /// Gets what is at `url`, within the limits. Must run on a Tokio runtime.
    ///
    /// # Errors
    /// See [`FetchError`]. Nothing is tried twice, but every permitted address of a host is tried.
    pub async fn fetch(&self, url: &str) -> Result<Fetched, FetchError> {
        timeout(self.limits.total, self.follow(Target::parse(url)?))
            .await
            .unwrap_or(Err(FetchError::TimedOut(self.limits.total)))
    }

    async fn follow(&self, mut target: Target) -> Result<Fetched, FetchError> {
        let mut redirects = 0;
        loop {
            let stream = self.dialer.dial(&target).await?;
            let exchange = Exchange::get(&target, stream).await?;
            let response = &exchange.response;
            let status = response.status();
            let location = response.headers().get(LOCATION);
            match (status, location) {
                (StatusCode::OK, _) => {
                    let file = body::read(exchange.response, self.limits.bytes).await?;
                    return Ok(Fetched::Torrent(file));
                }
                (status, Some(location)) if is_followed(status) => {
                    target = match target.location(location.as_bytes())? {
                        Location::Magnet(magnet) => return Ok(Fetched::Magnet(magnet)),
                        Location::Target(_) if redirects == self.limits.redirects => {
                            return Err(FetchError::TooManyRedirects(redirects));
                        }
                        Location::Target(next) => next,
                    };
                    redirects += 1;
                }
                (StatusCode::NOT_FOUND | StatusCode::GONE, _) => {
                    return Err(FetchError::NotFound(status.as_u16()));
                }
                _ => return Err(FetchError::Status(status.as_u16())),
            }
        }
    }
}

fn is_followed(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}
