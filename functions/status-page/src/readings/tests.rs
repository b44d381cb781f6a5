use proptest::prelude::*;
use torrent::Source;

use super::*;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).unwrap()
}

fn download() -> TorrentRecord {
    let source = Source::Magnet { uri: String::new() };
    let mut torrent = TorrentRecord::queued(Infohash::v1(b"test"), "link".into(), source, at(0));
    torrent.state = State::Downloading;
    torrent
}

fn status(json: &str) -> TorrentStatus {
    serde_json::from_str(json).unwrap()
}

/// A download of 1,000 bytes with this reading from second 0.
fn known(json: &str) -> TorrentRecord {
    let mut torrent = download();
    torrent.size_bytes = Some(1_000);
    torrent.progress = Some(reading(&torrent, status(json), at(0)).progress);
    torrent
}

/// What a reading at this second is worth.
fn then(torrent: &TorrentRecord, second: i64, json: &str) -> Option<Worth> {
    worth(torrent, &reading(torrent, status(json), at(second)))
}

#[test]
fn what_only_trembles_is_never_written() {
    let torrent = known(
        r#"{"total_done":5,"download_payload_rate":7,"num_peers":3,"num_seeds":1,"ratio":0.5}"#,
    );
    let trembles =
        r#"{"total_done":5,"download_payload_rate":9,"num_peers":1,"num_seeds":1,"ratio":0.504}"#;
    assert_eq!(then(&torrent, 3_600, trembles), None);
}

