//! `get`: whole files or none, wherever it breaks off, and only in the folder.

use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use crate::server::{Request, Server, answer};
use crate::world::{Ended, INFOHASH, json_answer, run, tree, with_files};

pub(crate) const SONG: &[u8] = b"hello world";

/// A torrent with one file of 11 bytes, which `respond` serves; the number is of its requests alone.
pub(crate) fn serving(
    respond: impl Fn(&Request, usize) -> Vec<u8> + Send + Sync + 'static,
) -> Server {
    let files = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |request, _| {
        if request.path.starts_with("/api/") {
            return json_answer(200, &with_files(&[("a/song.ogg", 11)]));
        }
        respond(
            request,
            files.fetch_add(1, std::sync::atomic::Ordering::SeqCst),
        )
    })
}

pub(crate) fn get(server: &Server, to: &Path) -> Ended {
    run(
        &server.url(),
        &["get", INFOHASH, "--to", to.to_str().unwrap()],
    )
}

/// `Range` and `If-Range` of the requests for files.
pub(crate) fn ranges(server: &Server) -> Vec<(Option<String>, Option<String>)> {
    let files = server
        .seen()
        .into_iter()
        .filter(|request| request.path.starts_with("/files/"));
    files
        .map(|request| {
            (
                request.header("range").map(str::to_owned),
                request.header("if-range").map(str::to_owned),
            )
        })
        .collect()
}

pub(crate) const NO_RANGE: (Option<String>, Option<String>) = (None, None);

pub(crate) fn is_whole(to: &TempDir) {
    assert_eq!(
        tree(to.path()),
        [("a/song.ogg".to_owned(), "hello world".to_owned())]
    );
    assert!(
        !to.path().join(".torrent2s3").exists(),
        "nothing partial is left"
    );
}

#[test]
fn a_file_is_fetched_once() {
    let server = serving(|_, _| answer(200, &[("etag", "\"one\"")], SONG));
    let to = tempfile::tempdir().unwrap();
    let ended = get(&server, to.path());
    assert_eq!(ended.code, 0, "{ended:?}");
    is_whole(&to);
    let again = get(&server, to.path());
    assert_eq!((again.code, again.stdout.as_str()), (0, ""), "{again:?}");
    assert!(again.stderr.contains("1 file there already"), "{again:?}");
    assert_eq!(ranges(&server), [NO_RANGE]);
}

#[test]
fn a_wrong_size_is_an_error_and_leaves_nothing() {
    let chunked = |body: &str| {
        format!("HTTP/1.1 200 OK\r\nconnection: close\r\ntransfer-encoding: chunked\r\n\r\n{body}")
            .into_bytes()
    };
    for (wrong, tells) in [
        (answer(200, &[], b"hello"), "5 bytes"),
        (answer(200, &[], b"hello world, and more"), "21 bytes"),
        (chunked("f\r\nhello world and\r\n0\r\n\r\n"), "longer"),
        (chunked("5\r\nhello\r\n0\r\n\r\n"), "after 5 bytes"),
    ] {
        let server = serving(move |_, _| wrong.clone());
        let to = tempfile::tempdir().unwrap();
        let ended = get(&server, to.path());
        assert_eq!(ended.code, 1, "{tells}: {ended:?}");
        assert!(
            ended.stderr.contains(tells) && ended.stderr.contains("11 bytes"),
            "{tells}: {ended:?}"
        );
        assert!(!to.path().join("a").exists(), "{tells}");
    }
}

#[test]
fn hostile_names_stay_in_the_folder() {
    let outer = tempfile::tempdir().unwrap();
    let to = outer.path().join("in/here");
    let absolute = format!("{}/abs", outer.path().display());
    let files = [
        ("../../up", 11),
        (absolute.as_str(), 11),
        ("a\\..\\..\\b", 11),
        ("x/\u{1b}[31m\n\u{202e}y", 11),
        (".torrent2s3/z", 11),
    ];
    let torrent = with_files(&files);
    let server = Server::start(move |request, _| {
        if request.path.starts_with("/api/") {
            json_answer(200, &torrent)
        } else {
            answer(200, &[], SONG)
        }
    });
    let ended = get(&server, &to);
    assert_eq!(ended.code, 1, "one of them goes nowhere: {ended:?}");
    let found: Vec<_> = tree(outer.path())
        .into_iter()
        .map(|(path, _)| path)
        .collect();
    let cleaned = format!("in/here{absolute}");
    let mut expected = [
        "in/here/_/_/up",
        &cleaned,
        "in/here/a_.._.._b",
        "in/here/x/_[31m__y",
    ];
    expected.sort_unstable();
    assert_eq!(found, expected);
    assert!(
        !ended.stderr.contains('\u{1b}') && !ended.stdout.contains('\u{1b}'),
        "{ended:?}"
    );
    assert!(
        !ended.stderr.contains('\u{202e}') && !ended.stdout.contains('\u{202e}'),
        "{ended:?}"
    );
}

