//! What is shown, and to whom.

use std::io::Read;
use std::process::Stdio;

use serde_json::json;

use crate::server::Server;
use crate::world::{INFOHASH, command, json_answer, run, torrent, with_files};

const HOSTILE: &str = "a\u{1b}]0;owned\u{7}\u{9b}31m\nb\u{202e}gpj.exe";

fn hostile() -> Server {
    Server::start(|request, _| {
        let mut torrent = torrent(INFOHASH, HOSTILE, "failed");
        torrent["reason"] = HOSTILE.into();
        torrent["worker"] = HOSTILE.into();
        torrent["source"] = json!({ "type": "magnet", "uri": HOSTILE });
        if request.path.starts_with("/api/torrents?") {
            return json_answer(200, &json!({ "torrents": [torrent] }));
        }
        if request.method == "GET" {
            torrent["files"] = with_files(&[(HOSTILE, 3)])["files"].clone();
            return json_answer(200, &torrent);
        }
        json_answer(202, &torrent)
    })
}

#[test]
fn no_name_has_power_over_a_terminal() {
    let server = hostile();
    let magnet = format!("magnet:?xt=urn:btih:{INFOHASH}");
    for arguments in [
        &["list"][..],
        &["show", INFOHASH],
        &["pause", INFOHASH],
        &["remove", INFOHASH],
        &["add", &magnet],
        &["watch", INFOHASH],
    ] {
        for more in [&[][..], &["--json"]] {
            let ended = run(&server.url(), &[arguments, more].concat());
            let said = format!("{}{}", ended.stdout, ended.stderr);
            assert!(said.contains("owned"), "{arguments:?}: {ended:?}");
            let unsafe_one = said
                .chars()
                .find(|c| (c.is_control() && *c != '\n') || *c == '\u{202e}');
            assert_eq!(unsafe_one, None, "{arguments:?}: {said:?}");
            if !more.is_empty() {
                assert!(
                    ended
                        .json()
                        .iter()
                        .all(|line| line.to_string().contains("owned")),
                    "{ended:?}"
                );
            }
        }
    }
}

#[test]
fn a_problem_has_no_power_over_a_terminal_either() {
    let server = Server::start(|_, _| {
        json_answer(
            422,
            &json!({ "type": "urn:torrent2s3:problem:x", "title": "T", "status": 422, "detail": HOSTILE }),
        )
    });
    for arguments in [&["show", INFOHASH][..], &["show", INFOHASH, "--json"]] {
        let ended = run(&server.url(), arguments);
        assert_eq!(ended.code, 4);
        assert!(
            !ended.stderr.contains(['\u{1b}', '\u{9b}', '\u{202e}']),
            "{ended:?}"
        );
        assert_eq!(ended.stderr.lines().count(), 1, "{ended:?}");
    }
}

/// Three torrents in pages of one, whatever was asked for.
fn paging() -> Server {
    Server::start(|request, _| {
        let page = match request.path.split_once("cursor=") {
            None => 0,
            Some((_, cursor)) => cursor.parse::<usize>().unwrap(),
        };
        let infohash = format!("{page}{}", &INFOHASH[1..]);
        let mut body =
            json!({ "torrents": [torrent(&infohash, &format!("number {page}"), "complete")] });
        if page < 2 {
            body["next"] = (page + 1).to_string().into();
        }
        json_answer(200, &body)
    })
}

#[test]
fn lists_go_through_all_pages_or_as_far_as_asked() {
    let server = paging();
    let ended = run(
        &server.url(),
        &["list", "--state", "complete", "--label", "a b", "--json"],
    );
    let names: Vec<_> = ended
        .json()
        .iter()
        .map(|record| record["name"].clone())
        .collect();
    assert_eq!(names, ["number 0", "number 1", "number 2"]);
    assert_eq!(
        server.calls(),
        [
            "GET /api/torrents?limit=1000&state=complete&label=a+b",
            "GET /api/torrents?limit=1000&state=complete&label=a+b&cursor=1",
            "GET /api/torrents?limit=1000&state=complete&label=a+b&cursor=2",
        ]
    );
    let two = run(&server.url(), &["list", "--limit", "2"]);
    assert_eq!(two.stdout.lines().count(), 3, "a header and two: {two:?}");
    assert_eq!(
        server.calls()[3..],
        [
            "GET /api/torrents?limit=2",
            "GET /api/torrents?limit=1&cursor=1"
        ]
    );
}

