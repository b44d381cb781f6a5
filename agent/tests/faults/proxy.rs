use std::convert::Infallible;
use std::io;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use bytes::{Bytes, BytesMut};
use http_body_util::{BodyExt, Empty, Full, StreamBody, combinators::BoxBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{CONTENT_TYPE, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use percent_encoding::percent_decode_str;
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::mpsc;
use tokio::task::JoinSet;
use tokio::time::{Instant, sleep, sleep_until};
use torrent::Timestamp;

use crate::fault::{Fault, Operation, Rule};
use crate::record::{Record, Seen};

/// AWS takes what was signed up to 15 minutes ago or ahead (Signature Version 4).
const CLOCK_SKEW_SECONDS_MAX: u64 = 15 * 60;

type Body = BoxBody<Bytes, io::Error>;

/// Stands between the agent and S3. Ends when dropped.
pub(crate) struct Proxy {
    pub(crate) url: String,
    shared: Arc<Shared>,
    _tasks: JoinSet<()>,
}

struct Shared {
    s3: String,
    rules: Mutex<Vec<Rule>>,
    record: Arc<Record>,
    /// When the next byte may pass, at this many per second; no limit at first.
    pace: Mutex<(Instant, Option<u32>)>,
}

impl Proxy {
    /// `s3` is `HOST:PORT`.
    pub(crate) async fn start(s3: &str) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let shared = Arc::new(Shared {
            s3: s3.to_owned(),
            rules: Mutex::default(),
            record: Arc::default(),
            pace: Mutex::new((Instant::now(), None)),
        });
        let mut tasks = JoinSet::new();
        let serving = Arc::clone(&shared);
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((stream, _)) = listener.accept().await {
                connections.spawn(converse(stream, Arc::clone(&serving)));
            }
        });
        Self {
            url,
            shared,
            _tasks: tasks,
        }
    }

    pub(crate) fn add(&self, rule: Rule) {
        self.shared.rules.lock().expect("no panic").push(rule);
    }

    /// From now on nothing goes wrong.
    pub(crate) fn heal(&self) {
        self.shared.rules.lock().expect("no panic").clear();
    }

    /// Content passes at this many bytes per second, all connections together.
    pub(crate) fn limit(&self, bytes_per_second: Option<u32>) {
        *self.shared.pace.lock().expect("no panic") = (Instant::now(), bytes_per_second);
    }

    pub(crate) fn record(&self) -> &Record {
        &self.shared.record
    }
}

/// Whether the client's clock is so wrong that AWS refuses what it signs.
fn is_skewed(request: &Request<Incoming>) -> bool {
    let signed = request.headers().get("x-amz-date");
    let signed = signed.and_then(|time| time.to_str().ok());
    let signed = signed.and_then(|time| Some((time.get(..8)?, time.get(9..15)?)));
    let Some((day, time)) = signed else {
        return false;
    };
    let (year, month, day) = (&day[..4], &day[4..6], &day[6..]);
    let (hour, minute, second) = (&time[..2], &time[2..4], &time[4..]);
    let signed: Timestamp = format!("{year}-{month}-{day}T{hour}:{minute}:{second}Z")
        .parse()
        .expect("a time");
    let off = signed.as_second().abs_diff(Timestamp::now().as_second());
    off > CLOCK_SKEW_SECONDS_MAX
}

async fn converse(stream: TcpStream, shared: Arc<Shared>) {
    let answer = service_fn(|request| {
        let shared = Arc::clone(&shared);
        async move { shared.answer(request).await }
    });
    // A broken connection is the client's matter, or what was wanted.
    let _ended = hyper::server::conn::http1::Builder::new()
        .serve_connection(TokioIo::new(stream), answer)
        .await;
}

impl Shared {
    /// An error closes the connection without an answer.
    async fn answer(
        self: Arc<Self>,
        request: Request<Incoming>,
    ) -> Result<Response<Body>, io::Error> {
        let (number, fault) = self.note(&request);
        let (head, body) = request.into_parts();
        match fault {
            Some(Fault::Answer(status, code)) => {
                self.read(number, body, u64::MAX).await?;
                Ok(error_answer(status, code))
            }
            Some(Fault::Break { after_bytes }) => {
                self.read(number, body, after_bytes).await?;
                Err(io::Error::other("broken by the test"))
            }
            Some(Fault::Hang) => loop {
                sleep(Duration::from_mins(1)).await;
            },
            Some(Fault::LoseAnswer) => {
                let request = Request::from_parts(head, self.pump(number, body, false));
                let answer = self.forward(number, request).await?;
                answer.into_body().collect().await?;
                Err(io::Error::other("the answer is lost"))
            }
            Some(Fault::FlipBit) => {
                let request = Request::from_parts(head, self.pump(number, body, true));
                self.forward(number, request).await
            }
            Some(Fault::Delay(time)) => {
                sleep(time).await;
                let request = Request::from_parts(head, self.pump(number, body, false));
                self.forward(number, request).await
            }
            None => {
                let request = Request::from_parts(head, self.pump(number, body, false));
                self.forward(number, request).await
            }
        }
    }

