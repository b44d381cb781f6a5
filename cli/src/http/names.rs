use std::io;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, ToSocketAddrs};

use ureq::config::Config;
use ureq::http::Uri;
use ureq::unversioned::resolver::{DefaultResolver, ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::NextTimeout;

use crate::address::is_localhost;

/// A host's addresses, as [`Names`] has them.
///
/// # Errors
/// When the system knows none. It takes the system's own time to say so.
pub(crate) fn resolve(host: &str, port: u16) -> io::Result<Vec<SocketAddr>> {
    if is_localhost(host) {
        return Ok(local(port).to_vec());
    }
    Ok((host, port).to_socket_addrs()?.collect())
}

fn local(port: u16) -> [SocketAddr; 2] {
    let addresses: [IpAddr; 2] = [Ipv4Addr::LOCALHOST.into(), Ipv6Addr::LOCALHOST.into()];
    addresses.map(|address| SocketAddr::new(address, port))
}

/// The system's resolver, but for names under `localhost`, which mean this machine (RFC 6761, 6.3). Not every
/// system knows that, and the local stack's address is such a name.
#[derive(Debug, Default)]
pub(super) struct Names {
    system: DefaultResolver,
}

impl Resolver for Names {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        if !uri.host().is_some_and(is_localhost) {
            return self.system.resolve(uri, config, timeout);
        }
        let default = if uri.scheme_str() == Some("https") {
            443
        } else {
            80
        };
        let port = uri.port_u16().unwrap_or(default);
        let mut addresses = self.empty();
        for address in local(port) {
            addresses.push(address);
        }
        Ok(addresses)
    }
}
