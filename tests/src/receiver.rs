use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use anyhow::{Context, Result, anyhow};
use tiny_http::{Header, Response, Server};

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
        let server = Server::http("127.0.0.1:0").map_err(|error| anyhow!("{error}"))?;
        let address = server.server_addr().to_ip().context("an IP address")?;
        let received = Arc::<Mutex<Vec<Delivery>>>::default();
        let all = Arc::clone(&received);
        std::thread::spawn(move || {
            for mut request in server.incoming_requests() {
                let text = |header: &Header| {
                    let name = header.field.as_str().as_str().to_lowercase();
                    (name, header.value.to_string())
                };
                let headers: Vec<_> = request.headers().iter().map(text).collect();
                let id = headers.iter().find(|(name, _)| name == "webhook-id");
                let id = id.map(|(_, id)| id.clone()).unwrap_or_default();
                let mut body = String::new();
                let is_read = request.as_reader().read_to_string(&mut body).is_ok();
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                let is_first = all.iter().all(|delivery| delivery.id != id);
                let answered = if is_first || !is_read { 500 } else { 200 };
                all.push(Delivery {
                    id,
                    headers,
                    body,
                    answered,
                    at: Instant::now(),
                });
                drop(all);
                // Whoever hung up tries again.
                let _gone = request.respond(Response::empty(answered));
            }
        });
        Ok(Self {
            url: format!("http://{address}/hook"),
            received,
        })
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
