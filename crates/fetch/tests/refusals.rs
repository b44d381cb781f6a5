//! What the crate refuses as everybody else links it: these tests see the build that is deployed,
//! which has none of the crate's own test hooks. Each would end with a connection if it had.

use std::io::ErrorKind;
use std::net::{Ipv4Addr, Ipv6Addr, TcpListener};
use std::time::Duration;

use fetch::{Fetcher, Limits};

/// A server here, and what to call it.
struct Here {
    v4: TcpListener,
    v6: Option<TcpListener>,
    port: u16,
}

impl Here {
    fn listen() -> Self {
        let v4 = TcpListener::bind((Ipv4Addr::UNSPECIFIED, 0)).unwrap();
        let port = v4.local_addr().unwrap().port();
        // Not every machine that builds has IPv6; the refusals are checked all the same.
        let v6 = TcpListener::bind((Ipv6Addr::LOCALHOST, port)).ok();
        for listener in [Some(&v4), v6.as_ref()].into_iter().flatten() {
            listener.set_nonblocking(true).unwrap();
        }
        Self { v4, v6, port }
    }

    fn was_connected_to(&self) -> bool {
        [Some(&self.v4), self.v6.as_ref()]
            .into_iter()
            .flatten()
            .any(|listener| match listener.accept() {
                Ok(_) => true,
                Err(error) if error.kind() == ErrorKind::WouldBlock => false,
                Err(error) => panic!("{error}"),
            })
    }
}

async fn is_refused(url: &str) {
    let fetcher = Fetcher::new(Limits {
        total: Duration::from_secs(2),
        ..Limits::default()
    });
    let error = fetcher.fetch(url).await.unwrap_err();
    assert_eq!(error.kind(), "forbidden-address", "{url}: {error}");
    assert!(!error.is_retryable());
}

#[tokio::test]
async fn this_machine_is_not_connected_to_under_any_name() {
    let here = Here::listen();
    for host in [
        "127.0.0.1",
        "127.1",
        "127.255.255.254",
        "2130706433",
        "0x7f.1",
        "0x7F000001",
        "017700000001",
        "0177.0.0.1",
        "%31%32%37.0.0.1",
        "①②⑦.0.0.1",
        "0.0.0.0",
        "0",
        "localhost",
        "LOCALHOST",
        "[::1]",
        "[::]",
        "[::ffff:127.0.0.1]",
        "[::ffff:7f00:1]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[64:ff9b:1::7f00:1]",
        "[2002:7f00:1::]",
    ] {
        for scheme in ["http", "https"] {
            is_refused(&format!("{scheme}://{host}:{}/a.torrent", here.port)).await;
        }
    }
    assert!(!here.was_connected_to());
}

#[tokio::test]
async fn instance_metadata_and_private_networks_are_refused() {
    for host in [
        "169.254.169.254",
        "2852039166",
        "0xA9FEA9FE",
        "169.254.170.2",
        "[fd00:ec2::254]",
        "[::ffff:169.254.169.254]",
        "[64:ff9b::a9fe:a9fe]",
        "10.0.0.1",
        "172.31.0.2",
        "192.168.1.1",
        "100.64.0.1",
        "[fe80::1]",
        "[fc00::1]",
        "[fec0::1]",
        "224.0.0.1",
        "[ff02::1]",
        "255.255.255.255",
        "198.18.0.1",
        "203.0.113.1",
        "[2001:db8::1]",
        "[2001:0:a9fe:a9fe::1]",
    ] {
        is_refused(&format!("http://{host}/")).await;
    }
}

#[test]
fn a_listener_notices_a_connection() {
    let here = Here::listen();
    assert!(!here.was_connected_to());
    let connection = std::net::TcpStream::connect((Ipv4Addr::LOCALHOST, here.port)).unwrap();
    assert!(here.was_connected_to());
    drop(connection);
}
