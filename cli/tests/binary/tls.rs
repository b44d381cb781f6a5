//! HTTPS: with the system's roots, for the right name, or not at all.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use data_encoding::BASE64;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::PrivatePkcs8KeyDer;
use serde_json::{Value, json};

use crate::server::{Server, answer};
use crate::world::{Ended, command, end, json_answer};

/// A server with a certificate for `name`, which is written to `roots` as PEM.
fn secure(name: &str, roots: &Path) -> Server {
    let made = rcgen::generate_simple_self_signed([name.to_owned()]).unwrap();
    let certificate = made.cert.der().clone();
    let base64 = BASE64.encode(&certificate);
    let pem = format!("-----BEGIN CERTIFICATE-----\n{base64}\n-----END CERTIFICATE-----\n");
    fs::write(roots, pem).unwrap();
    let key = PrivatePkcs8KeyDer::from(made.signing_key.serialize_der());
    let config = ServerConfig::builder_with_provider(Arc::new(aws_lc_rs::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![certificate], key.into())
        .unwrap();
    Server::start_with(Some(Arc::new(config)), |_, _| {
        json_answer(200, &json!({ "torrents": [] }))
    })
}

fn list(url: &str, roots: &Path) -> Ended {
    let mut command = command(url, &["list"]);
    command
        .env("SSL_CERT_FILE", roots)
        .env("TORRENT2S3_TOKEN", "t");
    end(command)
}

#[test]
fn a_server_that_the_roots_vouch_for_is_talked_to() {
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    let server = secure("t2s3.localhost", &roots);
    let ended = list(&format!("https://t2s3.localhost:{}", server.port()), &roots);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(server.seen()[0].header("authorization"), Some("Bearer t"));
}

#[test]
fn others_hear_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let (roots, others) = (folder.path().join("roots"), folder.path().join("others"));
    let server = secure("t2s3.localhost", &roots);
    let _ = secure("t2s3.localhost", &others);
    let https = |name: &str| format!("https://{name}:{}", server.port());
    for (url, roots) in [
        (https("t2s3.localhost"), &others),
        (https("other.localhost"), &roots),
    ] {
        let ended = list(&url, roots);
        assert_eq!(ended.code, 3, "{ended:?}");
        assert!(ended.stderr.contains("certificate"), "{ended:?}");
    }
    assert_eq!(server.seen().len(), 0);
    let plain = Server::start(|_, _| answer(200, &[], b""));
    let ended = list(&format!("https://t2s3.localhost:{}", plain.port()), &roots);
    assert_eq!(ended.code, 3, "{ended:?}");
}

/// What `doctor --json` says of the certificate, and its exit status.
fn examined(url: &str, roots: &Path) -> (Value, i32) {
    let mut command = command(url, &["doctor", "--json", "--timeout", "5"]);
    command.env("SSL_CERT_FILE", roots);
    let ended = end(command);
    let line = ended
        .json()
        .into_iter()
        .find(|line| line["check"] == "certificate");
    (line.unwrap(), ended.code)
}

#[test]
fn the_doctor_looks_at_the_certificate() {
    let folder = tempfile::tempdir().unwrap();
    let (roots, others) = (folder.path().join("roots"), folder.path().join("others"));
    let server = secure("t2s3.localhost", &roots);
    let _ = secure("t2s3.localhost", &others);
    let https = |name: &str| format!("https://{name}:{}", server.port());
    let (line, _) = examined(&https("t2s3.localhost"), &roots);
    assert_eq!(line["outcome"], "ok", "{line}");
    for (url, roots) in [
        (https("t2s3.localhost"), &others),
        (https("other.localhost"), &roots),
    ] {
        let before = server.seen().len();
        let (line, code) = examined(&url, roots);
        assert_eq!((&line["outcome"], code), (&"failed".into(), 6), "{line}");
        let cause = line["cause"].as_str().unwrap();
        assert!(cause.contains("not for this name"), "{line}");
        assert!(
            line["command"].as_str().unwrap().contains("aws acm"),
            "{line}"
        );
        assert_eq!(server.seen().len(), before, "nothing was asked");
    }
}

#[test]
fn an_open_address_that_has_become_a_secure_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    let server = secure("t2s3.localhost", &roots);
    let location = format!("https://t2s3.localhost:{}/api/torrents", server.port());
    let open = Server::start(move |_, _| answer(301, &[("location", &location)], b""));
    let ended = list(&open.url(), &roots);
    assert_eq!(ended.code, 3, "{ended:?}");
    assert!(ended.stderr.contains("has moved to https://"), "{ended:?}");
    assert_eq!(server.seen().len(), 0);
}
