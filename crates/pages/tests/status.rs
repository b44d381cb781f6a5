//! The status page and `status.json`, as they are stored.

use pages::Status;
use torrent::{Infohash, MagnetLink, Progress, Source, State, Timestamp, TorrentRecord, Worker};

const HOSTILE: &str = r#"<img src=x onerror="alert(1)"> & 'friends' "#;
const TURNED: &str = "holiday \u{202e}gpj.exe";
const PASSKEY: &str = "http://tracker.example/passkey-5ecret/announce";
const GIB: u64 = 1 << 30;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn now() -> Timestamp {
    at("2026-03-01T12:00:00.5Z")
}

fn record(name: &str, minute: u8, state: State) -> TorrentRecord {
    let added = at(&format!("2026-03-01T11:{minute:02}:00Z"));
    let infohash = Infohash::v1(name.as_bytes());
    let mut record = TorrentRecord::queued(infohash, name.into(), Source::File, added);
    record.state = state;
    record.size_bytes = Some(4 * GIB);
    record.file_count = Some(3);
    record.worker = Some("i-live".into());
    record
}

fn reading(downloaded_bytes: u64) -> Progress {
    Progress {
        at: at("2026-03-01T11:59:58Z"),
        downloaded_bytes: Some(downloaded_bytes),
        download_rate: Some(3_250_000),
        peers: Some(1),
        paused: None,
        activity: None,
        ratio: None,
        eta_seconds: Some(7_505),
    }
}

fn magnet() -> TorrentRecord {
    let infohash = Infohash::v1(b"magnet");
    let uri = format!("magnet:?xt=urn:btih:{infohash}&tr={PASSKEY}");
    uri.parse::<MagnetLink>().unwrap();
    let name = infohash.to_string();
    let mut record = TorrentRecord::queued(
        infohash,
        name,
        Source::Magnet { uri },
        at("2026-03-01T11:50:00Z"),
    );
    record.state = State::Downloading;
    record.worker = Some("i-live".into());
    record.progress = Some(Progress {
        at: at("2026-03-01T11:59:58Z"),
        downloaded_bytes: None,
        download_rate: None,
        peers: None,
        paused: None,
        activity: None,
        ratio: None,
        eta_seconds: None,
    });
    record
}

fn worker(id: &str, last_seen: &str, free_bytes: Option<u64>) -> Worker {
    Worker {
        id: id.into(),
        deluge_url: "http://10.1.2.3:8112".into(),
        free_bytes,
        full: false,
        torrents: Some(2),
        last_seen: at(last_seen),
    }
}

/// Every state and every way in which something can be missing.
fn busy() -> Status {
    let mut downloading = record("Ubuntu 26.04 – Größe & mehr", 59, State::Downloading);
    downloading.progress = Some(reading(GIB));
    downloading.stored_bytes = GIB / 2;
    let unread = record("no-reading-yet.iso", 58, State::Downloading);
    let mut lost = record(TURNED, 57, State::Downloading);
    lost.worker = Some("i-lost".into());
    lost.progress = Some(reading(3 * GIB));
    let mut vanished = record("its worker has no row", 56, State::Transferring);
    vanished.worker = Some("i-forgotten".into());
    let mut transferring = record(&"w".repeat(255), 55, State::Transferring);
    transferring.stored_bytes = 4 * GIB - 1;
    let mut complete = record(HOSTILE, 54, State::Complete);
    complete.stored_bytes = 4 * GIB;
    complete.since.complete = Some(at("2026-03-01T11:58:00Z"));
    let mut failed = record("dead.torrent", 53, State::Failed);
    failed.reason = Some(format!("Deluge said: {HOSTILE}"));
    failed.since.failed = Some(at("2026-03-01T11:57:00Z"));
    let mut removed = record("gone", 52, State::Removed);
    removed.stored_bytes = 7;
    removed.since.removed = Some(at("2026-03-01T11:56:00Z"));
    let mut queued = record("waiting", 51, State::Queued);
    queued.worker = None;
    Status {
        generated_at: now(),
        workers: vec![
            worker("i-lost", "2026-03-01T11:40:00Z", Some(50 * GIB)),
            worker("i-live", "2026-03-01T11:59:50.25Z", Some(123 * GIB)),
            worker("<b>home</b>", "2026-03-01T11:59:50Z", None),
        ],
        torrents: vec![
            magnet(),
            queued,
            removed,
            failed,
            complete,
            transferring,
            vanished,
            lost,
            unread,
            downloading,
        ],
    }
}

fn empty() -> Status {
    Status {
        generated_at: now(),
        workers: Vec::new(),
        torrents: Vec::new(),
    }
}

#[test]
fn the_page_shows_every_state_newest_first() {
    insta::assert_snapshot!(busy().to_html());
}

#[test]
fn the_page_of_nothing_says_what_to_do() {
    insta::assert_snapshot!(empty().to_html());
}

#[test]
fn the_json_says_what_may_be_known() {
    insta::assert_snapshot!(pretty(&busy().to_json()));
    insta::assert_snapshot!("json_of_nothing", empty().to_json());
}

fn pretty(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    serde_json::to_string_pretty(&value).unwrap()
}

#[test]
fn neither_the_address_of_deluge_nor_a_passkey_leaves() {
    for page in [busy().to_html(), busy().to_json()] {
        assert!(!page.contains("10.1.2.3"));
        assert!(!page.contains("5ecret"));
        assert!(!page.contains("magnet:"));
    }
}

#[test]
fn names_stay_text_and_nothing_is_inline() {
    let page = busy().to_html();
    assert!(page.contains("&#60;img src=x onerror="));
    for never in [
        "<img src=x",
        "<b>",
        "<script",
        "<style",
        "style=\"",
        "onerror=\"",
        "javascript:",
    ] {
        assert!(!page.contains(never), "{never}");
    }
}

#[test]
fn the_fingerprint_does_not_see_time_pass() {
    let mut later = busy();
    later.generated_at = at("2026-03-01T12:00:30Z");
    for worker in later
        .workers
        .iter_mut()
        .filter(|worker| worker.id != "i-lost")
    {
        worker.last_seen = at("2026-03-01T12:00:20Z");
    }
    for progress in later
        .torrents
        .iter_mut()
        .filter_map(|t| t.progress.as_mut())
    {
        progress.at = at("2026-03-01T12:00:28Z");
    }
    later.torrents.reverse();
    later.workers.reverse();
    assert_ne!(later.to_json(), busy().to_json());
    assert_eq!(later.fingerprint(), busy().fingerprint());
}

#[test]
fn the_fingerprint_sees_a_worker_go_and_a_byte_come() {
    let mut dead = busy();
    dead.generated_at = at("2026-03-01T12:02:00Z");
    assert_ne!(dead.fingerprint(), busy().fingerprint());

    let mut further = busy();
    further.torrents[0].stored_bytes += 1;
    assert_ne!(further.fingerprint(), busy().fingerprint());
}

#[test]
fn status_json_reads_back() {
    let read: Status = serde_json::from_str(&busy().to_json()).unwrap();
    assert_eq!(read.torrents.len(), busy().torrents.len());
    assert_eq!(read.to_json(), busy().to_json());
    assert_eq!(read.to_html(), busy().to_html());
    assert_eq!(read.fingerprint(), busy().fingerprint());
    assert!(
        read.workers
            .iter()
            .all(|worker| worker.deluge_url.is_empty())
    );
}
