//! How requests are made: again where that helps, with the token where it belongs.

use std::time::{Duration, Instant};

use serde_json::json;

use crate::server::{Request, Server, answer};
use crate::world::{INFOHASH, command, end, json_answer, problem, run, torrent, with_files};

const TOKEN: &str = "very-secret-token";

fn list(torrents: usize) -> Vec<u8> {
    let torrents: Vec<_> = (0..torrents)
        .map(|_| torrent(INFOHASH, "n", "complete"))
        .collect();
    json_answer(200, &json!({ "torrents": torrents }))
}

#[test]
fn what_passes_is_tried_again() {
    for busy in [
        answer(503, &[], b"Service Unavailable"),
        problem(503, "unavailable"),
        answer(502, &[], b""),
        answer(504, &[], b""),
        answer(429, &[("retry-after", "0")], b""),
        Vec::new(),
    ] {
        for arguments in [&["list"][..], &["pause", INFOHASH], &["remove", INFOHASH]] {
            let busy = busy.clone();
            let server = Server::start(move |request, nth| match (nth, request.method.as_str()) {
                (0 | 1, _) => busy.clone(),
                (_, "GET") => list(1),
                _ => json_answer(202, &torrent(INFOHASH, "n", "queued")),
            });
            let ended = run(&server.url(), arguments);
            assert_eq!(ended.code, 0, "{arguments:?}: {ended:?}");
            assert_eq!(server.seen().len(), 3, "{arguments:?}");
        }
    }
}

#[test]
fn tries_have_an_end() {
    let server = Server::start(|_, _| problem(503, "unavailable"));
    let ended = run(&server.url(), &["list", "--json"]);
    assert_eq!((ended.code, server.seen().len()), (3, 4), "{ended:?}");
    assert_eq!(
        ended.problems()[0]["type"],
        "urn:torrent2s3:problem:unavailable"
    );
    assert_eq!(ended.stdout, "");
}

#[test]
fn what_does_not_pass_is_not_tried_again() {
    for (status, code) in [
        (400, 4),
        (401, 4),
        (403, 4),
        (404, 5),
        (409, 4),
        (422, 4),
        (500, 1),
    ] {
        let server = Server::start(move |_, _| problem(status, "so"));
        let ended = run(&server.url(), &["show", INFOHASH]);
        assert_eq!(
            (ended.code, server.seen().len()),
            (code, 1),
            "{status}: {ended:?}"
        );
        assert!(ended.stderr.contains("it is so"), "{ended:?}");
    }
}

#[test]
fn a_server_says_when_to_come_again() {
    let server = Server::start(|_, nth| match nth {
        0 => answer(429, &[("retry-after", "2")], b""),
        _ => list(0),
    });
    let start = Instant::now();
    assert_eq!(run(&server.url(), &["list"]).code, 0);
    assert!(
        start.elapsed() >= Duration::from_secs(2),
        "{:?}",
        start.elapsed()
    );
}

#[test]
fn nobody_there_and_somebody_else_there_are_not_reachable() {
    let ended = run("http://127.0.0.1:9", &["list"]);
    assert_eq!(ended.code, 3, "{ended:?}");
    for strange in [
        answer(200, &[], b"<html>"),
        answer(404, &[], b"<html>"),
        json_answer(200, &json!({})),
        answer(302, &[("location", "file:///etc/passwd")], b""),
    ] {
        let server = Server::start(move |_, _| strange.clone());
        let ended = run(&server.url(), &["list"]);
        assert_eq!(ended.code, 3, "{ended:?}");
    }
}

fn authorization(request: &Request) -> Option<&str> {
    request.header("authorization")
}

#[test]
fn the_token_goes_to_the_service() {
    let server = Server::start(|request, _| match request.path.as_str() {
        "/api/torrents?limit=1000" => answer(307, &[("location", "/api/torrents?limit=9")], b""),
        _ => list(0),
    });
    let mut command = command(&server.url(), &["list"]);
    command.env("TORRENT2S3_TOKEN", TOKEN);
    let ended = end(command);
    assert_eq!(ended.code, 0, "{ended:?}");
    let bearer = format!("Bearer {TOKEN}");
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert!(
        seen.iter()
            .all(|request| authorization(request) == Some(&bearer)),
        "{seen:?}"
    );
}

#[test]
fn the_api_is_not_followed_to_another_server() {
    let other = Server::start(|_, _| list(0));
    for arguments in [
        &["list"][..],
        &["pause", INFOHASH],
        &[
            "add",
            "magnet:?xt=urn:btih:c9e15763f722f23e98a29decdfae341b98d53056",
        ],
    ] {
        for status in [301, 302, 307, 308] {
            let location = other.url();
            let server = Server::start(move |_, _| answer(status, &[("location", &location)], b""));
            let mut command = command(&server.url(), arguments);
            command.env("TORRENT2S3_TOKEN", TOKEN);
            let ended = end(command);
            assert_eq!(ended.code, 3, "{ended:?}");
            assert!(ended.stderr.contains(&other.url()), "{ended:?}");
        }
    }
    assert_eq!(other.seen().len(), 0);
}