#[test]
fn bytes_are_written_by_the_hundredth_or_by_the_minute() {
    let torrent = known(r#"{"total_done":100}"#);
    assert_eq!(then(&torrent, 10, r#"{"total_done":109}"#), None);
    assert_eq!(
        then(&torrent, 10, r#"{"total_done":110}"#),
        Some(Worth::Step)
    );
    assert_eq!(
        then(&torrent, 60, r#"{"total_done":101}"#),
        Some(Worth::Step)
    );
}

#[test]
fn what_becomes_of_a_torrent_is_written_at_once() {
    assert_eq!(then(&download(), 0, "{}"), Some(Worth::Fact));
    let torrent = known(r#"{"total_done":995,"state":"Downloading"}"#);
    for fact in [
        r#"{"total_done":995,"state":"Paused"}"#,
        r#"{"total_done":995,"state":"Error"}"#,
        r#"{"total_done":1000,"state":"Downloading"}"#,
    ] {
        assert_eq!(then(&torrent, 1, fact), Some(Worth::Fact), "{fact}");
    }
    let magnet = TorrentRecord {
        size_bytes: None,
        ..torrent
    };
    let metadata = r#"{"name":"Sintel","total_size":7}"#;
    assert_eq!(then(&magnet, 1, metadata), Some(Worth::Fact));
}

#[test]
fn a_flow_that_stops_is_written_within_the_minute() {
    let torrent =
        known(r#"{"total_done":5,"download_payload_rate":7,"num_peers":1,"num_seeds":0}"#);
    let stalled = r#"{"total_done":5,"download_payload_rate":0,"num_peers":1,"num_seeds":0}"#;
    assert_eq!(then(&torrent, 10, stalled), None);
    assert_eq!(then(&torrent, 60, stalled), Some(Worth::Step));
}

#[test]
fn a_magnet_has_its_name_once_it_has_a_size() {
    let magnet = download();
    let name_of = |torrent, json: &str| reading(torrent, status(json), at(1)).name;
    assert_eq!(name_of(&magnet, r#"{"name":"cafe","total_size":0}"#), None);
    let named = r#"{"name":"Sintel","total_size":7}"#;
    assert_eq!(name_of(&magnet, named).as_deref(), Some("Sintel"));
    assert_eq!(name_of(&known("{}"), named), None);
}

#[test]
fn the_time_left_is_that_of_the_wanted_bytes() {
    let eta = |json: &str| {
        reading(&known("{}"), status(json), at(1))
            .progress
            .eta_seconds
    };
    assert_eq!(
        eta(r#"{"total_done":400,"download_payload_rate":6}"#),
        Some(100)
    );
    for unknown in [
        r#"{"total_done":400,"download_payload_rate":0}"#,
        r#"{"download_payload_rate":6}"#,
        r#"{"total_done":400}"#,
        r#"{"total_done":1000,"download_payload_rate":6}"#,
    ] {
        assert_eq!(eta(unknown), None, "{unknown}");
    }
}

#[test]
fn when_not_all_can_be_written_facts_come_first_then_those_furthest_behind() {
    let news = |worth, second| News {
        worth,
        known: Some(at(second)),
        infohash: Infohash::v1(b"test"),
        reading: reading(&download(), status("{}"), at(100)),
    };
    let all = vec![
        news(Worth::Step, 9),
        news(Worth::Step, 1),
        news(Worth::Fact, 5),
    ];
    let order = |most| {
        let chosen = chosen(all.clone(), most).into_iter();
        chosen
            .map(|news| (news.worth, news.known))
            .collect::<Vec<_>>()
    };
    let fact = (Worth::Fact, Some(at(5)));
    assert_eq!(order(2), [fact, (Worth::Step, Some(at(1)))]);
    assert_eq!(order(9).len(), 3);
}

/// Any answer, each key of which can be missing.
fn answers() -> impl Strategy<Value = String> {
    let number = || proptest::option::of(0..2_000_u64);
    let state = proptest::option::of(prop_oneof![
        Just("Downloading"),
        Just("Paused"),
        Just("Error"),
        Just("Dreaming")
    ]);
    (number(), number(), number(), number(), state).prop_map(|(done, rate, peers, seeds, state)| {
        let mut answer = serde_json::Map::new();
        for (key, number) in [
            ("total_done", done),
            ("download_payload_rate", rate),
            ("num_peers", peers),
            ("num_seeds", seeds),
        ] {
            answer.extend(number.map(|number| (key.to_owned(), number.into())));
        }
        answer.extend(state.map(|state| ("state".to_owned(), state.into())));
        serde_json::Value::Object(answer).to_string()
    })
}

proptest! {
    #[test]
    fn what_was_written_is_no_news(answer in answers(), later in 0..10_000_i64) {
        prop_assert_eq!(then(&known(&answer), later, &answer), None);
    }

    #[test]
    fn an_answer_that_says_nothing_takes_nothing_from_the_record(answer in answers(), later in 0..10_000_i64) {
        prop_assert_eq!(then(&known(&answer), later, "{}"), None);
    }

    /// Unknown is neither 0 nor what it was.
    #[test]
    fn what_is_missing_is_unknown(answer in answers()) {
        let torrent = known(r#"{"total_done":5,"download_payload_rate":7,"num_peers":3,"num_seeds":1}"#);
        let value: serde_json::Value = serde_json::from_str(&answer).unwrap();
        let progress = reading(&torrent, status(&answer), at(1)).progress;
        prop_assert_eq!(progress.downloaded_bytes, value["total_done"].as_u64());
        prop_assert_eq!(progress.download_rate, value["download_payload_rate"].as_u64());
        let both = value["num_peers"].as_u64().zip(value["num_seeds"].as_u64());
        prop_assert_eq!(progress.peers, both.map(|(peers, seeds)| peers + seeds));
        prop_assert_eq!(progress.activity.is_some(), value.get("state").is_some());
    }
}

#[test]
fn the_templates_alarm_looks_for_what_is_logged_of_a_silent_deluge() {
    let template = include_str!("../../../../template.yaml");
    let pattern = template
        .split("FilterPattern: '{ $.fields.message = \"")
        .nth(1);
    let words = pattern.and_then(|rest| rest.split("*\"").next()).unwrap();
    let words = words.replace("''", "'");
    let code = include_str!("../readings.rs");
    assert_eq!(code.matches(&format!("\"{words}")).count(), 2, "{words}");
}
