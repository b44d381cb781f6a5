use std::sync::Arc;
use std::thread;

use ureq::config::{AutoHeaderValue, Config};
use ureq::http::{Method, Response, StatusCode, header};
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::unversioned::transport::DefaultConnector;
use ureq::{Agent, Body};
use url::Url;

use super::names::Names;
use super::{Call, retry};
use crate::address::{Address, is_this_machine};
use crate::config::Token;
use crate::failure::Failure;

/// As many hops as browsers of old had; nobody needs half of them.
const REDIRECTS_MAX: usize = 5;

/// Sends calls. One for the whole program: connections are used again.
pub(crate) struct Http {
    agent: Agent,
    home: Address,
    authorization: Option<String>,
}

impl Http {
    /// `home` is the server that may see the token.
    pub(crate) fn new(home: Address, token: Option<Token>) -> Self {
        let config = Config::builder()
            .http_status_as_error(false)
            // Redirects are followed here, where it is known what a token may do.
            .max_redirects(0)
            .max_idle_connections_per_host(usize::from(u8::MAX))
            .max_idle_connections(usize::from(u8::MAX))
            .user_agent(AutoHeaderValue::Provided(Arc::new(
                concat!("torrent2s3/", env!("CARGO_PKG_VERSION")).into(),
            )))
            .tls_config(tls())
            .build();
        let agent = Agent::with_parts(config, DefaultConnector::default(), Names::default());
        Self {
            agent,
            home,
            authorization: token.map(|token| token.bearer()),
        }
    }

    /// Sends a call, again and again where time can help, and follows where it is sent. Any status is an answer.
    ///
    /// # Errors
    /// [`crate::failure::Exit::Unreachable`] when there is no answer, or the redirects lead nowhere.
    pub(crate) fn send(&self, call: &Call<'_>) -> Result<Response<Body>, Failure> {
        let mut tries = 0;
        loop {
            tries += 1;
            let outcome = self.follow(call);
            let Some(pause) = retry::pause_after(&outcome, tries) else {
                return outcome.map_err(|error| error.into_failure(call));
            };
            thread::sleep(pause);
        }
    }

    /// Sends a call once and follows no redirect: any answer is one.
    ///
    /// # Errors
    /// [`crate::failure::Exit::Unreachable`] when there is no answer.
    pub(crate) fn send_as_it_is(&self, call: &Call<'_>) -> Result<Response<Body>, Failure> {
        let answer = self.send_once(call, &call.url);
        answer.map_err(|error| error.into_failure(call))
    }

    fn follow(&self, call: &Call<'_>) -> Result<Response<Body>, SendError> {
        let mut url = call.url.clone();
        for _ in 0..=REDIRECTS_MAX {
            let answer = self.send_once(call, &url)?;
            let Some(next) = redirect(&url, &answer)? else {
                return Ok(answer);
            };
            check_hop(call, answer.status(), &url, &next)?;
            url = next;
        }
        Err(SendError::Redirect("is sent on and on"))
    }

    fn send_once(&self, call: &Call<'_>, url: &Url) -> Result<Response<Body>, SendError> {
        let authorization = self.authorization.as_deref();
        let authorization = authorization.filter(|_| call.with_token && self.home.is_home_of(url));
        let request = call.request(url, authorization);
        let outcome = if call.has_body() {
            self.run(call, url, request)
        } else {
            self.run(call, url, request.map(|_| ()))
        };
        outcome.map_err(SendError::Http)
    }

    fn run<B: ureq::AsSendBody>(
        &self,
        call: &Call<'_>,
        url: &Url,
        request: ureq::http::Request<B>,
    ) -> Result<Response<Body>, ureq::Error> {
        let mut request = self
            .agent
            .configure_request(request)
            .timeout_global(Some(call.limit))
            .timeout_per_read(call.read_limit);
        // A proxy that the environment names is on the way to others.
        if is_this_machine(url) {
            request = request.proxy(None);
        }
        self.agent.run(request.build())
    }
}

