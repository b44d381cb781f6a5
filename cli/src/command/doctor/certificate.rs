use std::io;
use std::net::{SocketAddr, TcpStream};
use std::sync::{Arc, mpsc};
use std::thread;
use std::time::{Duration, SystemTime};

use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::ServerCertVerifier;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, ClientConnection, RootCertStore};

use super::ask::Ask;
use super::finding::Finding;
use crate::http::resolve;
use crate::text;

/// For name, connection and handshake together, whatever the other side does.
const PATIENCE: Duration = Duration::from_secs(20);

/// For one address of several, which may not be reachable.
const CONNECT: Duration = Duration::from_secs(5);

const DAY: u64 = 86_400;

/// ACM renews 60 days before the end; by then it has tried for a month and a half.
const DAYS_LEFT_MIN: u64 = 14;

/// The end of 2099, about. What ends before that is found out by asking whether it is good then.
const FAR: Duration = Duration::from_hours(130 * 365 * 24);

pub(super) fn name(ask: &Ask) -> Finding {
    if is_behind_a_proxy(ask) {
        return Finding::skipped("a proxy does that, which the environment names");
    }
    let (host, port) = ask.address.host();
    let host = host.to_owned();
    match in_time(move || resolve(&host, port)) {
        Ok(addresses) if !addresses.is_empty() => {
            let first = addresses[0].ip();
            let all = addresses.len() as u64;
            let plural = if all == 1 { "" } else { "es" };
            Finding::ok(format!("{all} address{plural}, {first} first"))
        }
        Ok(_) => no_such_name("no address"),
        Err(error) => no_such_name(&error.to_string()),
    }
    .more_if_failed(|| ask.commands.outputs())
}

fn no_such_name(came: &str) -> Finding {
    let cause = "the address is mistyped, this machine has no network, or the CustomDomain has no DNS record yet";
    Finding::failed(came, cause)
}

pub(super) fn certificate(ask: &Ask) -> Finding {
    if !ask.address.is_https() {
        return if ask.address.is_open_to_read() {
            let cause = "whoever is on the way reads your token: use https";
            Finding::warning("there is no TLS", cause)
        } else {
            Finding::skipped("no TLS: this is a local stack")
        };
    }
    if is_behind_a_proxy(ask) {
        return Finding::skipped("a proxy is in between; the next request checks it");
    }
    let (host, port) = ask.address.host();
    let host = host.to_owned();
    let finding = match in_time(move || look(&host, port)) {
        Ok(not_after) => judge(not_after, SystemTime::now()),
        Err(error) => {
            let cause = "the certificate is not for this name, has ended, or its issuer is not known here; or \
                         something in between breaks TLS open";
            Finding::failed(error.to_string(), cause)
        }
    };
    finding.more_if_failed(|| "aws acm list-certificates --region us-east-1".to_owned())
}

fn judge(not_after: Option<Duration>, now: SystemTime) -> Finding {
    let now = now
        .duration_since(SystemTime::UNIX_EPOCH)
        .unwrap_or_default();
    let Some(not_after) = not_after else {
        return Finding::ok("trusted, and good until 2099 at least");
    };
    let left = not_after.saturating_sub(now).as_secs();
    if left >= DAYS_LEFT_MIN * DAY {
        return Finding::ok(format!("trusted, and good for {} more days", left / DAY));
    }
    let cause = "ACM does not renew it: its DNS record for validation is gone, or it was imported";
    Finding::warning(
        format!("trusted, but only for {} more", text::duration(left)),
        cause,
    )
    .more("aws acm list-certificates --region us-east-1")
}

/// Shakes hands, and answers when the certificate ends; `None` after [`FAR`].
fn look(host: &str, port: u16) -> io::Result<Option<Duration>> {
    let provider = Arc::new(aws_lc_rs::default_provider());
    let mut roots = RootCertStore::empty();
    roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    let verifier =
        WebPkiServerVerifier::builder_with_provider(Arc::new(roots), Arc::clone(&provider))
            .build()
            .map_err(|_| io::Error::other("this machine has no root certificates"))?;
    let config = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(io::Error::other)?
        .with_webpki_verifier(Arc::clone(&verifier))
        .with_no_client_auth();
    let name = ServerName::try_from(host.to_owned()).map_err(io::Error::other)?;
    let mut tls =
        ClientConnection::new(Arc::new(config), name.clone()).map_err(io::Error::other)?;
    let mut stream = connect(&resolve(host, port)?)?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.set_write_timeout(Some(PATIENCE))?;
    while tls.is_handshaking() {
        tls.complete_io(&mut stream)?;
    }
    let chain = tls.peer_certificates().unwrap_or_default();
    let Some((own, others)) = chain.split_first() else {
        return Err(io::Error::other("it shows no certificate"));
    };
    let then = UnixTime::since_unix_epoch(FAR);
    match verifier.verify_server_cert(own, others, &name, &[], then) {
        Err(rustls::Error::InvalidCertificate(CertificateError::ExpiredContext {
            not_after,
            ..
        })) => Ok(Some(Duration::from_secs(not_after.as_secs()))),
        _ => Ok(None),
    }
}

fn connect(addresses: &[SocketAddr]) -> io::Result<TcpStream> {
    let mut last = io::Error::other("the name has no address");
    for address in addresses {
        match TcpStream::connect_timeout(address, CONNECT) {
            Ok(stream) => return Ok(stream),
            Err(error) => last = error,
        }
    }
    Err(last)
}

/// The outcome of something that keeps no time limit itself. Its thread goes with the program.
fn in_time<T: Send + 'static>(
    look: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    let (sender, receiver) = mpsc::channel();
    thread::spawn(move || sender.send(look()));
    receiver
        .recv_timeout(PATIENCE)
        .unwrap_or_else(|_| Err(io::Error::other("no answer in time")))
}

/// Such a proxy looks names up and connects.
fn is_behind_a_proxy(ask: &Ask) -> bool {
    !crate::address::is_this_machine(&ask.address.page("")) && ureq::Proxy::try_from_env().is_some()
}

#[cfg(test)]
mod tests {
    use super::super::finding::Outcome;
    use super::*;

    #[test]
    fn a_certificate_that_ends_soon_gets_a_warning() {
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000 * DAY);
        for (days, outcome, came) in [
            (1_400, Outcome::Ok, "400 more days"),
            (1_014, Outcome::Ok, "14 more days"),
            (1_013, Outcome::Warning, "13 d"),
        ] {
            let finding = judge(Some(Duration::from_secs(days * DAY)), now);
            assert_eq!(finding.outcome, outcome, "{finding:?}");
            assert!(finding.came.contains(came), "{finding:?}");
        }
        assert_eq!(judge(None, now).outcome, Outcome::Ok);
    }
}
