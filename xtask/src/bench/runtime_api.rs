use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::time::{Duration, Instant, SystemTime};

use anyhow::{Context, Result, anyhow, bail};
use tiny_http::{Header, Method, Request, Response, Server};

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
    address: SocketAddr,
}

/// A function that waits for its event.
pub(super) struct Waiting<'a> {
    api: &'a RuntimeApi,
    request: Request,
    pub(super) since: Instant,
}

impl RuntimeApi {
    pub(super) fn start() -> Result<Self> {
        let (server, address) = serve()?;
        Ok(Self { server, address })
    }

    /// For `AWS_LAMBDA_RUNTIME_API`.
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Waits for the function to ask for an event; `alive` errs when it never will.
    pub(super) fn next(&self, alive: impl FnMut() -> Result<()>) -> Result<Waiting<'_>> {
        let (mut request, since) = self.request(alive)?;
        if *request.method() != Method::Get || request.url() != format!("{INVOCATION}next") {
            return Err(unexpected(&mut request));
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
            if let Some(request) = self.server.recv_timeout(Duration::from_millis(100))? {
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
        let mut event = Response::from_string(event);
        for (name, value) in headers {
            event.add_header(header(name, value)?);
        }
        let given = Instant::now();
        self.request
            .respond(event)
            .context("the function is gone")?;
        let (mut request, answered) = self.api.request(&mut alive)?;
        let path = format!("{INVOCATION}{REQUEST_ID}/response");
        if *request.method() != Method::Post || request.url() != path {
            return Err(unexpected(&mut request));
        }
        let mut body = String::new();
        request.as_reader().read_to_string(&mut body)?;
        request
            .respond(Response::empty(202))
            .context("the function is gone")?;
        Ok((body, answered - given, self.api.next(alive)?))
    }
}

/// `/invocation/ID/error` and `/init/error` among others, whose body says what is wrong.
fn unexpected(request: &mut Request) -> anyhow::Error {
    let mut body = String::new();
    let read = request.as_reader().read_to_string(&mut body);
    let body = read.map_or_else(|error| error.to_string(), |_| body);
    anyhow!("{} {}: {body}", request.method(), request.url())
}

/// A server on a free port of 127.0.0.1 that sends each answer at once.
pub(super) fn serve() -> Result<(Server, SocketAddr)> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    // Linux hands the option on to what is accepted. Without it the second packet of an answer waits for the
    // client's delayed acknowledgement, 40 ms.
    rustix::net::sockopt::set_tcp_nodelay(&listener, true)?;
    let server =
        Server::from_listener(listener, None).map_err(|error| anyhow!("cannot serve: {error}"))?;
    Ok((server, address))
}

pub(super) fn header(name: &str, value: &str) -> Result<Header> {
    Header::from_bytes(name, value).map_err(|()| anyhow!("{name}: {value:?} is no header"))
}
