use std::io;
use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use rustls::crypto::aws_lc_rs;
use rustls::pki_types::ServerName;
use rustls::{ClientConfig, RootCertStore};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::time::timeout;
use tokio_rustls::TlsConnector;
use url::Host;

use crate::FetchError;
use crate::guard::Guard;
use crate::resolver::Resolver;
use crate::target::Target;

/// A connection, secure or not: one type, so that the HTTP client behind it is compiled once.
pub(crate) trait Stream: AsyncRead + AsyncWrite + Send + Unpin {}
impl<S: AsyncRead + AsyncWrite + Send + Unpin> Stream for S {}

/// Opens connections. Nothing else in this crate does, so nothing gets around the guard.
pub(crate) struct Dialer {
    pub(crate) guard: Guard,
    pub(crate) resolver: Resolver,
    /// Made at the first `https` URL: reading the system's roots takes time that most starts of a
    /// function need not spend.
    pub(crate) tls: OnceLock<TlsConnector>,
    /// For each address.
    pub(crate) limit: Duration,
}

impl Dialer {
    pub(crate) async fn dial(&self, target: &Target) -> Result<Box<dyn Stream>, FetchError> {
        let tcp = self.connect(&self.addresses(target).await?).await?;
        if !target.is_https() {
            return Ok(Box::new(tcp));
        }
        let name = server_name(&target.host())?;
        match self.tls()?.connect(name, tcp).await {
            Ok(tls) => Ok(Box::new(tls)),
            Err(error) if is_from_tls(&error) => Err(FetchError::tls(error)),
            Err(error) => Err(FetchError::broken(error)),
        }
    }

    /// The addresses that may be connected to. Others that the name has are left out, not held
    /// against it: in a network with DNS64 every name also has one of NAT64.
    pub(crate) async fn addresses(&self, target: &Target) -> Result<Vec<SocketAddr>, FetchError> {
        let found = match target.host() {
            Host::Ipv4(address) => vec![IpAddr::from(address)],
            Host::Ipv6(address) => vec![IpAddr::from(address)],
            Host::Domain(name) => match self.resolver.resolve(name).await {
                Ok(found) => found,
                Err(error) => return Err(FetchError::dns(Some(error))),
            },
        };
        if found.is_empty() {
            return Err(FetchError::dns(None));
        }
        let mut permitted: Vec<_> = found
            .into_iter()
            .filter(|address| self.guard.permits(*address))
            .map(|address| SocketAddr::new(address, target.port()))
            .collect();
        if permitted.is_empty() {
            return Err(FetchError::ForbiddenAddress);
        }
        // A function outside a VPC has no IPv6.
        permitted.sort_by_key(SocketAddr::is_ipv6);
        Ok(permitted)
    }

    async fn connect(&self, addresses: &[SocketAddr]) -> Result<TcpStream, FetchError> {
        let mut failure = FetchError::dns(None);
        for address in addresses {
            failure = match timeout(self.limit, TcpStream::connect(address)).await {
                Ok(Ok(stream)) => return Ok(stream),
                Ok(Err(error)) => FetchError::broken(error),
                Err(_) => FetchError::TimedOut(self.limit),
            };
        }
        Err(failure)
    }

    fn tls(&self) -> Result<&TlsConnector, FetchError> {
        if let Some(connector) = self.tls.get() {
            return Ok(connector);
        }
        let loaded = rustls_native_certs::load_native_certs();
        let mut roots = RootCertStore::empty();
        roots.add_parsable_certificates(loaded.certs);
        if roots.is_empty() {
            return Err(match loaded.errors.into_iter().next() {
                Some(error) => FetchError::tls(error),
                None => FetchError::tls("this system has no root certificates"),
            });
        }
        let connector = connector(roots)?;
        Ok(self.tls.get_or_init(|| connector))
    }
}

/// Speaks TLS 1.2 or 1.3, then HTTP/1.1.
pub(crate) fn connector(roots: RootCertStore) -> Result<TlsConnector, FetchError> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(FetchError::tls)?
        .with_root_certificates(roots)
        .with_no_client_auth();
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    Ok(TlsConnector::from(Arc::new(config)))
}

fn server_name(host: &Host<&str>) -> Result<ServerName<'static>, FetchError> {
    match host {
        Host::Ipv4(address) => Ok(IpAddr::from(*address).into()),
        Host::Ipv6(address) => Ok(IpAddr::from(*address).into()),
        Host::Domain(name) => ServerName::try_from((*name).to_owned())
            .map_err(|_| FetchError::bad_url("its host is not a name that a certificate has")),
    }
}

fn is_from_tls(error: &io::Error) -> bool {
    error
        .get_ref()
        .and_then(|inner| inner.downcast_ref::<rustls::Error>())
        .is_some()
}
