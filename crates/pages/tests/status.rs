//! The status page and `status.json`, as they are stored.

use std::collections::BTreeSet;

use pages::{Ended, Status};
use torrent::{
    Activity, Infohash, Label, MagnetLink, Progress, Source, State, Timestamp, TorrentRecord,
    Worker,
};

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
        activity: Some(Activity::Downloading),
        ratio: Some(0.517),
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
        deluge_version: None,
        clock_ahead_seconds: None,
        last_seen: at(last_seen),
    }
}

/// Every state and every way in which something can be missing.
fn busy() -> Status {
    let mut downloading = record("Ubuntu 26.04 – Größe & mehr", 59, State::Downloading);
    downloading.progress = Some(reading(GIB));
    downloading.stored_bytes = GIB / 2;
    downloading.label = Some(Label::try_from("Linux".to_owned()).unwrap());
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
        silent: BTreeSet::new(),
        ended: Ended {
            torrents: 9_997,
            stored_bytes: 900 * GIB,
        },
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
        silent: BTreeSet::new(),
        torrents: Vec::new(),
        ended: Ended::default(),
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
        "<style",
        "style=\"",
        "onerror=\"",
        "javascript:",
    ] {
        assert!(!page.contains(never), "{never}");
    }
    let only = "<script type=\"module\" src=\"/status.js\"></script>";
    assert_eq!(page.matches("<script").count(), page.matches(only).count());
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
        worker.free_bytes = worker.free_bytes.map(|bytes| bytes + 4096);
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

/// The row of a download as it is while a worker with this much room is there.
fn row_of(free_bytes: u64, change: impl FnOnce(&mut TorrentRecord)) -> String {
    let mut torrent = record("a.iso", 59, State::Downloading);
    torrent.progress = Some(reading(GIB));
    change(&mut torrent);
    let status = Status {
        workers: vec![worker("i-live", "2026-03-01T11:59:50Z", Some(free_bytes))],
        torrents: vec![torrent],
        ..empty()
    };
    let page = status.to_html();
    let (start, end) = (
        page.find("<li class=\"torrent").unwrap(),
        page.find("<p id=\"list-note").unwrap(),
    );
    page[start..end].to_owned()
}

fn progress(torrent: &mut TorrentRecord) -> &mut Progress {
    torrent.progress.as_mut().unwrap()
}

fn without_metadata(torrent: &mut TorrentRecord, peers: u64) {
    torrent.source = magnet().source;
    torrent.size_bytes = None;
    torrent.file_count = None;
    progress(torrent).downloaded_bytes = None;
    progress(torrent).peers = Some(peers);
}

