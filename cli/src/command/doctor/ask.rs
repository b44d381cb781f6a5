use std::io::Read;
use std::time::Duration;

use serde::de::DeserializeOwned;
use torrent::Timestamp;
use ureq::http::{HeaderMap, Method, header};

use super::causes::Commands;
use crate::address::Address;
use crate::api::Problem;
use crate::config::{Config, Token};
use crate::failure::Failure;
use crate::http::{Call, Http};

/// The longest answer that is read; a status page of 200 torrents has a hundredth of it.
const ANSWER_BYTES_MAX: u64 = 16 * 1024 * 1024;

/// Sends requests and takes any answer for one.
pub(super) struct Ask {
    http: Http,
    pub(super) address: Address,
    pub(super) token: Option<Token>,
    pub(super) commands: Commands,
    /// For anything that is waited for, if somebody says so.
    limit: Option<Duration>,
}

/// What somebody answered, as far as it was read.
#[derive(Debug, Clone, Default)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: Vec<u8>,
}

impl Ask {
    pub(super) fn new(config: Config, stack: &str, limit: Option<Duration>) -> Self {
        let Config { address, token, .. } = config;
        Self {
            http: Http::new(address.clone(), token.clone()),
            address,
            token,
            commands: Commands::new(stack),
            limit,
        }
    }

    /// How long to wait for something that takes so long at most.
    pub(super) fn limit(&self, own: Duration) -> Duration {
        self.limit.unwrap_or(own)
    }

    /// A GET without proof.
    pub(super) fn get(&self, path: &str) -> Call<'static> {
        Call::probe(Method::GET, self.address.page(path))
    }

    /// One request and its answer, whatever it is.
    pub(super) fn send(&self, call: &Call<'_>) -> Result<Answer, Failure> {
        self.send_and_read(call, ANSWER_BYTES_MAX)
    }

    /// The same, with no more than the first bytes of the answer.
    pub(super) fn send_and_read(&self, call: &Call<'_>, bytes_max: u64) -> Result<Answer, Failure> {
        let call = match self.limit {
            Some(limit) => call.clone().within(limit),
            None => call.clone(),
        };
        // What a server names as an address may be none.
        if !call.is_possible() {
            return Err(Failure::unreachable(format!("{call}: not an HTTP address")));
        }
        let (head, body) = self.http.send_as_it_is(&call)?.into_parts();
        let mut bytes = Vec::new();
        let mut reader = body.into_reader().take(bytes_max);
        reader
            .read_to_end(&mut bytes)
            .map_err(|error| Failure::unreachable(format!("{call}: {error}")))?;
        Ok(Answer {
            status: head.status.as_u16(),
            headers: head.headers,
            body: bytes,
        })
    }
}

impl Answer {
    pub(super) fn header(&self, name: &str) -> &str {
        let value = self.headers.get(name).and_then(|value| value.to_str().ok());
        value.unwrap_or_default()
    }

    pub(super) fn json<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_slice(&self.body).ok()
    }

    /// The problem that it tells of, if it is one of the API's.
    pub(super) fn problem(&self) -> Option<Problem> {
        self.json::<Problem>()
            .filter(|problem| problem.status == self.status)
    }

    /// Whether it is a problem of this kind.
    pub(super) fn is_problem(&self, status: u16, kind: &str) -> bool {
        let kind = format!("urn:torrent2s3:problem:{kind}");
        self.status == status && self.problem().is_some_and(|problem| problem.kind == kind)
    }

    /// When it was sent, by the sender's clock.
    pub(super) fn date(&self) -> Option<Timestamp> {
        let date = self.headers.get(header::DATE)?.to_str().ok()?;
        let date = jiff::fmt::rfc2822::parse(date).ok()?;
        Some(date.timestamp())
    }

    /// In a few words: the status, and what tells most about it.
    pub(super) fn in_words(&self) -> String {
        let more = match (
            self.problem(),
            self.header("location"),
            self.header("x-cache"),
        ) {
            (Some(problem), ..) => format!(", {}", problem.detail),
            (None, location, _) if !location.is_empty() => format!(" to {location}"),
            (None, _, cache) if !cache.is_empty() => format!(", x-cache: {cache}"),
            _ => String::new(),
        };
        let words: String = format!("{}{more}", self.status).chars().take(200).collect();
        words
    }
}
