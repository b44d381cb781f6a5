//! An HTTP client for the local stack, which answers on 127.0.0.1 whatever the host in the address.

use std::net::{Ipv4Addr, SocketAddr};
use std::time::Duration;

use anyhow::{Context, Result};
use ureq::config::Config;
use ureq::http::{Request, Response, Uri};
use ureq::unversioned::resolver::{ResolvedSocketAddrs, Resolver};
use ureq::unversioned::transport::{DefaultConnector, NextTimeout};

/// Follows no redirect and takes every status for an answer, so that tests see what was really said.
///
/// The page has an address like `http://LABEL.cloudfront.localhost:PORT/`. Browsers and curl know that names
/// under `localhost` mean this machine (RFC 6761, 6.3); glibc's resolver does not everywhere. This client
/// resolves every name to 127.0.0.1, so it can reach the local stack and nothing else.
#[derive(Debug, Clone)]
pub struct Loopback {
    agent: ureq::Agent,
}

impl Loopback {
    /// `timeout` bounds one request from its first byte to the last byte of the answer.
    #[must_use]
    pub fn new(timeout: Duration) -> Self {
        let config = Config::builder()
            .timeout_global(Some(timeout))
            .http_status_as_error(false)
            .max_redirects(0)
            .proxy(None)
            .build();
        let connector = DefaultConnector::default();
        Self {
            agent: ureq::Agent::with_parts(config, connector, ThisMachine),
        }
    }

    /// GET.
    ///
    /// # Errors
    /// When no whole answer came in time; a status of 400 and above is an answer.
    pub fn get(&self, url: &str) -> Result<Response<Vec<u8>>> {
        self.send(Request::get(url).body(Vec::new())?)
    }

    /// POST with a JSON body.
    ///
    /// # Errors
    /// As [`Loopback::get`].
    pub fn post_json(&self, url: &str, body: &serde_json::Value) -> Result<Response<Vec<u8>>> {
        let request = Request::post(url)
            .header("content-type", "application/json")
            .body(serde_json::to_vec(body)?)?;
        self.send(request)
    }

    /// Any request; the answer's body is read whole.
    ///
    /// # Errors
    /// As [`Loopback::get`].
    pub fn send(&self, request: Request<Vec<u8>>) -> Result<Response<Vec<u8>>> {
        let what = format!("{} {}", request.method(), request.uri());
        let answer = if request.body().is_empty() {
            self.agent.run(request.map(|_| ()))
        } else {
            self.agent.run(request)
        };
        let (head, mut body) = answer.with_context(|| what.clone())?.into_parts();
        let bytes = body
            .with_config()
            .limit(u64::MAX)
            .read_to_vec()
            .with_context(|| format!("{what}: the answer broke off"))?;
        Ok(Response::from_parts(head, bytes))
    }
}

#[derive(Debug)]
struct ThisMachine;

impl Resolver for ThisMachine {
    fn resolve(
        &self,
        uri: &Uri,
        _config: &Config,
        _timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, ureq::Error> {
        let port = uri
            .port_u16()
            .ok_or_else(|| ureq::Error::BadUri(format!("no port in {uri}")))?;
        let mut addresses = self.empty();
        addresses.push(SocketAddr::from((Ipv4Addr::LOCALHOST, port)));
        Ok(addresses)
    }
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Write};
    use std::net::TcpListener;

    use super::*;

    #[test]
    fn a_name_reaches_this_machine_and_stays_in_the_host_header() {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let server = std::thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let mut request = vec![0; 4096];
            let length = stream.read(&mut request).unwrap();
            stream
                .write_all(b"HTTP/1.1 404 Not Found\r\ncontent-length: 4\r\n\r\nnone")
                .unwrap();
            String::from_utf8_lossy(&request[..length]).into_owned()
        });
        let client = Loopback::new(Duration::from_secs(5));
        let answer = client
            .get(&format!("http://abc.cloudfront.localhost:{port}/x"))
            .unwrap();
        assert_eq!(
            (answer.status().as_u16(), answer.body().as_slice()),
            (404, &b"none"[..])
        );
        let request = server.join().unwrap().to_lowercase();
        assert!(
            request.contains(&format!("host: abc.cloudfront.localhost:{port}\r\n")),
            "{request}"
        );
    }
}
