use deluge::{Key, TorrentStatus};
use store::{Reading, StoreError};
use torrent::{Progress, State, Timestamp, TorrentRecord, Worker};

use crate::handler::StatusPage;

/// All that the page shows of a torrent in Deluge.
const KEYS: [Key; 8] = [
    Key::DownloadPayloadRate,
    Key::Eta,
    Key::Name,
    Key::NumPeers,
    Key::NumSeeds,
    Key::State,
    Key::TotalDone,
    Key::TotalSize,
];

impl StatusPage {
    /// Brings the records of a worker's downloads up to what its Deluge says. A Deluge that does not answer
    /// changes nothing: the page says since when it is silent.
    pub(crate) async fn read_worker(
        &self,
        worker: &Worker,
        torrents: &mut [TorrentRecord],
    ) -> Result<(), StoreError> {
        let mut downloads: Vec<_> = torrents
            .iter_mut()
            .filter(|torrent| torrent.state == State::Downloading)
            .filter(|torrent| torrent.worker.as_deref() == Some(&worker.id))
            .collect();
        let ids: Vec<_> = downloads
            .iter()
            .filter_map(|torrent| torrent.deluge_id.clone())
            .collect();
        if ids.is_empty() {
            return Ok(());
        }
        let answer = match self.deluges.at(&worker.deluge_url) {
            Ok(deluge) => deluge.status(&ids, &KEYS).await,
            Err(error) => Err(error),
        };
        let mut statuses = match answer {
            Ok(statuses) => statuses,
            Err(error) => {
                tracing::warn!(worker = worker.id, %error, "a worker's Deluge does not answer");
                return Ok(());
            }
        };
        let now = Timestamp::now();
        for torrent in &mut downloads {
            let status = torrent
                .deluge_id
                .as_ref()
                .and_then(|id| statuses.remove(id));
            let Some(reading) = status.and_then(|status| news(torrent, status, now)) else {
                continue;
            };
            self.records
                .set_reading(torrent.infohash, reading.clone())
                .await?;
            torrent.progress = Some(reading.progress);
            torrent.size_bytes = reading.size_bytes.or(torrent.size_bytes);
            torrent.name = reading.name.unwrap_or_else(|| torrent.name.clone());
        }
        Ok(())
    }
}

/// What Deluge says that the record does not say yet.
fn news(torrent: &TorrentRecord, status: TorrentStatus, now: Timestamp) -> Option<Reading> {
    let progress = Progress {
        at: now,
        downloaded_bytes: status.total_done,
        download_rate: status.download_payload_rate,
        peers: status
            .num_peers
            .zip(status.num_seeds)
            .map(|(peers, seeds)| peers + seeds),
        paused: status
            .state
            .as_ref()
            .map(|state| *state == deluge::State::Paused),
        activity: None,
        ratio: status.ratio,
        eta_seconds: status.eta.map(|eta| eta.as_secs()),
    };
    // Without metainfo there is no size, and Deluge's name for the torrent is its info-hash.
    let name = status.name.filter(|_| status.total_size.is_some());
    let reading = Reading {
        name: name.filter(|name| *name != torrent.name && !torrent.named),
        size_bytes: status.total_size.filter(|_| torrent.size_bytes.is_none()),
        progress,
    };
    let known = torrent.progress.as_ref().is_some_and(|known| {
        Progress {
            at: now,
            ..known.clone()
        } == reading.progress
    });
    (!known || reading.name.is_some() || reading.size_bytes.is_some()).then_some(reading)
}

#[cfg(test)]
mod tests {
    use torrent::{Infohash, Source};

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    fn download() -> TorrentRecord {
        TorrentRecord::queued(
            Infohash::v1(b"test"),
            "link".into(),
            Source::Magnet { uri: String::new() },
            at(0),
        )
    }

    fn status(json: &str) -> TorrentStatus {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_same_numbers_later_are_no_news() {
        let mut torrent = download();
        let first = news(
            &torrent,
            status(r#"{"total_done":5,"num_peers":1,"num_seeds":2}"#),
            at(1),
        )
        .unwrap();
        assert_eq!(
            (first.progress.downloaded_bytes, first.progress.peers),
            (Some(5), Some(3))
        );
        torrent.progress = Some(first.progress);
        assert_eq!(
            news(
                &torrent,
                status(r#"{"total_done":5,"num_peers":1,"num_seeds":2}"#),
                at(2)
            ),
            None
        );
        assert!(
            news(
                &torrent,
                status(r#"{"total_done":6,"num_peers":1,"num_seeds":2}"#),
                at(2)
            )
            .is_some()
        );
    }

    #[test]
    fn what_deluge_does_not_say_is_unknown() {
        let reading = news(&download(), status("{}"), at(1)).unwrap();
        assert_eq!(
            reading.progress,
            Progress {
                at: at(1),
                downloaded_bytes: None,
                download_rate: None,
                peers: None,
                paused: None,
                activity: None,
                ratio: None,
                eta_seconds: None
            }
        );
    }

    #[test]
    fn a_magnet_has_its_name_once_it_has_a_size() {
        let name_of = |json: &str| news(&download(), status(json), at(1)).unwrap().name;
        assert_eq!(name_of(r#"{"name":"cafe","total_size":0}"#), None);
        assert_eq!(
            name_of(r#"{"name":"Sintel","total_size":7}"#).as_deref(),
            Some("Sintel")
        );
    }
}
