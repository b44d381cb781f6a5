use std::error::Error;
use std::iter::successors;

use tokio::net::TcpListener;

use super::server::{Answer, Server};
use super::{HERE, TORRENT, fetcher, refused};
use crate::FetchError;

async fn answered(answer: Answer) -> FetchError {
    let server = Server::start(move |_| answer.clone()).await;
    refused(&fetcher(), &server.url("/")).await
}

#[tokio::test]
async fn what_is_not_there_is_not_found() {
    for status in ["404 Not Found", "410 Gone"] {
        // A web page about it changes nothing.
        let error = answered(Answer::new(status, &["Content-Type: text/html"], b"<html>")).await;
        assert_eq!(error.kind(), "not-found");
        assert_eq!(error.status(), status[..3].parse().ok());
        assert!(!error.is_retryable());
    }
}

#[tokio::test]
async fn another_status_is_told_and_says_whether_to_retry() {
    for (status, retryable) in [
        ("204 No Content", false),
        ("206 Partial Content", false),
        ("401 Unauthorized", false),
        ("403 Forbidden", false),
        ("429 Too Many Requests", true),
        ("500 Internal Server Error", true),
        ("501 Not Implemented", false),
        ("503 Service Unavailable", true),
    ] {
        let error = answered(Answer::new(status, &[], b"")).await;
        assert_eq!(error.kind(), "status", "{status}");
        assert_eq!(error.status(), status[..3].parse().ok());
        assert_eq!(error.is_retryable(), retryable, "{status}");
        assert!(error.to_string().contains(&status[..3]), "{error}");
    }
}

#[tokio::test]
async fn an_error_says_nothing_of_what_was_sent() {
    for answer in [
        Answer::new("500 hidden", &["X-Hidden: hidden"], b"hidden"),
        Answer::new("200 OK", &[], b"<html>hidden"),
        Answer::raw("hidden\r\n\r\n"),
        Answer::raw("HTTP/1.1 302 OK\r\nLocation: http://hidden:hidden@hidden/\r\n\r\n"),
    ] {
        let error = answered(answer).await;
        let causes = successors(error.source(), |&cause| cause.source());
        let causes: Vec<_> = causes.map(ToString::to_string).collect();
        let told = format!("{error} {error:?} {causes:?}");
        assert!(!told.contains("hidden"), "{told}");
        assert!(!told.contains("127.0.0.1"), "{told}");
    }
}

#[tokio::test]
async fn a_connection_that_breaks_is_worth_a_retry() {
    let head = b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n";
    for answer in [
        Answer::raw("").then_reset(),
        Answer::raw(""),
        Answer::raw("HTTP/1.1 200 OK\r\n"),
        Answer::raw([head.as_slice(), TORRENT].concat()).then_reset(),
        Answer::raw([head.as_slice(), TORRENT].concat()),
        Answer::raw("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nd4:in"),
        Answer::raw("SSH-2.0-OpenSSH_9.6\r\n\r\n"),
    ] {
        let error = answered(answer).await;
        assert_eq!(error.kind(), "broken", "{error:?}");
        assert!(error.is_retryable());
    }
}

#[tokio::test]
async fn a_head_without_end_is_cut_off() {
    let head = format!("HTTP/1.1 200 OK\r\nX: {}", "x".repeat(1_000_000));
    let error = answered(Answer::raw(head).then_silence()).await;
    assert_eq!(error.kind(), "broken", "{error:?}");
}

#[tokio::test]
async fn a_refused_connection_is_worth_a_retry() {
    let listener = TcpListener::bind((HERE, 0)).await.unwrap();
    let url = format!("http://{}/", listener.local_addr().unwrap());
    drop(listener);
    let error = refused(&fetcher(), &url).await;
    assert_eq!(error.kind(), "broken");
    assert!(error.is_retryable());
}
