use super::server::{Answer, Server};
use super::{fetcher, refused, torrent};

#[tokio::test]
async fn a_torrent_comes_as_it_is() {
    let server = Server::start(|_| Answer::torrent()).await;
    // On a task of its own, as Lambda's runtime and others want it: the future is `Send`.
    let url = server.url("/a.torrent");
    let found = tokio::spawn(async move { fetcher().fetch(&url).await });
    assert_eq!(found.await.unwrap().unwrap(), torrent());
}

#[tokio::test]
async fn a_request_says_who_asks_and_nothing_else() {
    let server = Server::start(|_| Answer::torrent()).await;
    let url = server.url("/a b.torrent?key=1|2#here");
    fetcher().fetch(&url).await.unwrap();
    let expected = format!(
        "GET /a%20b.torrent?key=1|2 HTTP/1.1\r\n\
         host: 127.0.0.1:{}\r\n\
         user-agent: torrent2s3/{}\r\n\
         accept: application/x-bittorrent, */*\r\n\
         accept-encoding: identity\r\n\
         connection: close\r\n\r\n",
        server.port(),
        env!("CARGO_PKG_VERSION"),
    );
    assert_eq!(server.requests(), [expected]);
}

#[tokio::test]
async fn cookies_are_not_kept_between_hops() {
    let server = Server::start(|path| match path {
        "/" => Answer::new("302 Found", &["Location: /a", "Set-Cookie: a=1"], b""),
        _ => Answer::torrent(),
    })
    .await;
    fetcher().fetch(&server.url("/")).await.unwrap();
    let requests = server.requests();
    assert_eq!(requests.len(), 2);
    for request in requests {
        assert!(
            !request.to_ascii_lowercase().contains("cookie"),
            "{request}"
        );
        assert!(
            !request.to_ascii_lowercase().contains("referer"),
            "{request}"
        );
    }
}

#[tokio::test]
async fn what_is_no_web_address_is_refused() {
    for (url, kind) in [
        ("", "bad-url"),
        ("example.com/a.torrent", "bad-url"),
        ("http://", "bad-url"),
        ("http://exa mple.com/", "bad-url"),
        ("http://1.2.3.4.5/", "bad-url"),
        ("http://[::1/", "bad-url"),
        ("http://example.com:99999/", "bad-url"),
        ("http://user@example.com/", "bad-url"),
        ("http://:secret@example.com/", "bad-url"),
        ("file:///etc/passwd", "forbidden-scheme"),
        ("ftp://example.com/a.torrent", "forbidden-scheme"),
        ("gopher://example.com/", "forbidden-scheme"),
        ("data:,d4:infode", "forbidden-scheme"),
        ("magnet:?xt=urn:btih:0", "forbidden-scheme"),
        ("http://example.com:25/", "forbidden-port"),
        ("https://example.com:6667/", "forbidden-port"),
        ("http://example.com:0/", "forbidden-port"),
    ] {
        let error = refused(&fetcher(), url).await;
        assert_eq!(error.kind(), kind, "{url}: {error}");
        assert!(!error.is_retryable(), "{url}");
        assert!(!error.to_string().contains("secret"), "{error}");
    }
}

#[tokio::test]
async fn a_path_too_long_for_http_is_refused() {
    let url = format!("http://example.com/{}", "a".repeat(100_000));
    let mut fetcher = fetcher();
    let server = Server::start(|_| Answer::torrent()).await;
    fetcher.dialer.resolver = crate::resolver::Resolver::Test(Box::new(|_| vec![super::HERE]));
    let url = url.replace("example.com", &format!("example.com:{}", server.port()));
    assert_eq!(refused(&fetcher, &url).await.kind(), "bad-url");
    assert!(server.requests().is_empty());
}
