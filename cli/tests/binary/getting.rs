//! `get`: whole files or none, wherever it breaks off, and only in the folder.

use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use crate::server::{Request, Server, answer, cut_answer};
use crate::world::{Ended, INFOHASH, json_answer, run, tree, with_files};

const SONG: &[u8] = b"hello world";

/// A torrent with one file of 11 bytes, which `respond` serves; the number is of its requests alone.
fn serving(respond: impl Fn(&Request, usize) -> Vec<u8> + Send + Sync + 'static) -> Server {
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

fn get(server: &Server, to: &Path) -> Ended {
    run(
        &server.url(),
        &["get", INFOHASH, "--to", to.to_str().unwrap()],
    )
}

/// `Range` and `If-Range` of the requests for files.
fn ranges(server: &Server) -> Vec<(Option<String>, Option<String>)> {
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

fn range(from: u64, etag: &str) -> (Option<String>, Option<String>) {
    (Some(format!("bytes={from}-")), Some(etag.to_owned()))
}

const NO_RANGE: (Option<String>, Option<String>) = (None, None);

/// The rest of the song from a byte on.
fn rest(from: usize, etag: &str) -> Vec<u8> {
    let range = format!("bytes {from}-10/11");
    answer(
        206,
        &[("etag", etag), ("content-range", &range)],
        &SONG[from..],
    )
}

fn is_whole(to: &TempDir) {
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
fn what_broke_off_goes_on_in_the_same_run() {
    let server = serving(|_, nth| match nth {
        0 => cut_answer(200, &[("etag", "\"one\"")], b"hello ", 11),
        _ => rest(6, "\"one\""),
    });
    let to = tempfile::tempdir().unwrap();
    assert_eq!(get(&server, to.path()).code, 0);
    is_whole(&to);
    assert_eq!(ranges(&server), [NO_RANGE, range(6, "\"one\"")]);
}

#[test]
fn what_broke_off_goes_on_in_the_next_run() {
    // Four requests bring nothing more, so the first run gives up.
    let server = serving(|_, nth| match nth {
        0 => cut_answer(200, &[("etag", "\"one\"")], b"hello ", 11),
        1..=3 => cut_answer(
            206,
            &[("etag", "\"one\""), ("content-range", "bytes 6-10/11")],
            b"",
            5,
        ),
        _ => rest(6, "\"one\""),
    });
    let to = tempfile::tempdir().unwrap();
    let ended = get(&server, to.path());
    assert_ne!(ended.code, 0, "{ended:?}");
    assert!(
        !to.path().join("a").exists(),
        "it has no name before it is whole"
    );
    let again = get(&server, to.path());
    assert_eq!(again.code, 0, "{again:?}");
    is_whole(&to);
    assert_eq!(ranges(&server).last(), Some(&range(6, "\"one\"")));
}

/// Leaves `bytes` of an earlier run, in which the file had `etag`.
fn leave(to: &TempDir, bytes: &[u8], etag: Option<&str>) {
    let folder = to.path().join(".torrent2s3");
    fs::create_dir(&folder).unwrap();
    fs::write(folder.join(format!("{INFOHASH}-0")), bytes).unwrap();
    if let Some(etag) = etag {
        fs::write(folder.join(format!("{INFOHASH}-0.etag")), etag).unwrap();
    }
}

#[test]
fn a_200_instead_of_a_206_starts_again() {
    let server = serving(|_, _| answer(200, &[("etag", "\"two\"")], SONG));
    let to = tempfile::tempdir().unwrap();
    leave(&to, b"HELLO ", Some("\"one\""));
    assert_eq!(get(&server, to.path()).code, 0);
    is_whole(&to);
    assert_eq!(ranges(&server), [range(6, "\"one\"")]);
}

#[test]
fn a_206_of_another_file_is_not_joined_on() {
    let to_answer = [
        rest(6, "\"two\""),
        answer(
            206,
            &[("etag", "\"one\""), ("content-range", "bytes 6-10/99")],
            b"world",
        ),
        answer(
            206,
            &[("etag", "\"one\""), ("content-range", "bytes 0-10/11")],
            SONG,
        ),
        answer(206, &[("etag", "\"one\"")], b"world"),
        answer(416, &[], b""),
    ];
    for first in to_answer {
        let said = String::from_utf8_lossy(&first).into_owned();
        let server = serving(move |_, nth| match nth {
            0 => first.clone(),
            _ => answer(200, &[("etag", "\"two\"")], SONG),
        });
        let to = tempfile::tempdir().unwrap();
        leave(&to, b"HELLO ", Some("\"one\""));
        let ended = get(&server, to.path());
        assert_eq!(ended.code, 0, "{said}: {ended:?}");
        is_whole(&to);
        assert_eq!(ranges(&server), [range(6, "\"one\""), NO_RANGE], "{said}");
    }
}

#[test]
fn bytes_of_nobody_knows_what_are_not_used() {
    for etag in [None, Some("W/\"weak\"")] {
        let server = serving(move |_, nth| match (etag, nth) {
            (Some(etag), 0) => cut_answer(200, &[("etag", etag)], b"HELLO ", 11),
            _ => answer(200, &[], SONG),
        });
        let to = tempfile::tempdir().unwrap();
        if etag.is_none() {
            leave(&to, b"HELLO ", None);
        }
        assert_eq!(get(&server, to.path()).code, 0);
        is_whole(&to);
        assert!(
            ranges(&server).iter().all(|range| *range == NO_RANGE),
            "{:?}",
            ranges(&server)
        );
    }
}

#[test]
fn all_bytes_of_a_killed_run_are_asked_about_once_more() {
    let server = serving(|_, _| rest(10, "\"one\""));
    let to = tempfile::tempdir().unwrap();
    leave(&to, SONG, Some("\"one\""));
    assert_eq!(get(&server, to.path()).code, 0);
    is_whole(&to);
    assert_eq!(ranges(&server), [range(10, "\"one\"")]);
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
