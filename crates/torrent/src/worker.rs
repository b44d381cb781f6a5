use std::time::Duration;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A box with Deluge and an agent, as it registers itself every [`Worker::HEARTBEAT`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Worker {
    /// The instance id, or what the agent's configuration calls it.
    pub id: String,
    /// Address of Deluge Web, `http://host:port`.
    pub deluge_url: String,
    /// Bytes free in the download folder, as Deluge says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub free_bytes: Option<u64>,
    /// Whether its disk is so full that its downloads rest.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub full: bool,
    /// Torrents in its Deluge.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub torrents: Option<u64>,
    /// Deluge's version, such as `2.2.0`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deluge_version: Option<String>,
    /// By how many seconds its clock is ahead of AWS's; negative when it is behind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clock_ahead_seconds: Option<i64>,
    /// When it registered last, by its own clock.
    pub last_seen: Timestamp,
}

impl Worker {
    /// How often a worker registers.
    pub const HEARTBEAT: Duration = Duration::from_secs(30);

    /// Whether it registered within the last three heartbeats.
    #[must_use]
    pub fn is_live(&self, now: Timestamp) -> bool {
        now.duration_since(self.last_seen).as_secs() < 3 * Self::HEARTBEAT.as_secs().cast_signed()
    }

    /// The worker that takes the next torrent: live, not full, and with the most room.
    #[must_use]
    pub fn choose(workers: &[Self], now: Timestamp) -> Option<&Self> {
        workers
            .iter()
            .filter(|worker| worker.is_live(now) && !worker.full)
            .max_by_key(|worker| (worker.free_bytes, worker.last_seen))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn worker(id: &str, seen: i64, free_bytes: Option<u64>) -> Worker {
        Worker {
            id: id.into(),
            deluge_url: "http://10.0.0.1:8112".into(),
            free_bytes,
            full: false,
            torrents: None,
            deluge_version: None,
            clock_ahead_seconds: None,
            last_seen: Timestamp::from_second(seen).unwrap(),
        }
    }

    #[test]
    fn the_live_worker_with_the_most_room_is_chosen() {
        let now = Timestamp::from_second(1_000).unwrap();
        let fleet = [
            worker("gone", 900, Some(90)),
            worker("a", 990, Some(5)),
            worker("b", 980, Some(7)),
        ];
        assert_eq!(
            Worker::choose(&fleet, now).map(|w| w.id.as_str()),
            Some("b")
        );
        assert_eq!(Worker::choose(&fleet[..1], now), None);
        let mut full = worker("full", 990, Some(9));
        full.full = true;
        assert_eq!(Worker::choose(&[full], now), None);
    }

    #[test]
    fn the_row_of_an_older_agent_is_read() {
        let row =
            r#"{"id":"a","deluge_url":"http://10.0.0.1:8112","last_seen":"2026-01-01T00:00:00Z"}"#;
        let worker: Worker = serde_json::from_str(row).unwrap();
        assert_eq!(
            (worker.deluge_version, worker.clock_ahead_seconds),
            (None, None)
        );
    }
}
