use std::time::Duration;

use super::server::{Answer, Server};
use super::{TORRENT, fetcher, fetcher_with, refused, torrent};
use crate::{Fetched, Limits};

const HTML: &str = "Content-Type: text/html; charset=utf-8";

fn at_most(bytes: usize) -> crate::Fetcher {
    fetcher_with(Limits {
        total: Duration::from_secs(5),
        bytes,
        ..Limits::default()
    })
}

async fn kind_of(answer: Answer) -> &'static str {
    let server = Server::start(move |_| answer.clone()).await;
    refused(&fetcher(), &server.url("/")).await.kind()
}

#[tokio::test]
async fn the_limits_are_those_that_are_promised() {
    let limits = Limits::default();
    assert_eq!(limits.total, Duration::from_secs(10));
    assert_eq!(limits.bytes, 10 * 1024 * 1024);
    assert_eq!(limits.redirects, 5);
}

#[tokio::test]
async fn a_file_of_just_the_limit_is_read_whichever_way_it_ends() {
    let body = vec![b'x'; 1000];
    for answer in [
        Answer::new("200 OK", &[], &body),
        Answer::without_length(&["200 OK"], &body),
        Answer::without_length(
            &["200 OK", "Transfer-Encoding: chunked"],
            &[b"3e8\r\n", body.as_slice(), b"\r\n0\r\nTrailer: a\r\n\r\n"].concat(),
        ),
    ] {
        let server = Server::start(move |_| answer.clone()).await;
        let found = at_most(1000).fetch(&server.url("/")).await.unwrap();
        assert_eq!(found, Fetched::Torrent(body.clone()));
    }
}

#[tokio::test]
async fn a_file_that_is_announced_too_large_is_not_waited_for() {
    let announced = "Content-Length: 10485761";
    let answer = Answer::without_length(&["200 OK", announced], b"d").then_silence();
    let server = Server::start(move |_| answer.clone()).await;
    let error = refused(&fetcher(), &server.url("/")).await;
    assert_eq!(error.kind(), "too-large");
    assert_eq!(
        error.to_string(),
        "the file has more than 10485760 bytes, the most that are read"
    );
}

#[tokio::test]
async fn a_file_that_turns_out_too_large_is_left_there() {
    let body = [b'x'; 1001];
    for answer in [
        Answer::without_length(&["200 OK"], &body),
        Answer::without_length(
            &["200 OK", "Transfer-Encoding: chunked"],
            &[b"3e9\r\n", body.as_slice()].concat(),
        ),
    ] {
        let answer = answer.then_silence();
        let server = Server::start(move |_| answer.clone()).await;
        let error = refused(&at_most(1000), &server.url("/")).await;
        assert_eq!(error.kind(), "too-large");
    }
}

#[tokio::test]
async fn the_limit_counts_all_pieces_together() {
    let answer =
        Answer::without_length(&["200 OK"], b"x").then_bytes_every(Duration::from_millis(1));
    let server = Server::start(move |_| answer.clone()).await;
    let error = refused(&at_most(20), &server.url("/")).await;
    assert_eq!(error.kind(), "too-large");
}

#[tokio::test]
async fn a_web_page_is_named_as_one() {
    let long = format!("<!-- {} -->", "-".repeat(2000));
    for (headers, body) in [
        (&[HTML][..], "<p>Sign in"),
        (&[HTML], long.as_str()),
        (&[HTML], ""),
        (&[HTML], "download failed"),
        (&["Content-Type: application/xhtml+xml"], "<p/>"),
        (&["content-type: TEXT/HTML"], "x"),
        (
            &["Content-Type: application/x-bittorrent"],
            "<!DOCTYPE html><p>",
        ),
        (&[], "\u{feff} \r\n<!doctype HTML>"),
        (&[], "<HTML lang=en>"),
    ] {
        let kind = kind_of(Answer::new("200 OK", headers, body.as_bytes())).await;
        assert_eq!(kind, "html-instead", "{headers:?} {body}");
    }
}

#[tokio::test]
async fn a_long_web_page_is_not_read_to_its_end() {
    let page = [b"<!doctype html>".as_slice(), &[b' '; 1000]].concat();
    assert_eq!(
        kind_of(Answer::without_length(&["200 OK"], &page).then_silence()).await,
        "html-instead"
    );
}

#[tokio::test]
async fn a_torrent_is_one_under_any_type() {
    for header in [HTML, "Content-Type: text/plain", "X-None: 1"] {
        let server = Server::start(move |_| Answer::new("200 OK", &[header], TORRENT)).await;
        let found = fetcher().fetch(&server.url("/")).await.unwrap();
        assert_eq!(found, torrent(), "{header}");
    }
}

#[tokio::test]
async fn a_compressed_answer_is_refused() {
    for encoding in ["gzip", "br", "identity, gzip"] {
        let header = format!("Content-Encoding: {encoding}");
        let kind = kind_of(Answer::new("200 OK", &[&header], b"\x1f\x8b")).await;
        assert_eq!(kind, "compressed", "{encoding}");
    }
    let plain = Answer::new("200 OK", &["Content-Encoding: Identity"], TORRENT);
    let server = Server::start(move |_| plain.clone()).await;
    assert_eq!(fetcher().fetch(&server.url("/")).await.unwrap(), torrent());
}