#[test]
fn a_file_is_followed_to_another_server_without_the_token() {
    let other = Server::start(|_, _| answer(200, &[], b"hello world"));
    let location = format!("{}/elsewhere", other.url());
    let server = Server::start(move |request, _| {
        if request.path.starts_with("/api/") {
            json_answer(200, &with_files(&[("a", 11)]))
        } else {
            answer(302, &[("location", &location)], b"")
        }
    });
    let to = tempfile::tempdir().unwrap();
    let mut command = command(
        &server.url(),
        &["get", INFOHASH, "--to", to.path().to_str().unwrap()],
    );
    command.env("TORRENT2S3_TOKEN", TOKEN);
    let ended = end(command);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert!(
        server
            .seen()
            .iter()
            .all(|request| authorization(request).is_some())
    );
    assert_eq!(other.calls(), ["GET /elsewhere"]);
    assert_eq!(authorization(&other.seen()[0]), None);
}

#[test]
fn redirects_have_an_end() {
    let server = Server::start(|_, _| answer(302, &[("location", "/api/again")], b""));
    let ended = run(&server.url(), &["list"]);
    assert_eq!((ended.code, server.seen().len()), (3, 6), "{ended:?}");
}

#[test]
fn nobody_reads_the_token() {
    let server = Server::start(|_, nth| match nth {
        0 => answer(200, &[], b"<html>"),
        1 => problem(403, "forbidden"),
        _ => answer(403, &[], b"no"),
    });
    for arguments in [
        &["list"][..],
        &["list", "--json"],
        &["show", INFOHASH],
        &["--help"],
        &["list", "--nonsense"],
    ] {
        let mut command = command(&server.url(), arguments);
        command.env("TORRENT2S3_TOKEN", TOKEN);
        let ended = end(command);
        assert!(
            !ended.stdout.contains(TOKEN) && !ended.stderr.contains(TOKEN),
            "{ended:?}"
        );
    }
    let mut bad = command(&server.url(), &["list"]);
    bad.env("TORRENT2S3_TOKEN", format!("{TOKEN}\u{e9}"));
    let ended = end(bad);
    assert_eq!(ended.code, 2, "{ended:?}");
    assert!(!ended.stderr.contains(TOKEN), "{ended:?}");
}

#[test]
fn options_win_over_the_environment_and_that_over_the_file() {
    let [by_file, by_environment, by_option] = [(); 3].map(|()| Server::start(|_, _| list(0)));
    let home = tempfile::tempdir().unwrap();
    let folder = home.path().join("torrent2s3");
    std::fs::create_dir(&folder).unwrap();
    std::fs::write(
        folder.join("config.toml"),
        format!("url = \"{}\"\ntoken = \"file\"\n", by_file.url()),
    )
    .unwrap();
    let run = |variables: &[(&str, &str)], arguments: &[&str]| {
        let mut command = command("", arguments);
        command
            .env("XDG_CONFIG_HOME", home.path())
            .envs(variables.iter().copied());
        assert_eq!(end(command).code, 0);
    };
    let url = by_environment.url();
    let environment = [
        ("TORRENT2S3_URL", url.as_str()),
        ("TORRENT2S3_TOKEN", "environment"),
    ];
    run(&[], &["list"]);
    run(&environment, &["list"]);
    run(
        &environment,
        &["list", "--url", &by_option.url(), "--token", "option"],
    );
    for (server, token) in [
        (by_file, "file"),
        (by_environment, "environment"),
        (by_option, "option"),
    ] {
        let seen = server.seen();
        assert_eq!(seen.len(), 1);
        assert_eq!(
            authorization(&seen[0]),
            Some(format!("Bearer {token}").as_str())
        );
    }
}

#[test]
fn without_an_address_nothing_can_be_done() {
    let ended = run("", &["list", "--json"]);
    assert_eq!(ended.code, 2);
    assert!(
        ended.problems()[0]["detail"]
            .as_str()
            .unwrap()
            .contains("TORRENT2S3_URL"),
        "{ended:?}"
    );
    let nonsense = run("", &["list", "--nonsense", "--json"]);
    assert_eq!(nonsense.code, 2);
    let problem = &nonsense.problems()[0];
    assert!(
        problem["detail"].as_str().unwrap().contains("--nonsense"),
        "{problem}"
    );
    assert_eq!(run("", &["list", "--nonsense"]).code, 2);
    assert_eq!(run("not an address", &["list"]).code, 2);
}