/// Why there is no answer.
#[derive(Debug)]
pub(super) enum SendError {
    Http(ureq::Error),
    /// Redirects that cannot be followed, and why.
    Redirect(&'static str),
    /// The service is somewhere else.
    Moved(Url),
}

impl SendError {
    fn into_failure(self, call: &Call<'_>) -> Failure {
        match self {
            Self::Http(error) => Failure::unreachable(format!("{call}: {}", in_words(&error))),
            Self::Redirect(what) => Failure::unreachable(format!("{call} {what}")),
            Self::Moved(url) => {
                let origin = url.origin().ascii_serialization();
                Failure::unreachable(format!(
                    "{call} has moved to {origin}; is that the address to use?"
                ))
            }
        }
    }
}

fn in_words(error: &ureq::Error) -> String {
    match error {
        ureq::Error::Timeout(_) => "no answer in time".into(),
        ureq::Error::HostNotFound => "there is no such host".into(),
        ureq::Error::Io(error) => error.to_string(),
        other => other.to_string(),
    }
}

/// Where an answer sends us.
fn redirect(from: &Url, answer: &Response<Body>) -> Result<Option<Url>, SendError> {
    if !matches!(answer.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = answer
        .headers()
        .get(header::LOCATION)
        .and_then(|value| value.to_str().ok());
    let next = location.and_then(|location| from.join(location).ok());
    let next = next.filter(|next| matches!(next.scheme(), "http" | "https"));
    next.map(Some)
        .ok_or(SendError::Redirect("is sent on to nowhere"))
}

/// Whether a call may go on at the next address.
fn check_hop(call: &Call<'_>, status: StatusCode, from: &Url, next: &Url) -> Result<(), SendError> {
    if from.scheme() == "https" && next.scheme() != "https" {
        let what = "is sent on to an address without encryption";
        return Err(SendError::Redirect(what));
    }
    if call.stays_home && next.origin() != from.origin() {
        return Err(SendError::Moved(next.clone()));
    }
    // 301, 302 and 303 would make a GET of it, which is not what was asked.
    let keeps_method = matches!(
        status,
        StatusCode::TEMPORARY_REDIRECT | StatusCode::PERMANENT_REDIRECT
    );
    if call.method != Method::GET && !keeps_method {
        let what = "is sent on without what was to be sent";
        return Err(SendError::Redirect(what));
    }
    Ok(())
}

/// TLS with the system's own roots, as every other part of the project has it.
fn tls() -> TlsConfig {
    let roots: Vec<_> = rustls_native_certs::load_native_certs()
        .certs
        .iter()
        .map(|root| Certificate::from_der(root.as_ref()).to_owned())
        .collect();
    TlsConfig::builder()
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::aws_lc_rs::default_provider()))
        .root_certs(RootCerts::Specific(Arc::new(roots)))
        .build()
}

#[cfg(test)]
mod tests {
    use std::net::TcpListener;
    use std::time::Duration;

    use super::*;
    use crate::failure::Exit;

    /// Takes every connection and says nothing.
    fn silence() -> (TcpListener, Url) {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/", listener.local_addr().unwrap());
        (listener, url.parse().unwrap())
    }

    #[test]
    fn silence_has_an_end() {
        let (_listener, url) = silence();
        let limits: [fn(&mut Call<'_>); 2] = [
            |call| call.limit = Duration::from_millis(200),
            |call| call.read_limit = Some(Duration::from_millis(200)),
        ];
        for limit in limits {
            let mut call = Call::get_file(url.clone(), None);
            limit(&mut call);
            let http = Http::new(url.as_str().parse().unwrap(), None);
            let (sender, receiver) = std::sync::mpsc::channel();
            std::thread::spawn(move || sender.send(http.send(&call).unwrap_err()));
            let failure = receiver.recv_timeout(Duration::from_secs(20));
            let failure = failure.expect("it is given up");
            assert_eq!(failure.exit, Exit::Unreachable);
            assert!(failure.to_string().contains("in time"), "{failure}");
        }
    }

    #[test]
    fn hops_keep_encryption_home_and_method() {
        let url = |text: &str| -> Url { text.parse().unwrap() };
        let [home, same, other, open] = [
            "https://a.example/x",
            "https://a.example/y",
            "https://b.example/",
            "http://a.example/x",
        ]
        .map(url);
        let get = Call::to_api(Method::GET, home.clone());
        let post = Call::to_api(Method::POST, home.clone());
        let file = Call::get_file(home.clone(), None);
        let may = |call, status: u16, next| {
            check_hop(call, StatusCode::from_u16(status).unwrap(), &home, next).is_ok()
        };
        for status in [301, 302, 303, 307, 308] {
            assert!(may(&get, status, &same) && may(&file, status, &same));
            assert!(may(&file, status, &other) && !may(&get, status, &other));
            assert!(!may(&file, status, &open) && !may(&get, status, &open));
            assert_eq!(may(&post, status, &same), status > 303, "{status}");
        }
    }

    #[test]
    fn every_call_has_limits() {
        let url: Url = "http://a.example/".parse().unwrap();
        for call in [
            Call::to_api(Method::GET, url.clone()),
            Call::to_api(Method::POST, url.clone()).with_json(b"{}"),
            Call::put_presigned(url.clone(), b"", "text/plain"),
            Call::probe(Method::GET, url.clone()).carrying("text/plain", b""),
            Call::get_file(url, None),
        ] {
            let still = call.read_limit.unwrap_or(call.limit);
            assert!(still <= Duration::from_secs(40), "{call:?}");
            assert!(call.limit <= Duration::from_mins(15), "{call:?}");
        }
    }
}
