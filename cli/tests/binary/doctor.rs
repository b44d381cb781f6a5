//! `doctor`: every check passes on a healthy service, and each one fails when just that part is broken.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::healthy::{TOKEN, service, worker, workers};
use crate::server::{Request, Server};
use crate::world::{Ended, INFOHASH, command, end, json_answer, torrent};

mod attempt;
mod behind;
mod door;

/// All checks, in their order.
const CHECKS: [&str; 18] = [
    "name",
    "certificate",
    "public",
    "headers",
    "clock",
    "refusal",
    "sign-in",
    "session",
    "bearer",
    "api",
    "authorizer",
    "storing",
    "worker",
    "deluge",
    "disk",
    "worker-clock",
    "queue",
    "pages",
];

const TRY: [&str; 6] = [
    "try-add",
    "try-complete",
    "try-page",
    "try-bytes",
    "try-range",
    "try-removed",
];

fn doctor_by(token: &str, server: &Server, arguments: &[&str]) -> Ended {
    let mut command = command(&server.url(), &[&["doctor"], arguments].concat());
    command.env("TORRENT2S3_TOKEN", token);
    end(command)
}

fn doctor(server: &Server, arguments: &[&str]) -> Ended {
    doctor_by(TOKEN, server, &[&["--timeout", "2"], arguments].concat())
}

/// Lines by their check.
fn lines(ended: &Ended) -> BTreeMap<String, Value> {
    let lines = ended.json().into_iter();
    lines
        .map(|line| (line["check"].as_str().unwrap().to_owned(), line))
        .collect()
}

/// With `fault` this check alone fails, and names `cause` and a command with `more` in it.
fn fails(
    check: &str,
    cause: &str,
    more: &str,
    fault: impl Fn(&Request) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> BTreeMap<String, Value> {
    let server = service(fault);
    let ended = doctor(&server, &["--json", "--try"]);
    let lines = lines(&ended);
    assert_eq!(ended.code, 6, "{check}: {ended:?}");
    let failed: Vec<_> = lines
        .values()
        .filter(|line| line["outcome"] == "failed")
        .collect();
    assert_eq!(failed.len(), 1, "{check}: {ended:?}");
    let line = failed[0];
    assert_eq!(line["check"], check, "{line}");
    assert!(
        line["tried"].is_string() && line["came"].is_string(),
        "{line}"
    );
    let has = |field: &str, part: &str| line[field].as_str().unwrap_or_default().contains(part);
    assert!(has("cause", cause), "{line}");
    assert!(has("command", more), "{line}");
    assert!(
        !ended.stdout.contains(TOKEN) && !ended.stderr.contains(TOKEN),
        "{ended:?}"
    );
    lines
}

/// Whether the request is for this path.
fn is(request: &Request, method: &str, path: &str) -> bool {
    request.method == method && request.path.split('?').next() == Some(path)
}

#[test]
fn every_check_passes_on_a_healthy_service() {
    let server = service(|_| None);
    let ended = doctor(&server, &["--json", "--try"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    let made: Vec<_> = ended
        .json()
        .iter()
        .map(|line| line["check"].clone())
        .collect();
    let all: Vec<_> = CHECKS
        .iter()
        .chain(&["range"])
        .chain(&TRY)
        .copied()
        .collect();
    assert_eq!(made, all);
    let lines = lines(&ended);
    for (check, line) in &lines {
        // The service of these tests has neither TLS nor a clock.
        let expected = if ["certificate", "clock"].contains(&check.as_str()) {
            "skipped"
        } else {
            "ok"
        };
        assert_eq!(line["outcome"], expected, "{line}");
        assert!(line.get("cause").is_none(), "{line}");
    }
    let calls = server.calls();
    let removed = calls
        .iter()
        .filter(|call| call.starts_with("DELETE /api/torrents/"))
        .count();
    assert_eq!(removed, 1, "{calls:?}");
    let ended = doctor(&server, &[]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(ended.stdout.lines().count(), CHECKS.len() + 1);
    assert!(
        ended
            .stdout
            .contains("ok    deluge        Deluge's version: i-0abc 2.2.0\n"),
        "{ended:?}"
    );
    assert!(
        ended
            .stderr
            .contains("17 checks passed, 2 without an answer"),
        "{ended:?}"
    );
    assert!(!ended.stdout.contains(TOKEN), "{ended:?}");
}

#[test]
fn silence_and_endless_answers_have_an_end() {
    let start = Instant::now();
    let silent = |request: &Request| {
        is(request, "GET", "/api/workers").then(|| {
            std::thread::sleep(Duration::from_secs(20));
            Vec::new()
        })
    };
    let server = service(silent);
    let ended = doctor(&server, &["--json"]);
    let lines = lines(&ended);
    assert_eq!(lines["worker"]["outcome"], "failed", "{ended:?}");
    assert!(
        lines["worker"]["came"]
            .as_str()
            .unwrap()
            .contains("in time"),
        "{ended:?}"
    );
    let endless = |request: &Request| {
        let head = b"HTTP/1.1 200 X\r\ncontent-type: text/html\r\nconnection: close\r\n\r\n";
        is(request, "GET", "/sign-in.html").then(|| [&head[..], &vec![b'x'; 64 << 20]].concat())
    };
    fails("public", "something else", "stack-outputs", endless);
    assert!(
        start.elapsed() < Duration::from_secs(20),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn no_answer_has_power_over_a_terminal() {
    const HOSTILE: &str = "a\u{1b}]0;owned\u{7}\u{9b}31m\nb\u{202e}c";
    let fault = |request: &Request| {
        let mut worker = worker();
        for field in ["id", "deluge_version"] {
            worker[field] = HOSTILE.into();
        }
        worker["full"] = json!(true);
        let mut record = torrent(INFOHASH, "t", "queued");
        record["reason"] = HOSTILE.into();
        if request.path.contains("state=queued") {
            return Some(json_answer(200, &json!({ "torrents": [record] })));
        }
        is(request, "GET", "/api/workers").then(|| workers(&worker))
    };
    for arguments in [&[][..], &["--json"]] {
        let server = service(fault);
        let ended = doctor(&server, arguments);
        assert_eq!(ended.code, 6, "{ended:?}");
        assert!(ended.stdout.contains("owned"), "{ended:?}");
        let said = format!("{}{}", ended.stdout, ended.stderr);
        let unsafe_one = said
            .chars()
            .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
        assert_eq!(unsafe_one, None, "{said:?}");
        assert!(ended.stdout.contains("--target INSTANCE"), "{ended:?}");
    }
}
