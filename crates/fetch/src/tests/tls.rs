use std::sync::Arc;

use rcgen::generate_simple_self_signed;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::{CertificateDer, PrivatePkcs8KeyDer};
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio_rustls::TlsAcceptor;

use super::server::{Answer, Server};
use super::{HERE, fetcher, refused, torrent};
use crate::Fetcher;
use crate::dial::connector;
use crate::resolver::Resolver;

/// A server with a certificate for `name`, and that certificate.
async fn secure(
    name: &str,
    answer: impl Fn(&str) -> Answer + Send + Sync + 'static,
) -> (Server, CertificateDer<'static>) {
    let made = generate_simple_self_signed([name.to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let provider = Arc::new(aws_lc_rs::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate.clone()], key.into())
        .unwrap();
    let acceptor = TlsAcceptor::from(Arc::new(config));
    let server = Server::start_at(HERE, Some(acceptor), answer).await;
    (server, certificate)
}

fn trusting(certificate: CertificateDer<'static>) -> Fetcher {
    let mut roots = RootCertStore::empty();
    roots.add(certificate).unwrap();
    let fetcher = fetcher();
    assert!(fetcher.dialer.tls.set(connector(roots).unwrap()).is_ok());
    fetcher
}

fn url(host: &str, server: &Server) -> String {
    format!("https://{host}:{}/", server.port())
}

#[tokio::test]
async fn a_torrent_comes_over_a_secure_connection() {
    let (server, certificate) = secure("torrents.example", |_| Answer::torrent()).await;
    let mut fetcher = trusting(certificate);
    fetcher.dialer.resolver = Resolver::Test(Box::new(|_| vec![HERE]));
    for host in ["torrents.example", "torrents.example."] {
        let found = fetcher.fetch(&url(host, &server)).await.unwrap();
        assert_eq!(found, torrent(), "{host}");
    }
    let (server, certificate) = secure("127.0.0.1", |_| Answer::torrent()).await;
    let found = trusting(certificate)
        .fetch(&url("127.0.0.1", &server))
        .await;
    assert_eq!(found.unwrap(), torrent());
}

#[tokio::test]
async fn a_certificate_for_another_name_is_refused() {
    let (server, certificate) = secure("elsewhere.example", |_| Answer::torrent()).await;
    let error = refused(&trusting(certificate), &url("localhost", &server)).await;
    assert_eq!(error.kind(), "tls", "{error:?}");
    assert!(!error.is_retryable());
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_certificate_that_nobody_vouches_for_is_refused() {
    let (server, _) = secure("localhost", |_| Answer::torrent()).await;
    // With the system's own roots, which this also shows to be there.
    let error = refused(&fetcher(), &url("localhost", &server)).await;
    assert_eq!(error.kind(), "tls", "{error:?}");
    assert!(format!("{error:?}").contains("UnknownIssuer"), "{error:?}");
    assert!(server.requests().is_empty());
}

#[tokio::test]
async fn a_server_without_tls_at_an_https_address_is_refused() {
    let listener = TcpListener::bind((HERE, 0)).await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let answering = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        let answer = b"HTTP/1.1 400 Bad Request\r\n\r\n";
        stream.write_all(answer).await.unwrap();
        stream
    };
    let fetcher = fetcher();
    let (error, _stream) = tokio::join!(refused(&fetcher, &url), answering);
    assert_eq!(error.kind(), "tls", "{error:?}");
}

#[tokio::test]
async fn a_handshake_that_breaks_is_worth_a_retry() {
    let listener = TcpListener::bind((HERE, 0)).await.unwrap();
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let breaking = async {
        let (mut stream, _) = listener.accept().await.unwrap();
        stream.read_u8().await.unwrap();
        stream.set_zero_linger().unwrap();
    };
    let fetcher = fetcher();
    let (error, ()) = tokio::join!(refused(&fetcher, &url), breaking);
    assert_eq!(error.kind(), "broken", "{error:?}");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn a_name_that_no_certificate_can_have_is_refused() {
    let mut fetcher = fetcher();
    fetcher.dialer.resolver = Resolver::Test(Box::new(|_| vec![HERE]));
    let server = Server::start(|_| Answer::torrent()).await;
    let error = refused(&fetcher, &url(&"a".repeat(64), &server)).await;
    assert_eq!(error.kind(), "bad-url", "{error:?}");
}

#[tokio::test]
async fn a_body_cut_off_without_goodbye_is_no_file() {
    let cut = Answer::without_length(&["200 OK"], b"d4:info").then_reset();
    let (server, certificate) = secure("localhost", move |_| cut.clone()).await;
    let error = refused(&trusting(certificate), &url("localhost", &server)).await;
    assert_eq!(error.kind(), "broken", "{error:?}");
}

#[tokio::test]
async fn a_redirect_from_a_secure_connection_is_held_to_the_rules() {
    let away = |_: &str| Answer::redirect("https://169.254.169.254/");
    let (server, certificate) = secure("localhost", away).await;
    let error = refused(&trusting(certificate), &url("localhost", &server)).await;
    assert_eq!(error.kind(), "forbidden-address");
}
