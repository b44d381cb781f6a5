use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::Result;
use fake_http::{Server, empty};
use http::StatusCode;

/// A webhook's receiver on loopback, which is broken at every first try of a message.
pub struct Receiver {
    url: String,
    received: Arc<Mutex<Vec<Delivery>>>,
}

/// One try.
#[derive(Debug, Clone)]
pub struct Delivery {
    /// `webhook-id`.
    pub id: String,
    /// All headers, their names in lower case.
    pub headers: Vec<(String, String)>,
    /// As it came.
    pub body: String,
    /// The status that it was answered with.
    pub answered: u16,
    /// When.
    pub at: Instant,
}

impl Receiver {
    /// Listens on a free port for as long as the program runs.
    ///
    /// # Errors
    /// When there is none.
    pub fn start() -> Result<Self> {
        let server = Server::start()?;
        let url = format!("{}/hook", server.url());
        let received = Arc::<Mutex<Vec<Delivery>>>::default();
        let all = Arc::clone(&received);
        std::thread::spawn(move || {
            for request in server.requests() {
                let text = |(name, value): (&http::HeaderName, &http::HeaderValue)| {
                    let value = String::from_utf8_lossy(value.as_bytes()).into_owned();
                    (name.to_string(), value)
                };
                let headers = request.headers().iter().map(text).collect();
                let id = request.header("webhook-id").unwrap_or_default().to_owned();
                let body = String::from_utf8_lossy(request.body()).into_owned();
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                let is_first = all.iter().all(|delivery| delivery.id != id);
                let answered = if is_first {
                    StatusCode::INTERNAL_SERVER_ERROR
                } else {
                    StatusCode::OK
                };
                all.push(Delivery {
                    id,
                    headers,
                    body,
                    answered: answered.as_u16(),
                    at: Instant::now(),
                });
                drop(all);
                request.respond(empty(answered));
            }
        });
        Ok(Self { url, received })
    }

    /// Where it listens.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Every try so far of what is told of a torrent.
    #[must_use]
    pub fn of(&self, infohash: &str) -> Vec<Delivery> {
        let all = self.received.lock().unwrap_or_else(PoisonError::into_inner);
        let of_torrent = all.iter().filter(|delivery| delivery.id.contains(infohash));
        of_torrent.cloned().collect()
    }
}
