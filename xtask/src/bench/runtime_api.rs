use std::net::SocketAddr;
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Result, anyhow, bail};
use fake_http::{Request, Server, empty};
use http::{Method, StatusCode};

use crate::interrupt;

const INVOCATION: &str = "/2018-06-01/runtime/invocation/";
const ARN: &str = "arn:aws:lambda:us-east-1:123456789012:function:bench";
const TRACE_ID: &str = "Root=1-5bef4de7-ad49b0e87f6ef6c87fc2e700;Parent=9a9197af755a6419;Sampled=0";
const REQUEST_ID: &str = "8476a536-e9f4-11e8-9739-2dfe598c3fcd";
/// How long to wait for a function that says nothing.
pub(super) const TIMEOUT: Duration = Duration::from_secs(30);

/// Lambda's side of the Runtime API (AWS Lambda guide, "Using the Lambda runtime API") for one function at
/// a time.
pub(super) struct RuntimeApi {
    server: Server,
}

/// A function that waits for its event.
pub(super) struct Waiting<'a> {
    api: &'a RuntimeApi,
    request: Request,
    pub(super) since: Instant,
}

impl RuntimeApi {
    pub(super) fn start() -> Result<Self> {
        let server = Server::start()?;
        Ok(Self { server })
    }

    /// For `AWS_LAMBDA_RUNTIME_API`.
    pub(super) fn address(&self) -> SocketAddr {
        self.server.address()
    }

    /// Waits for the function to ask for an event; `alive` errs when it never will.
    pub(super) fn next(&self, alive: impl FnMut() -> Result<()>) -> Result<Waiting<'_>> {
        let (request, since) = self.request(alive)?;
        if request.method() != Method::GET || request.url() != format!("{INVOCATION}next") {
            return Err(unexpected(&request));
        }
        Ok(Waiting {
            api: self,
            request,
            since,
        })
    }

    fn request(&self, mut alive: impl FnMut() -> Result<()>) -> Result<(Request, Instant)> {
        let start = Instant::now();
        loop {
            if let Some(request) = self.server.recv_timeout(Duration::from_millis(100)) {
                return Ok((request, Instant::now()));
            }
            interrupt::check()?;
            alive()?;
            if start.elapsed() > TIMEOUT {
                bail!("nothing heard of the function for {TIMEOUT:?}");
            }
        }
    }
}

impl<'a> Waiting<'a> {
    /// Gives it the event and this long for it; answers its response, how long that took, and the function
    /// waiting again.
    pub(super) fn invoke(
        self,
        event: &str,
        limit: Duration,
        mut alive: impl FnMut() -> Result<()>,
    ) -> Result<(String, Duration, Waiting<'a>)> {
        let deadline = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH)? + limit;
        let headers = [
            ("Content-Type", "application/json"),
            ("Lambda-Runtime-Aws-Request-Id", REQUEST_ID),
            (
                "Lambda-Runtime-Deadline-Ms",
                &deadline.as_millis().to_string(),
            ),
            ("Lambda-Runtime-Invoked-Function-Arn", ARN),
            ("Lambda-Runtime-Trace-Id", TRACE_ID),
        ];
        let mut response = http::Response::builder();
        for (name, value) in headers {
            response = response.header(name, value);
        }
        let response = response.body(event.into())?;
        let given = Instant::now();
        self.request.respond(response);
        let (request, answered) = self.api.request(&mut alive)?;
        let path = format!("{INVOCATION}{REQUEST_ID}/response");
        if request.method() != Method::POST || request.url() != path {
            return Err(unexpected(&request));
        }
        let body = String::from_utf8(request.body().to_vec())?;
        request.respond(empty(StatusCode::ACCEPTED));
        Ok((body, answered - given, self.api.next(alive)?))
    }
}

/// `/invocation/ID/error` and `/init/error` among others, whose body says what is wrong.
fn unexpected(request: &Request) -> anyhow::Error {
    let body = String::from_utf8_lossy(request.body());
    anyhow!("{} {}: {body}", request.method(), request.url())
}
