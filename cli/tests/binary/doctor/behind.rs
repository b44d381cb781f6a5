//! Storage, box, queue, pages and files.

use serde_json::{Value, json};

use super::{doctor, fails, is, lines};
use crate::healthy::{file, has_proof, not_bencode, service, status_page, worker, workers};
use crate::server::{Request, answer};
use crate::world::{INFOHASH, json_answer, problem, torrent};

#[test]
fn what_is_not_stored_or_not_read_back_is_reported() {
    let refused =
        |request: &Request| is(request, "PUT", "/put").then(|| answer(403, &[], b"<Error/>"));
    fails("storing", "may not write there", "AddTorrent", refused);
    let uploaded = |request: &Request| {
        is(request, "POST", "/api/torrents")
            && String::from_utf8_lossy(&request.body).contains("upload")
    };
    fails(
        "storing",
        "is not the one that is read",
        "AddTorrent",
        move |request| uploaded(request).then(|| problem(422, "no-upload")),
    );
    fails(
        "storing",
        "is not what was stored",
        "AddTorrent",
        move |request| uploaded(request).then(|| not_bencode(0)),
    );
    let broken = |request: &Request| {
        let real = request.method == "POST" && request.path == "/api/uploads" && has_proof(request);
        (real && request.header("sec-fetch-site").is_none()).then(|| problem(503, "unavailable"))
    };
    fails("storing", "failed", "AddTorrent", broken);
}

#[test]
fn a_box_in_trouble_is_reported() {
    let with = |field: &'static str, value: Value| {
        move |request: &Request| {
            let mut worker = worker();
            worker[field] = value.clone();
            is(request, "GET", "/api/workers").then(|| workers(&worker))
        }
    };
    let full = fails(
        "disk",
        "VolumeGib",
        "start-session --target i-0abc",
        with("full", json!(true)),
    );
    assert!(
        full["disk"]["came"].as_str().unwrap().contains("5.0 GiB"),
        "{full:?}"
    );
    let clock = with("clock_ahead_seconds", json!(-90));
    let clock = fails("worker-clock", "refuses", "timedatectl", clock);
    assert!(
        clock["worker-clock"]["came"]
            .as_str()
            .unwrap()
            .contains("1 min 30 s behind"),
        "{clock:?}"
    );
    let none = |request: &Request| {
        is(request, "GET", "/api/workers").then(|| json_answer(200, &json!({ "workers": [] })))
    };
    // The status page still has one.
    let server = service(none);
    let ended = doctor(&server, &["--json"]);
    let lines = lines(&ended);
    assert_eq!(lines["worker"]["outcome"], "failed", "{ended:?}");
    assert!(
        lines["worker"]["cause"]
            .as_str()
            .unwrap()
            .contains("installing"),
        "{ended:?}"
    );
    assert_eq!(lines["deluge"]["outcome"], "not_tried");
}

#[test]
fn a_box_that_is_gone_is_reported() {
    let gone = |request: &Request| {
        let mut worker = worker();
        (worker["live"], worker["last_seen"]) = (json!(false), json!("2026-01-02T03:04:05Z"));
        let mut page = status_page();
        page["workers"][0]["live"] = json!(false);
        match request.path.as_str() {
            "/api/workers" => Some(workers(&worker)),
            "/status/status.json" if has_proof(request) => Some(json_answer(200, &page)),
            _ => None,
        }
    };
    let lines = fails("worker", "Deluge or the agent does not run", "i-0abc", gone);
    for check in ["deluge", "disk", "worker-clock", "try-add"] {
        assert_eq!(lines[check]["outcome"], "not_tried", "{check}");
    }
}

#[test]
fn an_older_agent_is_no_failure() {
    let server = service(|request| {
        let mut worker = worker();
        for field in ["deluge_version", "clock_ahead_seconds", "free_bytes"] {
            worker.as_object_mut().unwrap().remove(field);
        }
        is(request, "GET", "/api/workers").then(|| workers(&worker))
    });
    let ended = doctor(&server, &["--json"]);
    let lines = lines(&ended);
    for check in ["deluge", "disk", "worker-clock"] {
        assert_eq!(lines[check]["outcome"], "warning", "{ended:?}");
    }
    assert_eq!(ended.code, 0, "{ended:?}");
}