    fn note(&self, request: &Request<Incoming>) -> (usize, Option<Fault>) {
        let query = request.uri().query().unwrap_or_default();
        let path = request.uri().path().trim_start_matches('/');
        let key = path.split_once('/').map_or("", |(_, key)| key);
        let key = percent_decode_str(key).decode_utf8_lossy().into_owned();
        // Only the JSON services have it.
        let target = request.headers().get("x-amz-target");
        let operation = if target.is_some_and(|target| target.as_bytes().starts_with(b"AmazonSQS"))
        {
            Operation::Queue
        } else {
            Operation::of(request.method().as_str(), &key, query)
        };
        let part = query
            .split('&')
            .find_map(|pair| pair.strip_prefix("partNumber="));
        let fault = {
            let mut rules = self.rules.lock().expect("no panic");
            rules
                .iter_mut()
                .find_map(|rule| rule.strikes(operation, &key).then_some(rule.fault))
        };
        let fault = fault.or_else(|| is_skewed(request).then_some(Fault::CLOCK_SKEWED));
        let number = self.record.begin(Seen {
            operation,
            key,
            part: part.map(str::to_owned),
            bytes: 0,
            answer: None,
            struck: fault.is_some(),
        });
        (number, fault)
    }

    /// Takes up to `most` bytes of a body and forgets them.
    async fn read(&self, number: usize, mut body: Incoming, most: u64) -> Result<(), io::Error> {
        let mut got = 0;
        while got < most
            && let Some(frame) = body.frame().await
        {
            let length = frame
                .map_err(io::Error::other)?
                .data_ref()
                .map_or(0, Bytes::len) as u64;
            self.record.received(number, length);
            self.pass(length).await;
            got += length;
        }
        Ok(())
    }

    /// The same body on its way to S3, at the pace that is set. A body that breaks off does so there too.
    fn pump(self: &Arc<Self>, number: usize, mut body: Incoming, flip: bool) -> Body {
        if hyper::body::Body::is_end_stream(&body) {
            return Empty::new()
                .map_err(|never: Infallible| match never {})
                .boxed();
        }
        let (sender, receiver) = mpsc::channel(1);
        let shared = Arc::clone(self);
        tokio::spawn(async move {
            let mut flip = flip;
            while let Some(frame) = body.frame().await {
                let frame = frame.map_err(io::Error::other).map(|frame| {
                    let mut data = BytesMut::from(&frame.into_data().unwrap_or_default()[..]);
                    if let Some(byte) = data.first_mut().filter(|_| flip) {
                        *byte ^= 0x10;
                        flip = false;
                    }
                    data.freeze()
                });
                if let Ok(data) = &frame {
                    shared.record.received(number, data.len() as u64);
                    shared.pass(data.len() as u64).await;
                }
                if sender.send(frame.map(Frame::data)).await.is_err() {
                    break;
                }
            }
        });
        let frames = futures_util::stream::unfold(receiver, |mut receiver| async move {
            Some((receiver.recv().await?, receiver))
        });
        BodyExt::boxed(StreamBody::new(frames))
    }

    async fn pass(&self, bytes: u64) {
        let until = {
            let mut pace = self.pace.lock().expect("no panic");
            let Some(bytes_per_second) = pace.1 else {
                return;
            };
            #[expect(clippy::cast_precision_loss, reason = "a chunk is small")]
            let time = Duration::from_secs_f64(bytes as f64 / f64::from(bytes_per_second));
            pace.0 = pace.0.max(Instant::now()) + time;
            pace.0
        };
        sleep_until(until).await;
    }

    async fn forward(
        &self,
        number: usize,
        request: Request<Body>,
    ) -> Result<Response<Body>, io::Error> {
        let stream = TcpStream::connect(&self.s3).await?;
        let (mut sender, connection) = hyper::client::conn::http1::handshake(TokioIo::new(stream))
            .await
            .map_err(io::Error::other)?;
        tokio::spawn(connection);
        let answer = sender
            .send_request(request)
            .await
            .map_err(io::Error::other)?;
        let (head, body) = answer.into_parts();
        // Whole, so that what is noted as taken was answered in full.
        let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
        self.record.answered(number, head.status);
        Ok(Response::from_parts(head, full(body)))
    }
}

fn full(body: Bytes) -> Body {
    Full::new(body)
        .map_err(|never: Infallible| match never {})
        .boxed()
}

fn error_answer(status: hyper::StatusCode, code: &str) -> Response<Body> {
    let body = format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>{code}</Code><Message>A test wants this.</Message><RequestId>0</RequestId></Error>"
    );
    let mut response = Response::new(full(Bytes::from(body)));
    *response.status_mut() = status;
    response
        .headers_mut()
        .insert(CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    response
}
