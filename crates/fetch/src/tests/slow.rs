use std::time::{Duration, Instant};

use tokio::net::{TcpListener, TcpSocket, TcpStream};
use tokio::time::timeout;

use super::server::{Answer, Server};
use super::{HERE, fetcher_with, refused};
use crate::{FetchError, Limits};

const TOTAL: Duration = Duration::from_millis(400);

async fn times_out(url: &str) {
    let started = Instant::now();
    let fetcher = fetcher_with(Limits {
        total: TOTAL,
        ..Limits::default()
    });
    let error = refused(&fetcher, url).await;
    assert_eq!(error.kind(), "timed-out", "{error:?}");
    assert!(error.is_retryable());
    let took = started.elapsed();
    assert!(took >= TOTAL && took < 3 * TOTAL, "{took:?}");
}

#[tokio::test]
async fn headers_that_do_not_come_are_not_waited_for() {
    let silent = Server::start(|_| Answer::raw("").then_silence()).await;
    times_out(&silent.url("/")).await;
}

#[tokio::test]
async fn headers_that_come_byte_by_byte_gain_no_time() {
    let slow = Server::start(|_| {
        Answer::raw("HTTP/1.1 200 OK\r\nX: ").then_bytes_every(Duration::from_millis(20))
    })
    .await;
    times_out(&slow.url("/")).await;
}

#[tokio::test]
async fn a_body_that_comes_byte_by_byte_gains_no_time() {
    let slow = Server::start(|_| {
        Answer::without_length(&["200 OK"], b"d").then_bytes_every(Duration::from_millis(20))
    })
    .await;
    times_out(&slow.url("/")).await;
}

#[tokio::test]
async fn all_hops_share_the_time() {
    let slow = Server::start(|_| Answer::redirect("/").after(TOTAL / 3)).await;
    times_out(&slow.url("/")).await;
    assert!(slow.requests().len() > 1);
}

#[tokio::test]
async fn a_handshake_that_does_not_come_is_not_waited_for() {
    let listener = TcpListener::bind((HERE, 0)).await.unwrap();
    times_out(&format!("https://{}/", listener.local_addr().unwrap())).await;
}

#[tokio::test]
async fn a_connection_has_a_limit_of_its_own() {
    // A listener that accepts nothing: once its queue is full it leaves connections unanswered.
    let socket = TcpSocket::new_v4().unwrap();
    socket.bind((HERE, 0).into()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut queued = Vec::new();
    while let Ok(stream) = timeout(TOTAL / 4, TcpStream::connect(address)).await {
        queued.push(stream.unwrap());
        assert!(queued.len() < 100, "the queue is never full");
    }
    let fetcher = fetcher_with(Limits {
        connect: TOTAL,
        ..Limits::default()
    });
    let started = Instant::now();
    let error = refused(&fetcher, &format!("http://{address}/")).await;
    assert!(matches!(error, FetchError::TimedOut(TOTAL)), "{error:?}");
    assert!(started.elapsed() < 3 * TOTAL);
}
