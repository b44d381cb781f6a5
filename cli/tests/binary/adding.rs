//! `add`: what is sent, and what is not.

use std::fs;
use std::path::Path;

use serde_json::{Value, json};

use crate::server::{Server, answer};
use crate::world::{INFOHASH, command, end, json_answer, problem, run, torrent};

const MAGNET: &str = "magnet:?xt=urn:btih:c9e15763f722f23e98a29decdfae341b98d53056";

/// A torrent of one file with so many pieces.
fn metainfo(pieces: usize) -> Vec<u8> {
    let head = format!(
        "d4:infod6:lengthi{}e4:name4:song12:piece lengthi16384e6:pieces{}:",
        pieces * 16384,
        pieces * 20
    );
    [head.as_bytes(), &vec![b'h'; pieces * 20], b"ee"].concat()
}

fn written(folder: &Path, name: &str, bytes: &[u8]) -> String {
    let path = folder.join(name);
    fs::write(&path, bytes).unwrap();
    path.to_str().unwrap().to_owned()
}

fn body(server: &Server, nth: usize) -> Value {
    serde_json::from_slice(&server.seen()[nth].body).unwrap()
}

fn taking() -> Server {
    Server::start(|request, _| {
        let refused = request.body.windows(7).any(|part| part == b"refused");
        if refused {
            problem(422, "url-dns")
        } else {
            json_answer(202, &torrent(INFOHASH, "n", "queued"))
        }
    })
}

#[test]
fn each_of_many_has_its_result_and_a_bad_one_stops_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let good = written(folder.path(), "good.torrent", &metainfo(1));
    let html = written(folder.path(), "bad.torrent", b"<html>");
    let server = taking();
    let inputs = [
        html.as_str(),
        "no-such-file",
        MAGNET,
        "magnet:?dn=x",
        "http://refused.example/",
        "https://a.example/b.torrent",
        &good,
    ];
    let ended = run(
        &server.url(),
        &[&["add", "--json", "--label", "Books"], &inputs[..]].concat(),
    );
    assert_eq!(ended.code, 1, "{ended:?}");
    let outcomes: Vec<_> = ended
        .json()
        .iter()
        .map(|line| {
            (
                line["input"].as_str().unwrap().to_owned(),
                line["outcome"].clone(),
            )
        })
        .collect();
    assert_eq!(
        outcomes,
        [MAGNET, inputs[5], &good].map(|input| (input.to_owned(), json!("added")))
    );
    let problems = ended.problems();
    let kinds: Vec<_> = problems
        .iter()
        .map(|problem| {
            (
                problem["input"].as_str().unwrap(),
                problem["type"].as_str().unwrap(),
            )
        })
        .collect();
    assert_eq!(
        kinds,
        [
            (html.as_str(), "urn:torrent2s3:cli:bad-torrent"),
            ("no-such-file", "urn:torrent2s3:cli:no-file"),
            ("magnet:?dn=x", "urn:torrent2s3:cli:bad-magnet"),
            (inputs[4], "urn:torrent2s3:problem:url-dns"),
        ]
    );
    assert_eq!(problems[0]["offset"], 0, "{problems:?}");
    assert_eq!(
        body(&server, 0),
        json!({ "magnet": MAGNET, "label": "Books" })
    );
    assert_eq!(
        body(&server, 2),
        json!({ "url": inputs[5], "label": "Books" })
    );
    let base64 = body(&server, 3)["torrent"].as_str().unwrap().to_owned();
    assert!(base64.starts_with("ZDQ6aW5mb2Q2"), "{base64}");
    assert_eq!(server.calls(), ["POST /api/torrents"; 4]);
}

