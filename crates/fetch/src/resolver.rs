use std::io;
use std::net::{IpAddr, SocketAddr};

use tokio::net::lookup_host;

#[cfg(test)]
type Lookup = Box<dyn Fn(&str) -> Vec<IpAddr> + Send + Sync>;

/// Where names become addresses.
pub(crate) enum Resolver {
    /// The system's, by `getaddrinfo`.
    System,
    /// A test's own.
    #[cfg(test)]
    Test(Lookup),
}

impl Resolver {
    pub(crate) async fn resolve(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        match self {
            // The port is of no consequence to a lookup.
            Self::System => Ok(lookup_host((name, 0))
                .await?
                .map(|address: SocketAddr| address.ip())
                .collect()),
            #[cfg(test)]
            Self::Test(resolve) => Ok(resolve(name)),
        }
    }
}
