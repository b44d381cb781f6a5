use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{CONTENT_TYPE, COOKIE, HeaderMap, HeaderValue, SET_COOKIE};
use reqwest::{Response, Url, redirect};
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::Mutex;

use crate::fault::Fault;
use crate::reply;
use crate::{Error, Limits};

const SESSION_COOKIE: &str = "_session_id";

/// Deluge Web closes a connection that was idle for 60 s; one it may be closing at this moment is
/// not worth using.
const IDLE_CONNECTION: Duration = Duration::from_secs(15);

/// Deluge Web: JSON-RPC over HTTP with one session that all calls share.
pub(crate) struct Web {
    http: reqwest::Client,
    endpoint: Url,
    password: String,
    limits: Limits,
    /// The session's `Cookie` header, marked sensitive. Held locked while signing in: who comes
    /// meanwhile waits for that session instead of making another.
    session: Mutex<Option<HeaderValue>>,
    next_id: AtomicU64,
}

#[derive(Serialize)]
struct Request<'a, P> {
    method: &'static str,
    params: &'a P,
    id: u64,
}

impl Web {
    pub(crate) fn new(url: &str, password: String, limits: Limits) -> Result<Self, Error> {
        let http = reqwest::Client::builder()
            // The password goes to the address that was given, and nowhere else.
            .no_proxy()
            .redirect(redirect::Policy::none())
            .connect_timeout(limits.connect)
            .timeout(limits.call)
            .pool_idle_timeout(IDLE_CONNECTION)
            .build()
            .map_err(|source| Error::Unreachable { source })?;
        let endpoint = endpoint(url).map_err(|reason| Error::Address { reason })?;
        let session = Mutex::new(None);
        Ok(Self {
            http,
            endpoint,
            password,
            limits,
            session,
            next_id: AtomicU64::new(1),
        })
    }

    pub(crate) fn limits(&self) -> Limits {
        self.limits
    }

    pub(crate) fn endpoint(&self) -> &Url {
        &self.endpoint
    }

    /// One call in the shared session. `None` is JSON's null, which many methods answer.
    pub(crate) async fn call<P: Serialize, R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &P,
    ) -> Result<Option<R>, Fault> {
        let session = self.session(None).await?;
        match self.exchange(method, params, Some(&session)).await {
            Err(Fault::NotSignedIn) => {
                let session = self.session(Some(&session)).await?;
                self.exchange(method, params, Some(&session))
                    .await
                    .map(|(_, result)| result)
            }
            answer => answer.map(|(_, result)| result),
        }
    }

    /// Makes a new session, whatever there is.
    pub(crate) async fn sign_in(&self) -> Result<(), Fault> {
        let mut session = self.session.lock().await;
        *session = Some(self.new_session().await?);
        Ok(())
    }

    /// The shared session, or a new one if there is none or only the one that has `expired`.
    async fn session(&self, expired: Option<&HeaderValue>) -> Result<HeaderValue, Fault> {
        let mut session = self.session.lock().await;
        if let Some(current) = session.as_ref().filter(|current| Some(*current) != expired) {
            return Ok(current.clone());
        }
        *session = None;
        let new = self.new_session().await?;
        *session = Some(new.clone());
        Ok(new)
    }

    async fn new_session(&self) -> Result<HeaderValue, Fault> {
        let (headers, accepted) = self.exchange("auth.login", &[&self.password], None).await?;
        if accepted != Some(true) {
            return Err(Fault::WrongPassword);
        }
        let session = session_cookie(&headers).ok_or_else(|| {
            Fault::Protocol("the sign-in was accepted, but no session came with it".to_owned())
        })?;
        tracing::debug!(endpoint = %self.endpoint, "signed in to Deluge Web");
        Ok(session)
    }

    async fn exchange<P: Serialize, R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &P,
        session: Option<&HeaderValue>,
    ) -> Result<(HeaderMap, Option<R>), Fault> {
        let id = self.next_id.fetch_add(1, Ordering::Relaxed);
        let body = serde_json::to_vec(&Request { method, params, id }).map_err(|error| {
            Fault::Protocol(format!("the parameters do not make JSON: {error}"))
        })?;
        // Before 2.1 Deluge Web takes this content type and nothing else, not even with a charset.
        let mut request = self
            .http
            .post(self.endpoint.clone())
            .header(CONTENT_TYPE, "application/json")
            .body(body);
        if let Some(session) = session {
            request = request.header(COOKIE, session);
        }
        let response = request.send().await.and_then(Response::error_for_status);
        let response = response.map_err(|error| self.http_fault(error))?;
        let headers = response.headers().clone();
        let body = response
            .bytes()
            .await
            .map_err(|error| self.http_fault(error))?;
        Ok((headers, reply::decode(&body)?))
    }

    fn http_fault(&self, error: reqwest::Error) -> Fault {
        let error = error.without_url();
        if error.is_connect() {
            Fault::NotConnected(error)
        } else if error.is_timeout() {
            Fault::TimedOut(self.limits.call)
        } else if error
            .status()
            .is_some_and(|status| status.is_client_error())
        {
            // Deluge Web answers 200 even to errors: this is something else, or the wrong path.
            Fault::Protocol(error.to_string())
        } else {
            Fault::Broken(error)
        }
    }
}

fn endpoint(url: &str) -> Result<Url, &'static str> {
    let mut url = Url::parse(url).map_err(|_| "it is not a URL")?;
    if url.scheme() != "http" {
        return Err("its scheme is not http");
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("it holds credentials, which Deluge Web does not take in an address");
    }
    url.set_query(None);
    url.set_fragment(None);
    let path = format!("{}/json", url.path().trim_end_matches('/'));
    url.set_path(&path);
    Ok(url)
}

fn session_cookie(headers: &HeaderMap) -> Option<HeaderValue> {
    let cookies = headers
        .get_all(SET_COOKIE)
        .iter()
        .filter_map(|cookie| cookie.to_str().ok());
    let cookie = cookies
        .filter_map(|cookie| cookie.split(';').next())
        .find(|cookie| cookie.trim().split('=').next() == Some(SESSION_COOKIE))?;
    let mut header = HeaderValue::from_str(cookie.trim()).ok()?;
    header.set_sensitive(true);
    Some(header)
}