#[test]
fn a_queue_that_does_not_move_is_reported() {
    let stands = |request: &Request| {
        let mut record = torrent(INFOHASH, "t", "queued");
        record["reason"] = "no worker".into();
        let list = json!({ "torrents": [record] });
        request
            .path
            .contains("state=queued")
            .then(|| json_answer(200, &list))
    };
    let lines = fails("queue", "no worker is live", "WatchQueue", stands);
    assert!(
        lines["queue"]["came"]
            .as_str()
            .unwrap()
            .contains("no worker"),
        "{lines:?}"
    );
}

#[test]
fn a_page_that_is_behind_is_reported() {
    let status = |change: fn(&mut Value)| {
        move |request: &Request| {
            let mut page = status_page();
            change(&mut page);
            let wanted = is(request, "GET", "/status/status.json") && has_proof(request);
            wanted.then(|| json_answer(200, &page))
        }
    };
    let changes: [fn(&mut Value); 4] = [
        |page| page["fresh_until"] = json!("2026-01-02T03:09:05Z"),
        |page| page["workers"][0]["live"] = json!(false),
        |page| page["torrents"] = json!([]),
        |page| page["torrents"][0]["state"] = json!("downloading"),
    ];
    for change in changes {
        fails("pages", "every minute", "StatusPage", status(change));
    }
    let none = |request: &Request| {
        let wanted = is(request, "GET", "/status/status.json") && has_proof(request);
        wanted.then(|| answer(403, &[], b""))
    };
    fails("pages", "every minute", "StatusPage", none);
}

#[test]
fn what_changed_just_now_may_be_missing_from_the_page() {
    let server = service(|request| {
        let mut record = torrent(&"a".repeat(40), "new", "complete");
        record["since"]["complete"] = ::torrent::Timestamp::now().to_string().into();
        let records = json!({ "torrents": [record, torrent(INFOHASH, "t", "complete")] });
        let lists = is(request, "GET", "/api/torrents") && has_proof(request);
        (lists && !request.path.contains("state=")).then(|| json_answer(200, &records))
    });
    let ended = doctor(&server, &["--json"]);
    let lines = lines(&ended);
    assert_eq!(lines["pages"]["outcome"], "ok", "{ended:?}");
    assert!(
        lines["pages"]["came"]
            .as_str()
            .unwrap()
            .contains("last minute"),
        "{ended:?}"
    );
}

#[test]
fn a_file_served_wrongly_is_reported() {
    let song = format!("/files/{INFOHASH}/0");
    let fault = |respond: fn(&Request) -> Vec<u8>| {
        let song = song.clone();
        move |request: &Request| is(request, "GET", &song).then(|| respond(request))
    };
    let whole = |_: &Request| answer(200, &[], &vec![b'x'; 1 << 20]);
    fails(
        "range",
        "whole files",
        "describe-stack-events",
        fault(whole),
    );
    let other = |request: &Request| file(request, b"another file of other length");
    fails("range", "not the file", "CompletePage", fault(other));
    let bare = |request: &Request| {
        let sandboxed = String::from_utf8(file(request, b"hello world")).unwrap();
        sandboxed.replace("sandbox ", "").into_bytes()
    };
    fails("range", "FileHeaders", "describe-stack-events", fault(bare));
    let gone = |_: &Request| answer(403, &[], b"<Error/>");
    fails("range", "not in the bucket", "CompletePage", fault(gone));
}

#[test]
fn a_service_without_files_is_no_failure() {
    let server = service(|request| {
        let listed = is(request, "GET", "/api/torrents") && has_proof(request);
        let mut page = status_page();
        page["torrents"] = json!([]);
        match request.path.as_str() {
            "/status/status.json" if has_proof(request) => Some(json_answer(200, &page)),
            _ => listed.then(|| json_answer(200, &json!({ "torrents": [] }))),
        }
    });
    let ended = doctor(&server, &["--json"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(lines(&ended)["range"]["outcome"], "skipped", "{ended:?}");
}

#[test]
fn a_deployment_older_than_the_program_is_reported() {
    let server =
        service(|request| is(request, "GET", "/api/workers").then(|| problem(404, "no-route")));
    let ended = doctor(&server, &["--json"]);
    let lines = lines(&ended);
    assert_eq!(lines["worker"]["outcome"], "failed", "{ended:?}");
    let cause = lines["worker"]["cause"].as_str().unwrap();
    assert!(cause.contains("older than this program"), "{ended:?}");
}