#[test]
fn the_first_digits_name_a_torrent_if_they_name_just_one() {
    let server = paging();
    let show = |meant: &str| run(&server.url(), &["pause", meant]);
    assert_eq!(show("1").code, 4);
    assert_eq!(show("19e1").code, 3, "found, but the server has no pause");
    assert!(
        server
            .calls()
            .last()
            .unwrap()
            .starts_with("POST /api/torrents/19e15763")
    );
    assert_eq!(show("9999").code, 5);
    let same = Server::start(|_, _| {
        let two = [
            torrent(INFOHASH, "a", "complete"),
            torrent(&format!("c9e1{}", "0".repeat(36)), "b", "complete"),
        ];
        json_answer(200, &json!({ "torrents": two }))
    });
    let ended = run(&same.url(), &["show", "c9e1"]);
    assert_eq!(ended.code, 4, "{ended:?}");
    assert!(ended.stderr.contains("more digits"), "{ended:?}");
}

#[test]
fn all_files_of_a_large_torrent_are_shown() {
    let server = Server::start(|request, _| {
        let mut torrent = with_files(&[("a", 1), ("b", 1), ("c", 1)]);
        let files = torrent["files"].as_array_mut().unwrap();
        if request.path.contains("files_from=2") {
            files.drain(..2);
        } else {
            files.truncate(2);
            torrent["files_next"] = 2.into();
        }
        json_answer(200, &torrent)
    });
    let ended = run(&server.url(), &["show", INFOHASH, "--json"]);
    let shown = &ended.json()[0];
    let paths: Vec<_> = shown["files"]
        .as_array()
        .unwrap()
        .iter()
        .map(|file| file["path"].clone())
        .collect();
    assert_eq!(paths, ["a", "b", "c"]);
    assert!(shown["files_next"].is_null());
}

#[test]
fn watching_tells_what_changes_and_ends_with_the_last() {
    let server = Server::start(|_, nth| {
        let mut one = torrent(
            INFOHASH,
            "one",
            ["queued", "downloading", "downloading", "downloading"]
                .get(nth)
                .unwrap_or(&"complete"),
        );
        if nth > 0 {
            let bytes = [0, 5, 6, 8].get(nth).unwrap_or(&11);
            one["progress"] = json!({ "at": "2026-01-02T03:04:05Z", "downloaded_bytes": bytes });
        }
        json_answer(200, &json!({ "torrents": [one] }))
    });
    let ended = run(&server.url(), &["watch", "--interval", "0.1"]);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(
        ended.stdout.lines().collect::<Vec<_>>(),
        [
            "c9e15763  queued  one",
            "c9e15763  downloading 40%  one",
            "c9e15763  downloading 50%  one",
            "c9e15763  downloading 70%  one",
            "c9e15763  complete 100%  one",
        ]
    );
}

#[test]
fn watching_a_failure_fails_and_watching_nothing_says_so() {
    let server = hostile();
    assert_eq!(run(&server.url(), &["watch", INFOHASH]).code, 1);
    let ended = run(&server.url(), &["watch"]);
    assert_eq!((ended.code, ended.stdout.as_str()), (0, ""), "{ended:?}");
    assert!(ended.stderr.contains("nothing to watch"), "{ended:?}");
    assert_eq!(run(&server.url(), &["watch", &"0".repeat(40)]).code, 5);
}

#[test]
fn whoever_stops_reading_stops_it_quietly() {
    let server = Server::start(|_, _| {
        let torrents: Vec<_> = (0..9000)
            .map(|_| torrent(INFOHASH, &"n".repeat(90), "complete"))
            .collect();
        json_answer(200, &json!({ "torrents": torrents }))
    });
    let mut command = command(&server.url(), &["list", "--json"]);
    let mut child = command
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut some = [0; 100];
    child.stdout.take().unwrap().read_exact(&mut some).unwrap();
    let ended = child.wait_with_output().unwrap();
    assert_eq!(String::from_utf8_lossy(&ended.stderr), "");
    assert!(ended.status.success(), "{ended:?}");
}

#[test]
fn shells_and_manuals_are_served_without_an_address() {
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let ended = run("", &["completions", shell]);
        assert!(
            ended.code == 0 && ended.stdout.contains("torrent2s3"),
            "{shell}"
        );
    }
    for (command, tells) in [
        (None, "TORRENT2S3_TOKEN"),
        (Some("get"), "parallel"),
        (Some("add"), "MAGNET"),
    ] {
        let arguments: Vec<_> = ["man"].into_iter().chain(command).collect();
        let ended = run("", &arguments);
        assert!(
            ended.code == 0 && ended.stdout.contains(".TH") && ended.stdout.contains(tells),
            "{ended:?}"
        );
    }
    assert_eq!(run("", &["man", "nothing"]).code, 2);
}
