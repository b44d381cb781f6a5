use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio::time::sleep;
use tokio_rustls::TlsAcceptor;

use super::{HERE, TORRENT};
use crate::dial::Stream;

/// A server that sends just the bytes a test wants, at the pace it wants.
pub(super) struct Server {
    address: SocketAddr,
    requests: Arc<Mutex<Vec<String>>>,
    task: JoinHandle<()>,
}

/// What follows the request's head.
#[derive(Clone)]
pub(super) struct Answer {
    bytes: Vec<u8>,
    /// Before the first byte.
    delay: Duration,
    end: End,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Close,
    Reset,
    /// Nothing more, until the client goes.
    Silence,
    /// One byte after another, each after a pause, until the client goes.
    Forever(Duration),
}

impl Answer {
    pub(super) fn raw(bytes: impl Into<Vec<u8>>) -> Self {
        Self {
            bytes: bytes.into(),
            delay: Duration::ZERO,
            end: End::Close,
        }
    }

    pub(super) fn new(status: &str, headers: &[&str], body: &[u8]) -> Self {
        let length = format!("Content-Length: {}", body.len());
        let mut lines = vec![status, &length];
        lines.extend(headers);
        Self::without_length(&lines, body)
    }

    /// The body ends where the connection does.
    pub(super) fn without_length(lines: &[&str], body: &[u8]) -> Self {
        let head = format!("HTTP/1.1 {}\r\n\r\n", lines.join("\r\n"));
        Self::raw([head.as_bytes(), body].concat())
    }

    pub(super) fn torrent() -> Self {
        let headers = ["Content-Type: application/x-bittorrent"];
        Self::new("200 OK", &headers, TORRENT)
    }

    pub(super) fn redirect(to: &str) -> Self {
        Self::new("302 Found", &[&format!("Location: {to}")], b"")
    }

    pub(super) fn after(mut self, delay: Duration) -> Self {
        self.delay = delay;
        self
    }

    pub(super) fn then_reset(mut self) -> Self {
        self.end = End::Reset;
        self
    }

    pub(super) fn then_silence(mut self) -> Self {
        self.end = End::Silence;
        self
    }

    pub(super) fn then_bytes_every(mut self, pause: Duration) -> Self {
        self.end = End::Forever(pause);
        self
    }
}

impl Server {
    /// `answer` gets the path and query that is asked for.
    pub(super) async fn start(answer: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Self {
        Self::start_at(HERE, None, answer).await
    }

    pub(super) async fn start_at(
        ip: IpAddr,
        tls: Option<TlsAcceptor>,
        answer: impl Fn(&str) -> Answer + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind((ip, 0)).await.unwrap();
        let address = listener.local_addr().unwrap();
        let requests = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&requests);
        // One connection after another: a fetch never has two.
        let task = tokio::spawn(async move {
            loop {
                let (mut tcp, _) = listener.accept().await.unwrap();
                let end = match &tls {
                    None => serve(&mut tcp, &seen, &answer).await,
                    Some(tls) => match tls.accept(&mut tcp).await {
                        Ok(mut stream) => serve(&mut stream, &seen, &answer).await,
                        Err(_) => None, // the client does not trust this server
                    },
                };
                if end == Some(End::Reset) {
                    tcp.set_zero_linger().unwrap();
                }
            }
        });
        Self {
            address,
            requests,
            task,
        }
    }

    pub(super) fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub(super) fn port(&self) -> u16 {
        self.address.port()
    }

    /// The heads of all requests so far.
    pub(super) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// `None` where the client left first.
async fn serve(
    stream: &mut impl Stream,
    requests: &Mutex<Vec<String>>,
    answer: &impl Fn(&str) -> Answer,
) -> Option<End> {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        head.push(stream.read_u8().await.ok()?);
    }
    let head = String::from_utf8(head).unwrap();
    let answer = answer(head.split(' ').nth(1).unwrap());
    requests.lock().unwrap().push(head);

    sleep(answer.delay).await;
    stream.write_all(&answer.bytes).await.ok()?;
    stream.flush().await.ok()?;
    match answer.end {
        End::Close => stream.shutdown().await.ok()?,
        End::Reset => {}
        End::Silence => drop(stream.read(&mut [0]).await),
        End::Forever(pause) => loop {
            sleep(pause).await;
            stream.write_all(b"x").await.ok()?;
            stream.flush().await.ok()?;
        },
    }
    Some(answer.end)
}
