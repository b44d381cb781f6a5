//! `--try`: whatever happens to its torrent, it is removed.

use std::process::Stdio;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering::SeqCst;
use std::time::Duration;

use serde_json::Value;

use super::{fails, is};
use crate::healthy::{TOKEN, file, page, picture, service, tried};
use crate::server::{Request, answer};
use crate::world::{INFOHASH, command, json_answer, problem};

fn is_of_the_try(request: &Request) -> bool {
    request.path.starts_with("/api/torrents/") && !request.path.contains(INFOHASH)
}

/// The info-hash in the path of a request.
fn infohash(request: &Request) -> &str {
    request.path.trim_start_matches("/api/torrents/")
}

#[test]
fn a_try_that_goes_wrong_is_reported_and_removed() {
    let refused = |request: &Request| {
        let adds = is(request, "POST", "/api/torrents")
            && String::from_utf8_lossy(&request.body).contains("torrent\":");
        adds.then(|| problem(503, "unavailable"))
    };
    let lines = fails("try-add", "failed", "AddTorrent", refused);
    assert_eq!(lines["try-removed"]["outcome"], "ok");
    for (state, cause, more) in [
        ("queued", "no worker took it", "WatchQueue"),
        ("downloading", "/icon-512.png", "start-session"),
        ("transferring", "cannot store it", "CompletePage"),
    ] {
        let removed = AtomicBool::new(false);
        let lines = fails("try-complete", cause, more, move |request| {
            if request.method == "DELETE" {
                removed.store(true, SeqCst);
            }
            let asks = is_of_the_try(request) && request.method == "GET" && !removed.load(SeqCst);
            asks.then(|| json_answer(200, &tried(infohash(request), state)))
        });
        assert!(
            lines["try-complete"]["came"]
                .as_str()
                .unwrap()
                .contains("after 2 s"),
            "{lines:?}"
        );
        assert_eq!(lines["try-bytes"]["outcome"], "not_tried");
        assert_eq!(lines["try-removed"]["outcome"], "ok");
    }
}

#[test]
fn bytes_that_differ_are_reported() {
    let other = |request: &Request| {
        let of_try = request.path.starts_with("/files/") && !request.path.contains(INFOHASH);
        let mut bytes = picture();
        bytes[9] ^= 1;
        of_try.then(|| file(request, &bytes))
    };
    let lines = fails("try-bytes", "changes files", "CompletePage", other);
    assert_eq!(lines["try-removed"]["outcome"], "ok");
    let unlinked = |request: &Request| request.path.starts_with("/complete/").then(|| page(&[]));
    fails("try-page", "is behind", "CompletePage", unlinked);
    let whole = |request: &Request| {
        let of_try = request.path.starts_with("/files/") && !request.path.contains(INFOHASH);
        (of_try && request.header("range").is_some()).then(|| answer(200, &[], &picture()))
    };
    fails("try-range", "whole files", "describe-stack-events", whole);
}

#[test]
fn a_torrent_that_cannot_be_removed_is_reported() {
    let stays = |request: &Request| {
        let asks = is_of_the_try(request) && request.method == "GET";
        asks.then(|| json_answer(200, &tried(infohash(request), "complete")))
    };
    fails("try-removed", "still there", "torrent2s3 remove ", stays);
}

#[cfg(unix)]
#[test]
fn an_interrupted_try_is_removed() {
    let (sender, receiver) = std::sync::mpsc::channel();
    let removed = AtomicBool::new(false);
    let server = service(move |request| {
        if request.method == "DELETE" {
            removed.store(true, SeqCst);
        }
        let asks = is_of_the_try(request) && request.method == "GET" && !removed.load(SeqCst);
        asks.then(|| {
            let _ = sender.send(());
            json_answer(200, &tried(infohash(request), "downloading"))
        })
    });
    let mut command = command(&server.url(), &["doctor", "--try", "--json"]);
    command.env("TORRENT2S3_TOKEN", TOKEN);
    command.stdout(Stdio::piped()).stderr(Stdio::piped());
    let child = command.spawn().unwrap();
    receiver.recv_timeout(Duration::from_mins(1)).unwrap();
    let kill = std::process::Command::new("kill")
        .args(["-INT", &child.id().to_string()])
        .status();
    assert!(kill.unwrap().success());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(6), "{output:?}");
    let said = String::from_utf8(output.stdout).unwrap();
    let outcome = |check: &str| {
        let line = said
            .lines()
            .find(|line| line.contains(&format!("\"check\":\"{check}\"")))
            .unwrap();
        serde_json::from_str::<Value>(line).unwrap()
    };
    assert_eq!(outcome("try-complete")["came"], "interrupted");
    assert_eq!(outcome("try-removed")["outcome"], "ok");
}