#[test]
fn one_can_be_named_and_chosen_from() {
    let folder = tempfile::tempdir().unwrap();
    let good = written(folder.path(), "good.torrent", &metainfo(1));
    let server = Server::start(|_, _| json_answer(200, &torrent(INFOHASH, "n", "complete")));
    let ended = run(
        &server.url(),
        &["add", &good, "--name", "Mine", "--files", "0"],
    );
    assert_eq!(
        (ended.code, ended.stdout.as_str()),
        (0, "known  c9e15763  n, 11 B, 1 file, complete\n"),
        "{ended:?}"
    );
    let sent = body(&server, 0);
    assert_eq!(
        (&sent["name"], &sent["files"]),
        (&json!("Mine"), &json!([0]))
    );
    for arguments in [
        &["add", &good, "--files", "1"][..],
        &["add", MAGNET, "--files", "0"],
    ] {
        assert_eq!(run(&server.url(), arguments).code, 4, "{arguments:?}");
    }
    for arguments in [
        &["add", &good, MAGNET, "--name", "x"][..],
        &["add", &good, MAGNET, "--files", "0"],
        &["add"],
        &["add", &good, "--label", "<b>"],
        &["add", &good, "--files", "x"],
    ] {
        assert_eq!(run(&server.url(), arguments).code, 2, "{arguments:?}");
    }
    assert_eq!(server.seen().len(), 1);
}

#[test]
fn a_large_one_goes_by_upload_and_the_token_does_not() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = metainfo(250_000);
    let large = written(folder.path(), "large.torrent", &bytes);
    let s3 = Server::start(|_, _| answer(200, &[], b""));
    let (url, key) = (
        format!("{}/bucket/key?X-Amz-Signature=s", s3.url()),
        format!("torrents/upload-{}.torrent", "a".repeat(32)),
    );
    let answered = json!({ "upload": key, "url": url, "expires_at": "2026-01-02T03:04:05Z" });
    let server = Server::start(move |request, _| match request.path.as_str() {
        "/api/uploads" => json_answer(201, &answered),
        _ => json_answer(202, &torrent(INFOHASH, "n", "queued")),
    });
    let mut command = command(&server.url(), &["add", &large]);
    command.env("TORRENT2S3_TOKEN", "t");
    let ended = end(command);
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(server.calls(), ["POST /api/uploads", "POST /api/torrents"]);
    assert_eq!(body(&server, 1), json!({ "upload": key }));
    let put = &s3.seen()[0];
    assert_eq!(
        (put.method.as_str(), put.path.as_str()),
        ("PUT", "/bucket/key?X-Amz-Signature=s")
    );
    assert_eq!(
        (put.header("authorization"), put.header("content-type")),
        (None, Some("application/x-bittorrent"))
    );
    assert!(put.body == bytes, "{} bytes came", put.body.len());
}

#[test]
fn no_upload_carries_the_token_wherever_it_goes() {
    let folder = tempfile::tempdir().unwrap();
    let large = written(folder.path(), "large.torrent", &metainfo(250_000));
    // The service itself takes the upload.
    let server = Server::start(|request, _| {
        let home = request.header("host").unwrap();
        let answered = json!({
            "upload": "k", "url": format!("http://{home}/put"), "expires_at": "2026-01-02T03:04:05Z",
        });
        match request.path.as_str() {
            "/api/uploads" => json_answer(201, &answered),
            "/put" => answer(200, &[], b""),
            _ => json_answer(202, &torrent(INFOHASH, "n", "queued")),
        }
    });
    let mut command = command(&server.url(), &["add", &large]);
    command.env("TORRENT2S3_TOKEN", "t");
    assert_eq!(end(command).code, 0);
    let with_token: Vec<_> = server
        .seen()
        .iter()
        .map(|request| request.header("authorization").is_some())
        .collect();
    assert_eq!(with_token, [true, false, true]);
}

#[test]
fn a_refused_upload_shows_no_signature() {
    let folder = tempfile::tempdir().unwrap();
    let large = written(folder.path(), "large.torrent", &metainfo(250_000));
    let s3 = Server::start(|_, _| answer(403, &[], b"<Error/>"));
    let url = format!("{}/bucket/key?X-Amz-Signature=secret", s3.url());
    let server = Server::start(move |_, _| {
        json_answer(
            201,
            &json!({ "upload": "k", "url": url, "expires_at": "2026-01-02T03:04:05Z" }),
        )
    });
    let ended = run(&server.url(), &["add", &large]);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(!ended.stderr.contains("secret"), "{ended:?}");
}

#[test]
fn a_file_that_is_too_large_is_not_even_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("huge.torrent");
    fs::File::create(&path).unwrap().set_len(1 << 40).unwrap();
    let ended = run("http://127.0.0.1:9", &["add", path.to_str().unwrap(), "/"]);
    assert!(ended.stderr.contains("more than"), "{ended:?}");
    assert_eq!(ended.stderr.lines().count(), 2, "{ended:?}");
}
