//! `get` again, after it broke off: the rest of the same file, or all of another.

use std::fs;

use tempfile::TempDir;

use crate::getting::{NO_RANGE, SONG, get, is_whole, ranges, serving};
use crate::server::{answer, cut_answer};
use crate::world::INFOHASH;

fn range(from: u64, etag: &str) -> (Option<String>, Option<String>) {
    (Some(format!("bytes={from}-")), Some(etag.to_owned()))
}

/// The rest of the song from a byte on.
fn rest(from: usize, etag: &str) -> Vec<u8> {
    let range = format!("bytes {from}-10/11");
    answer(
        206,
        &[("etag", etag), ("content-range", &range)],
        &SONG[from..],
    )
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
