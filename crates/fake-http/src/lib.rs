//! For tests and benches: an HTTP server on loopback whose requests a test answers, one after the other.
//!
//! Not `tiny_http`: its pool may leave a connection without a thread when several come at once, and then the request
//! on it is never read.

use std::convert::Infallible;
use std::io;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, Sender};
use std::thread;
use std::time::Duration;

use http::request::Parts;
use http::{Method, StatusCode};
use http_body_util::{BodyExt, Full};
use hyper::body::{Bytes, Incoming};
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use tokio::sync::oneshot;

/// An answer: status, headers and body.
pub type Response = http::Response<Vec<u8>>;

/// Takes requests on a free port of 127.0.0.1, as many at a time as come, until the process ends.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    requests: Receiver<Request>,
}

/// A request that was read to its end. One that is dropped is answered with 500.
#[derive(Debug)]
pub struct Request {
    head: Parts,
    body: Vec<u8>,
    answer: oneshot::Sender<Response>,
}

impl Server {
    /// Listens.
    ///
    /// # Errors
    /// When there is no free port, or no thread.
    pub fn start() -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        listener.set_nonblocking(true)?;
        let address = listener.local_addr()?;
        let (sender, requests) = mpsc::channel();
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_io()
            .build()?;
        thread::Builder::new()
            .name("fake-http".to_owned())
            .spawn(move || runtime.block_on(accept(listener, sender)))?;
        Ok(Self { address, requests })
    }

    /// Where it listens.
    #[must_use]
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// `http://127.0.0.1:PORT`
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Waits for the next request; `None` when none came in time.
    #[must_use]
    pub fn recv_timeout(&self, patience: Duration) -> Option<Request> {
        match self.requests.recv_timeout(patience) {
            Ok(request) => Some(request),
            Err(RecvTimeoutError::Timeout) => None,
            Err(RecvTimeoutError::Disconnected) => unreachable!("the server runs for ever"),
        }
    }

    /// Every request that comes, for ever.
    pub fn requests(&self) -> impl Iterator<Item = Request> {
        self.requests.iter()
    }
}

impl Request {
    /// GET, PUT, …
    #[must_use]
    pub const fn method(&self) -> &Method {
        &self.head.method
    }

    /// Path and query.
    #[must_use]
    pub fn url(&self) -> &str {
        self.head
            .uri
            .path_and_query()
            .map_or("/", |url| url.as_str())
    }

    /// A header that is text.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.head.headers.get(name)?.to_str().ok()
    }

    /// All of them; names are in small letters.
    #[must_use]
    pub const fn headers(&self) -> &http::HeaderMap {
        &self.head.headers
    }

    /// What came with it.
    #[must_use]
    pub fn body(&self) -> &[u8] {
        &self.body
    }

    /// Sends the answer. Who has gone does not get it.
    pub fn respond(self, response: Response) {
        _ = self.answer.send(response);
    }
}

/// An answer without a body.
#[must_use]
pub fn empty(status: StatusCode) -> Response {
    let mut response = Response::default();
    *response.status_mut() = status;
    response
}

/// An answer of this `Content-Type`.
///
/// # Panics
/// When `content_type` is no header's value.
#[must_use]
pub fn answer(status: StatusCode, content_type: &str, body: impl Into<Vec<u8>>) -> Response {
    let response = http::Response::builder().status(status);
    let response = response.header(http::header::CONTENT_TYPE, content_type);
    response.body(body.into()).expect("a header's value")
}

async fn accept(listener: TcpListener, requests: Sender<Request>) {
    let listener = tokio::net::TcpListener::from_std(listener).expect("a listener in a runtime");
    loop {
        // A connection that was given up before it was accepted.
        let Ok((stream, _)) = listener.accept().await else {
            continue;
        };
        // Otherwise the second packet of an answer waits 40 ms for the client's delayed acknowledgement.
        _ = stream.set_nodelay(true);
        let requests = requests.clone();
        let service = service_fn(move |request| read(request, requests.clone()));
        let connection = hyper::server::conn::http1::Builder::new()
            .serve_connection(TokioIo::new(stream), service);
        // It errs when the client goes away.
        tokio::spawn(connection);
    }
}

async fn read(
    request: hyper::Request<Incoming>,
    requests: Sender<Request>,
) -> Result<hyper::Response<Full<Bytes>>, Infallible> {
    let (head, body) = request.into_parts();
    let Ok(body) = body.collect().await else {
        return Ok(nobody("the request broke off"));
    };
    let (answer, answered) = oneshot::channel();
    let request = Request {
        head,
        body: body.to_bytes().into(),
        answer,
    };
    if requests.send(request).is_err() {
        return Ok(nobody("the server's owner has gone"));
    }
    Ok(answered
        .await
        .map_or_else(|_| nobody("the request was dropped"), whole))
}

fn nobody(why: &str) -> hyper::Response<Full<Bytes>> {
    whole(answer(StatusCode::INTERNAL_SERVER_ERROR, "text/plain", why))
}

fn whole(response: Response) -> hyper::Response<Full<Bytes>> {
    response.map(|body| Full::new(body.into()))
}