#[test]
fn what_is_there_and_differs_stays() {
    let server = serving(|_, _| answer(200, &[], SONG));
    let to = tempfile::tempdir().unwrap();
    fs::create_dir(to.path().join("a")).unwrap();
    fs::write(to.path().join("a/song.ogg"), "mine").unwrap();
    let ended = get(&server, to.path());
    assert_eq!(ended.code, 1, "{ended:?}");
    assert!(ended.stderr.contains("4 bytes"), "{ended:?}");
    assert_eq!(
        tree(to.path()),
        [("a/song.ogg".to_owned(), "mine".to_owned())]
    );
}

#[test]
fn a_link_that_leads_away_is_not_followed() {
    for link in [
        "http://127.0.0.1:1/x",
        "//example.org/x",
        "http://t2s3.cloudfront.localhost:1/x",
    ] {
        let mut torrent = with_files(&[("a", 11)]);
        torrent["files"][0]["link"] = link.into();
        let server = Server::start(move |_, _| json_answer(200, &torrent));
        let to = tempfile::tempdir().unwrap();
        let ended = get(&server, to.path());
        assert_eq!(ended.code, 1, "{ended:?}");
        assert!(ended.stderr.contains("leads away"), "{ended:?}");
    }
}

#[test]
fn what_is_not_stored_yet_is_told_and_the_rest_is_fetched() {
    let mut torrent = with_files(&[("a/1", 11), ("a/2", 11), ("a/3", 11), ("a/4", 11)]);
    torrent["state"] = "downloading".into();
    torrent["files"][1]["stored"] = false.into();
    torrent["files"][2]["wanted"] = false.into();
    let server = Server::start(move |request, _| {
        if request.path.starts_with("/api/") {
            json_answer(200, &torrent)
        } else {
            answer(200, &[], SONG)
        }
    });
    let to = tempfile::tempdir().unwrap();
    let arguments = [
        "get",
        INFOHASH,
        "--json",
        "--to",
        to.path().to_str().unwrap(),
    ];
    let ended = run(&server.url(), &arguments);
    assert_eq!(ended.code, 1, "{ended:?}");
    assert_eq!(
        ended.problems()[0]["detail"],
        "1 of 3 files not stored yet; get it again later for the rest"
    );
    let mut paths: Vec<_> = ended
        .json()
        .iter()
        .map(|got| (got["path"].clone(), got["outcome"].clone()))
        .collect();
    paths.sort_by_key(|(path, _)| path.to_string());
    assert_eq!(
        paths,
        [
            (json!("a/1"), json!("fetched")),
            (json!("a/4"), json!("fetched"))
        ]
    );
    let chosen = run(&server.url(), &[&arguments[..], &["--files", "2"]].concat());
    assert_eq!(
        (chosen.code, chosen.json()[0]["path"].as_str()),
        (0, Some("a/3")),
        "{chosen:?}"
    );
    let nowhere = run(&server.url(), &[&arguments[..], &["--files", "9"]].concat());
    assert_eq!(nowhere.code, 5, "{nowhere:?}");
}

#[test]
fn many_files_come_a_few_at_a_time() {
    let names: Vec<String> = (0..40).map(|number| format!("many/{number:02}")).collect();
    let files: Vec<(&str, u64)> = names.iter().map(|name| (name.as_str(), 11)).collect();
    let torrent = with_files(&files);
    let server = Server::start(move |request, _| {
        if request.path.starts_with("/api/") {
            json_answer(200, &torrent)
        } else {
            answer(200, &[("etag", "\"e\"")], SONG)
        }
    });
    let to = tempfile::tempdir().unwrap();
    let ended = get(&server, to.path());
    assert_eq!(ended.code, 0, "{ended:?}");
    assert_eq!(tree(to.path()).len(), 40);
    assert_eq!(ended.stdout.lines().count(), 40);
}
