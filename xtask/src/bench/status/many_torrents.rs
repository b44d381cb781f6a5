use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use fake_http::{Request, Server};
use serde_json::{Map, Value, json};

use super::many_records::SIZE_BYTES;

/// Deluge Web with as many torrents as it is asked for. To give a real one 2,000 takes minutes; it then answers
/// the same question in 69 ms.
pub(super) struct ManyTorrents {
    url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    calls: u64,
    /// Bytes on disk by id.
    done: BTreeMap<String, u64>,
}

/// What a torrent advances: more than a hundredth, so that each advance is worth a write.
const ADVANCE_BYTES: u64 = SIZE_BYTES / 60;

impl ManyTorrents {
    /// On a free port of 127.0.0.1, until the process ends.
    pub(super) fn start() -> Result<Self> {
        let server = Server::start()?;
        let url = server.url();
        let state = Arc::new(Mutex::new(State::default()));
        let known = Arc::clone(&state);
        std::thread::spawn(move || {
            for request in server.requests() {
                let mut state = state.lock().unwrap_or_else(PoisonError::into_inner);
                let answered = state.answer(&request);
                drop(state);
                let response = answered.and_then(|answer| {
                    let response = http::Response::builder()
                        .header("content-type", "application/json")
                        .header("set-cookie", "_session_id=bench; Path=/json");
                    Ok(response.body(answer.to_string().into())?)
                });
                match response {
                    Ok(response) => request.respond(response),
                    Err(error) => crate::steps::say(&format!("the bench's Deluge: {error:#}")),
                }
            }
        });
        Ok(Self { url, state: known })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    /// Lets this many of the torrents that were asked for download a little.
    pub(super) fn advance(&self, torrents: usize) {
        for done in self.state().done.values_mut().take(torrents) {
            *done += ADVANCE_BYTES;
        }
    }

    /// Calls since the last time.
    pub(super) fn take_calls(&self) -> u64 {
        std::mem::take(&mut self.state().calls)
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn answer(&mut self, request: &Request) -> Result<Value> {
        let call: Value = serde_json::from_slice(request.body())?;
        self.calls += 1;
        let result = match call["method"].as_str().context("no method")? {
            "auth.login" => json!(true),
            "core.get_torrents_status" => self.torrents(&call["params"])?,
            method => anyhow::bail!("{method} is not known"),
        };
        Ok(json!({ "id": call["id"], "result": result, "error": null }))
    }

    fn torrents(&mut self, params: &Value) -> Result<Value> {
        let ids = params[0]["id"].as_array().context("no ids")?;
        let keys = params[1].as_array().context("no keys")?;
        let mut torrents = Map::new();
        for id in ids.iter().filter_map(Value::as_str) {
            let done = *self.done.entry(id.to_owned()).or_default();
            let value = |key: &str| match key {
                // The records have their names, and what is null is unknown.
                "name" => Value::Null,
                "state" => json!("Downloading"),
                "total_done" => json!(done),
                "total_size" => json!(SIZE_BYTES),
                "ratio" => json!(0.25),
                _ => json!(3),
            };
            let fields = keys.iter().filter_map(Value::as_str);
            let fields: Map<_, _> = fields.map(|key| (key.to_owned(), value(key))).collect();
            torrents.insert(id.to_owned(), fields.into());
        }
        Ok(torrents.into())
    }
}
