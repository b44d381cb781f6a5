use super::server::{Answer, Server};
use super::{NEXT_DOOR, fetcher, refused, torrent};
use crate::Fetched;

const MAGNET: &str = "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a&dn=a%20b";

/// `/5` leads to `/4`, and so on to `/0`, which is the torrent.
async fn countdown() -> Server {
    Server::start(|path| match path[1..].parse::<u32>().unwrap() {
        0 => Answer::torrent(),
        left => Answer::redirect(&format!("/{}", left - 1)),
    })
    .await
}

/// Fetches from a server that answers with `Location: location`, and once more elsewhere.
async fn led_to(location: &str) -> Result<Fetched, crate::FetchError> {
    let location = location.to_owned();
    let server = Server::start(move |path| match path {
        "/dir/start" => Answer::redirect(&location),
        "/dir/a.torrent?b" | "/a.torrent" => Answer::torrent(),
        _ => Answer::new("404 Not Found", &[], b""),
    })
    .await;
    fetcher().fetch(&server.url("/dir/start")).await
}

#[tokio::test]
async fn five_redirects_are_followed() {
    let server = countdown().await;
    let found = fetcher().fetch(&server.url("/5")).await.unwrap();
    assert_eq!(found, torrent());
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn a_sixth_redirect_is_an_error_and_is_not_asked_for() {
    let server = countdown().await;
    let error = refused(&fetcher(), &server.url("/6")).await;
    assert_eq!(error.kind(), "too-many-redirects");
    assert_eq!(error.to_string(), "the address redirects more than 5 times");
    assert_eq!(server.requests().len(), 6);
}

#[tokio::test]
async fn a_location_may_be_relative() {
    for location in [
        "a.torrent?b",
        "../a.torrent",
        "/a.torrent",
        "./../dir/a.torrent?b#c",
    ] {
        assert_eq!(led_to(location).await.unwrap(), torrent(), "{location}");
    }
}

#[tokio::test]
async fn every_status_that_redirects_a_get_is_followed() {
    for status in ["301 A", "302 A", "303 A", "307 A", "308 A"] {
        let server = Server::start(move |path| match path {
            "/" => Answer::new(status, &["Location: /a"], b""),
            _ => Answer::torrent(),
        })
        .await;
        assert_eq!(fetcher().fetch(&server.url("/")).await.unwrap(), torrent());
    }
}

#[tokio::test]
async fn a_magnet_link_ends_the_way() {
    let found = led_to(MAGNET).await.unwrap();
    assert_eq!(found, Fetched::Magnet(MAGNET.to_owned()));
    let shouted = MAGNET.replace("magnet", "MAGNET");
    let found = led_to(&shouted).await.unwrap();
    assert_eq!(found, Fetched::Magnet(shouted));
}

#[tokio::test]
async fn a_magnet_link_after_five_redirects_is_no_sixth() {
    let server = Server::start(|path| match path[1..].parse::<u32>().unwrap() {
        0 => Answer::redirect(MAGNET),
        left => Answer::redirect(&format!("/{}", left - 1)),
    })
    .await;
    let found = fetcher().fetch(&server.url("/5")).await.unwrap();
    assert_eq!(found, Fetched::Magnet(MAGNET.to_owned()));
}

#[tokio::test]
async fn a_redirect_is_held_to_the_same_rules() {
    for (location, kind) in [
        ("file:///etc/passwd", "forbidden-scheme"),
        ("ftp://example.com/a.torrent", "forbidden-scheme"),
        (
            "http://169.254.169.254/latest/meta-data/",
            "forbidden-address",
        ),
        (
            "http://[fd00:ec2::254]/latest/meta-data/",
            "forbidden-address",
        ),
        ("//169.254.169.254/latest/", "forbidden-address"),
        ("https://10.0.0.1/", "forbidden-address"),
        ("http://0x7f.2/", "forbidden-address"),
        ("http://[::ffff:127.0.0.1]/", "forbidden-address"),
        ("http://example.com:25/", "forbidden-port"),
        ("http://user:secret@example.com/", "bad-url"),
        ("http://[oops/", "bad-url"),
    ] {
        let error = led_to(location).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{location}: {error}");
    }
}

#[tokio::test]
async fn a_redirect_to_a_forbidden_server_does_not_reach_it() {
    let forbidden = Server::start_at(NEXT_DOOR, None, |_| Answer::torrent()).await;
    let error = led_to(&forbidden.url("/a.torrent")).await.unwrap_err();
    assert_eq!(error.kind(), "forbidden-address");
    assert!(forbidden.requests().is_empty());
    assert!(!format!("{error} {error:?}").contains("127.0.0"));
}

#[tokio::test]
async fn a_redirect_that_names_no_place_is_an_error() {
    let server = Server::start(|path| match path {
        "/none" => Answer::new("302 Found", &[], b""),
        "/choices" => Answer::new("300 Multiple Choices", &["Location: /"], b""),
        "/bytes" => Answer::raw(b"HTTP/1.1 302 Found\r\nLocation: /\xff\r\n\r\n"),
        _ => Answer::torrent(),
    })
    .await;
    for (path, kind) in [
        ("/none", "status"),
        ("/choices", "status"),
        ("/bytes", "broken"),
    ] {
        let error = refused(&fetcher(), &server.url(path)).await;
        assert_eq!(error.kind(), kind, "{path}: {error}");
    }
}
