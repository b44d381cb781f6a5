use serde::de::Error as _;
use serde::ser::Error as _;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;
use torrent::{Source, Timestamp, TorrentRecord, Worker};

use crate::Status;

/// What everybody who may see the page may know of a [`Status`]: `status.json`, and all that the HTML is
/// made from. No address of a Deluge and no magnet URI, whose trackers can carry a passkey.
#[derive(Serialize, Deserialize)]
pub(crate) struct PublicStatus {
    pub(crate) generated_at: Timestamp,
    pub(crate) workers: Vec<PublicWorker>,
    #[serde(serialize_with = "write_torrents", deserialize_with = "read_torrents")]
    pub(crate) torrents: Vec<TorrentRecord>,
}

#[derive(Serialize, Deserialize)]
pub(crate) struct PublicWorker {
    pub(crate) id: String,
    pub(crate) live: bool,
    pub(crate) last_seen: Timestamp,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) free_bytes: Option<u64>,
}

impl PublicStatus {
    /// The same without the times that pass while nothing happens.
    pub(crate) fn without_passing_times(mut self) -> Self {
        self.generated_at = Timestamp::UNIX_EPOCH;
        for worker in &mut self.workers {
            worker.last_seen = Timestamp::UNIX_EPOCH;
        }
        for progress in self.torrents.iter_mut().filter_map(|t| t.progress.as_mut()) {
            progress.at = Timestamp::UNIX_EPOCH;
        }
        self
    }
}

impl From<Status> for PublicStatus {
    fn from(status: Status) -> Self {
        let now = status.generated_at;
        let mut workers: Vec<_> = status
            .workers
            .into_iter()
            .map(|worker| PublicWorker {
                live: worker.is_live(now),
                id: worker.id,
                last_seen: worker.last_seen,
                free_bytes: worker.free_bytes,
            })
            .collect();
        workers.sort_by(|a, b| a.id.cmp(&b.id));
        let mut torrents = status.torrents;
        torrents.sort_by_key(|torrent| (std::cmp::Reverse(torrent.added_at), torrent.infohash));
        for torrent in &mut torrents {
            if let Source::Magnet { uri } = &mut torrent.source {
                uri.clear();
            }
        }
        Self {
            generated_at: now,
            workers,
            torrents,
        }
    }
}

impl From<PublicStatus> for Status {
    fn from(public: PublicStatus) -> Self {
        let workers = public
            .workers
            .into_iter()
            .map(|worker| Worker {
                id: worker.id,
                deluge_url: String::new(),
                free_bytes: worker.free_bytes,
                full: false,
                torrents: None,
                last_seen: worker.last_seen,
            })
            .collect();
        Self {
            generated_at: public.generated_at,
            workers,
            torrents: public.torrents,
        }
    }
}

fn write_torrents<S: Serializer>(torrents: &[TorrentRecord], to: S) -> Result<S::Ok, S::Error> {
    let torrents = torrents
        .iter()
        .map(|torrent| {
            let mut value = serde_json::to_value(torrent)?;
            if let Some(Value::Object(source)) = value.get_mut("source") {
                source.remove("uri");
            }
            Ok(value)
        })
        .collect::<Result<Vec<_>, serde_json::Error>>()
        .map_err(S::Error::custom)?;
    torrents.serialize(to)
}

fn read_torrents<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<TorrentRecord>, D::Error> {
    Vec::<Value>::deserialize(from)?
        .into_iter()
        .map(|mut value| {
            if let Some(Value::Object(source)) = value.get_mut("source")
                && source.get("type").is_some_and(|kind| kind == "magnet")
            {
                source.insert("uri".into(), Value::String(String::new()));
            }
            serde_json::from_value(value).map_err(D::Error::custom)
        })
        .collect()
}