/// Everything that can hold a torrent up, each under the name of the case.
fn held_up() -> Status {
    let mut torrents = Vec::new();
    let mut case = |name: &str, change: fn(&mut TorrentRecord)| {
        let mut torrent = record(name, 1, State::Downloading);
        torrent.progress = Some(reading(GIB));
        torrent.worker = Some("i-roomy".into());
        change(&mut torrent);
        torrents.push(torrent);
    };
    case("it goes on", |_| ());
    case("a full disk", |torrent| {
        torrent.worker = Some("i-full".into());
    });
    case("a small disk", |torrent| {
        torrent.worker = Some("i-small".into());
    });
    case("below the floor", |torrent| {
        let reason = "the worker's disk is full (512.0 MiB free); the download rests";
        torrent.reason = Some(reason.into());
        progress(torrent).paused = Some(true);
    });
    case("a bad piece", |torrent| {
        torrent.state = State::Transferring;
        torrent.reason = Some(format!("piece 7 of {HOSTILE} is wrong"));
    });
    case("no peers", |torrent| progress(torrent).peers = Some(0));
    case("no metadata", |torrent| without_metadata(torrent, 4));
    case("no metadata, no peers", |torrent| {
        without_metadata(torrent, 0);
    });
    case("Deluge gave up", |torrent| {
        progress(torrent).activity = Some(Activity::Stopped);
    });
    case("Deluge's queue", |torrent| {
        progress(torrent).activity = Some(Activity::Waiting);
    });
    case("a check", |torrent| {
        progress(torrent).activity = Some(Activity::Checking);
    });
    case("a wish", |torrent| torrent.paused = true);
    case("a wish before any reading", |torrent| {
        torrent.paused = true;
        torrent.progress = None;
    });
    case("rest", |torrent| {
        torrent.paused = true;
        progress(torrent).paused = Some(true);
    });
    case("rest, for now", |torrent| {
        progress(torrent).paused = Some(true);
        progress(torrent).ratio = Some(0.125);
    });
    case("not in Deluge", |torrent| {
        progress(torrent).at = at("2026-03-01T11:00:00Z");
    });
    case("failed", |torrent| torrent.state = State::Failed);
    case("another worker", |torrent| torrent.worker = None);
    case("odd sizes", |torrent| {
        torrent.size_bytes = Some(1024 * 1024 - 1);
        torrent.stored_bytes = 1280;
        progress(torrent).downloaded_bytes = Some(1024 * 1024 - 2);
        progress(torrent).download_rate = Some(1_000_000_000_049);
        progress(torrent).eta_seconds = Some(86_400 * 400 + 59);
    });
    let seen = "2026-03-01T11:59:50Z";
    Status {
        workers: vec![
            worker("i-full", seen, Some(GIB / 8)),
            worker("i-roomy", seen, Some(100 * GIB)),
            worker("i-small", seen, Some(2 * GIB)),
        ],
        torrents,
        ..empty()
    }
}

#[test]
fn whatever_holds_a_torrent_up_has_its_own_words() {
    insta::assert_snapshot!("held_up_page", held_up().to_html());
    insta::assert_snapshot!("held_up_json", pretty(&held_up().to_json()));
}

#[test]
fn a_paused_torrent_says_so_and_shows_no_speed() {
    insta::assert_snapshot!(row_of(100 * GIB, |torrent| {
        torrent.paused = true;
        progress(torrent).paused = Some(true);
    }));
}

#[test]
fn a_deluge_that_does_not_answer_is_not_reached_since_its_last_answer() {
    let mut status = busy();
    status.silent.insert("i-live".into());
    let page = status.to_html();
    let since = "not reached since <time datetime=\"2026-03-01T11:59:58Z\">";
    assert!(page.contains(since), "{page}");
    assert!(page.contains("1.0 GiB of 4.0 GiB when last read"), "{page}");
    assert!(
        status
            .to_json()
            .contains(r#""download_rate":0,"stored_bytes""#)
    );
    assert_ne!(status.fingerprint(), busy().fingerprint());
    // Its sign of life goes on, which changes nothing.
    let mut later = status.clone();
    later.workers[1].last_seen = now();
    assert_eq!(later.fingerprint(), status.fingerprint());
}

#[test]
fn a_queued_torrent_says_that_no_worker_is_there() {
    let torrents = vec![record("a", 1, State::Queued)];
    let waits = Status {
        torrents,
        ..empty()
    };
    let words = "waits for a worker; none is there now";
    assert!(waits.to_html().contains(words));
    let workers = vec![worker("i-live", "2026-03-01T11:59:50Z", None)];
    assert!(!Status { workers, ..waits }.to_html().contains(words));
}

#[test]
fn only_a_page_with_active_torrents_promises_to_be_made_again() {
    let fresh_until = |status: &Status| {
        let json: serde_json::Value = serde_json::from_str(&status.to_json()).unwrap();
        json["fresh_until"].as_str().map(str::to_owned)
    };
    assert_eq!(
        fresh_until(&busy()).as_deref(),
        Some("2026-03-01T12:05:00.5Z")
    );
    assert_eq!(fresh_until(&empty()), None);
}
