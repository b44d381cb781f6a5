//! The most and the least that a record can be.

use torrent::{
    Activity, Infohash, Label, Progress, Source, State, StateTimes, Timestamp, TorrentRecord,
};

use crate::api::TorrentFile;

pub(super) const NOW: Timestamp = Timestamp::UNIX_EPOCH;

pub(super) fn full_record() -> TorrentRecord {
    TorrentRecord {
        infohash: Infohash::v1(b""),
        name: "n".into(),
        named: true,
        state: State::Failed,
        reason: Some("r".into()),
        label: Some(Label::try_from("l".to_owned()).unwrap()),
        paused: true,
        wanted: Some("0-4,7".parse().unwrap()),
        source: Source::Magnet {
            uri: "magnet:?".into(),
        },
        size_bytes: Some(1),
        file_count: Some(1),
        worker: Some("w".into()),
        deluge_id: Some("d".into()),
        progress: Some(Progress {
            at: NOW,
            downloaded_bytes: Some(1),
            download_rate: Some(1),
            peers: Some(1),
            paused: Some(false),
            activity: Some(Activity::Other),
            ratio: Some(0.5),
            eta_seconds: Some(1),
        }),
        stored_bytes: 1,
        added_at: NOW,
        since: StateTimes {
            queued: Some(NOW),
            downloading: Some(NOW),
            transferring: Some(NOW),
            complete: Some(NOW),
            failed: Some(NOW),
            removed: Some(NOW),
        },
    }
}

pub(super) fn empty_record() -> TorrentRecord {
    let record = TorrentRecord::queued(Infohash::v1(b""), "n".into(), Source::File, NOW);
    TorrentRecord {
        since: StateTimes::default(),
        ..record
    }
}

pub(super) fn sparse_record() -> TorrentRecord {
    let progress = Progress {
        at: NOW,
        downloaded_bytes: None,
        download_rate: None,
        peers: None,
        paused: None,
        activity: None,
        ratio: None,
        eta_seconds: None,
    };
    TorrentRecord {
        progress: Some(progress),
        ..empty_record()
    }
}

pub(super) fn file(link: Option<&str>) -> TorrentFile {
    TorrentFile {
        index: 0,
        path: "p".into(),
        size_bytes: 1,
        wanted: true,
        stored: true,
        link: link.map(str::to_owned),
    }
}
