//! `get` of a file that is too large for one answer of `CloudFront`.

use std::fs::{self, File};
use std::os::unix::fs::FileExt;

use crate::getting::{NO_RANGE, get, ranges};
use crate::server::{Request, Server, answer, cut_answer};
use crate::world::{INFOHASH, json_answer, with_files};

const SIZE: u64 = 60_000_000_000;

fn serving(respond: impl Fn(&Request, usize) -> Vec<u8> + Send + Sync + 'static) -> Server {
    let files = std::sync::atomic::AtomicUsize::new(0);
    Server::start(move |request, _| {
        if request.path.starts_with("/api/") {
            return json_answer(200, &with_files(&[("backup.img", SIZE)]));
        }
        let nth = files.fetch_add(1, std::sync::atomic::Ordering::SeqCst);
        respond(request, nth)
    })
}

#[test]
fn it_is_asked_for_in_ranges_below_the_limit() {
    let server = serving(|_, nth| match nth {
        0 => {
            let range = format!("bytes 0-9999999999/{SIZE}");
            let headers = [("etag", "\"one\""), ("content-range", range.as_str())];
            cut_answer(206, &headers, b"hello ", 10_000_000_000)
        }
        _ => answer(404, &[], b""),
    });
    let to = tempfile::tempdir().unwrap();
    assert_ne!(get(&server, to.path()).code, 0);
    let range = |range: &str| Some(range.to_owned());
    let first = (range("bytes=0-9999999999"), None);
    let second = (range("bytes=6-10000000005"), range("\"one\""));
    assert_eq!(ranges(&server), [first, second]);
}

#[test]
fn its_last_range_ends_with_the_file() {
    let from = SIZE - 5;
    let server = serving(move |_, _| {
        let range = format!("bytes {from}-{}/{SIZE}", SIZE - 1);
        answer(
            206,
            &[("etag", "\"one\""), ("content-range", &range)],
            b"world",
        )
    });
    let to = tempfile::tempdir().unwrap();
    let folder = to.path().join(".torrent2s3");
    fs::create_dir(&folder).unwrap();
    // A hole: it takes no room.
    let partial = File::create(folder.join(format!("{INFOHASH}-0"))).unwrap();
    partial.set_len(from).unwrap();
    fs::write(folder.join(format!("{INFOHASH}-0.etag")), "\"one\"").unwrap();
    let ended = get(&server, to.path());
    assert_eq!(ended.code, 0, "{ended:?}");
    let file = File::open(to.path().join("backup.img")).unwrap();
    assert_eq!(file.metadata().unwrap().len(), SIZE);
    let mut end = [0; 6];
    file.read_exact_at(&mut end, SIZE - 6).unwrap();
    assert_eq!(&end, b"\0world");
    let range = format!("bytes={from}-{}", SIZE - 1);
    assert_eq!(ranges(&server), [(Some(range), Some("\"one\"".to_owned()))]);
}

#[test]
fn without_a_strong_etag_it_is_refused() {
    let server = serving(|_, _| {
        let range = format!("bytes 0-9999999999/{SIZE}");
        cut_answer(206, &[("content-range", &range)], b"hello ", 10_000_000_000)
    });
    let to = tempfile::tempdir().unwrap();
    let ended = get(&server, to.path());
    assert_ne!(ended.code, 0);
    assert!(ended.stderr.contains("no strong ETag"), "{ended:?}");
    assert_ne!(ranges(&server)[0], NO_RANGE);
}
