use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use super::server::{Answer, Server};
use super::{HERE, NEXT_DOOR, fetcher, refused, torrent};
use crate::Fetcher;
use crate::guard::Guard;
use crate::resolver::Resolver;
use crate::target::Target;

/// A fetcher whose every name has these addresses: the first element's at the first lookup, and so
/// on. Counts the lookups.
fn resolving(answers: &'static [&'static [IpAddr]]) -> (Fetcher, Arc<AtomicUsize>) {
    let lookups = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&lookups);
    let mut fetcher = fetcher();
    fetcher.dialer.resolver = Resolver::Test(Box::new(move |_| {
        let turn = counter.fetch_add(1, Ordering::SeqCst);
        answers[turn.min(answers.len() - 1)].to_vec()
    }));
    (fetcher, lookups)
}

fn named(server: &Server, path: &str) -> String {
    format!("http://torrents.example:{}{path}", server.port())
}

#[tokio::test]
async fn the_address_that_was_checked_is_the_one_connected_to() {
    // A second lookup would get another answer, as an attacker's name server gives it.
    let (fetcher, lookups) = resolving(&[&[HERE], &[NEXT_DOOR]]);
    let server = Server::start(|_| Answer::torrent()).await;
    let found = fetcher.fetch(&named(&server, "/")).await.unwrap();
    assert_eq!(found, torrent());
    assert_eq!(lookups.load(Ordering::SeqCst), 1);
    let host = format!("host: torrents.example:{}\r\n", server.port());
    assert!(server.requests()[0].contains(&host));
}

#[tokio::test]
async fn a_name_is_checked_again_at_every_hop() {
    let (fetcher, lookups) = resolving(&[&[HERE], &[NEXT_DOOR]]);
    let server = Server::start(|_| Answer::redirect("/again")).await;
    let error = refused(&fetcher, &named(&server, "/")).await;
    assert_eq!(error.kind(), "forbidden-address");
    assert_eq!(lookups.load(Ordering::SeqCst), 2);
    assert_eq!(server.requests().len(), 1);
}

#[tokio::test]
async fn a_name_with_forbidden_addresses_only_is_refused() {
    let forbidden = Server::start_at(NEXT_DOOR, None, |_| Answer::torrent()).await;
    let (fetcher, _) = resolving(&[&[NEXT_DOOR, IpAddr::V6(Ipv6Addr::LOCALHOST)]]);
    let error = refused(&fetcher, &named(&forbidden, "/")).await;
    assert_eq!(error.kind(), "forbidden-address");
    assert!(forbidden.requests().is_empty());
}

#[tokio::test]
async fn forbidden_addresses_beside_good_ones_are_left_out() {
    let server = Server::start(|_| Answer::torrent()).await;
    let (fetcher, _) = resolving(&[&[NEXT_DOOR, HERE]]);
    let found = fetcher.fetch(&named(&server, "/")).await.unwrap();
    assert_eq!(found, torrent());
}

#[tokio::test]
async fn ipv4_is_tried_first() {
    const FOUND: &[IpAddr] = &[
        IpAddr::V6(Ipv6Addr::new(0x2606, 0x4700, 0, 0, 0, 0, 0, 0x1111)),
        IpAddr::V6(Ipv6Addr::LOCALHOST),
        IpAddr::V4(Ipv4Addr::new(1, 1, 1, 1)),
    ];
    let (fetcher, _) = resolving(&[FOUND]);
    let target = Target::parse("https://torrents.example").unwrap();
    let found = fetcher.dialer.addresses(&target).await.unwrap();
    let expected = ["1.1.1.1:443", "[2606:4700::1111]:443"].map(|at| at.parse().unwrap());
    assert_eq!(found, expected);
}

#[tokio::test]
async fn a_name_without_addresses_is_an_error_of_names() {
    let (fetcher, _) = resolving(&[&[]]);
    let error = refused(&fetcher, "http://torrents.example/").await;
    assert_eq!(error.kind(), "dns");
    assert!(error.is_retryable());
}

#[tokio::test]
async fn the_system_resolves_names() {
    let server = Server::start(|_| Answer::torrent()).await;
    let url = format!("http://localhost:{}/", server.port());
    assert_eq!(fetcher().fetch(&url).await.unwrap(), torrent());
    // RFC 6761: this name never exists.
    let error = refused(&fetcher(), "http://torrents.invalid/").await;
    assert_eq!(error.kind(), "dns");
}

#[tokio::test]
async fn numbers_in_any_notation_are_addresses_not_names() {
    let (mut fetcher, lookups) = resolving(&[&[HERE]]);
    fetcher.dialer.guard = Guard::Public;
    for host in [
        "2130706433",
        "0x7f.1",
        "0177.0.0.01",
        "127.1",
        "１２７.0.0.1",
        "[::1]",
    ] {
        let error = refused(&fetcher, &format!("http://{host}/")).await;
        assert_eq!(error.kind(), "forbidden-address", "{host}");
    }
    assert_eq!(lookups.load(Ordering::SeqCst), 0);
}
