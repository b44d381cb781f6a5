//! `.torrent` files as the world has them: good, odd and hostile.

use torrent::{
    BencodeFault, FileKind, Infohash, Metainfo, MetainfoError, TORRENT_BYTES_MAX, TORRENT_FILES_MAX,
};

mod common;

use common::{d, entry, i, l, leaf, s, torrent};

fn single(length: i64, piece_length: i64, pieces: usize) -> Vec<u8> {
    d(&[
        ("length", i(length)),
        ("name", s("song.ogg")),
        ("piece length", i(piece_length)),
        ("pieces", s(vec![7; pieces * 20])),
    ])
}

fn folder(entries: &[Vec<u8>], pieces: usize) -> Vec<u8> {
    d(&[
        ("files", l(entries)),
        ("name", s("album")),
        ("piece length", i(16384)),
        ("pieces", s(vec![7; pieces * 20])),
    ])
}

fn refused(bytes: &[u8]) -> MetainfoError {
    Metainfo::parse(bytes).expect_err("must be refused")
}

#[test]
fn the_info_hash_is_of_the_original_bytes() {
    // A key that no specification knows still counts.
    let info = d(&[
        ("length", i(3)),
        ("name", s("a")),
        ("piece length", i(16384)),
        ("pieces", s([7; 20])),
        ("x-unknown", s("kept")),
    ]);
    let metainfo = Metainfo::parse(&torrent(&info)).unwrap();
    assert_eq!(metainfo.infohash, Infohash::v1(&info));
    assert_eq!(metainfo.trackers, ["http://tracker.example/announce"]);
    assert_eq!((metainfo.name.as_str(), metainfo.size_bytes()), ("a", 3));
}

#[test]
fn a_folder_has_its_files_in_order_below_its_name() {
    let padding = d(&[
        ("attr", s("p")),
        ("length", i(16284)),
        ("path", l(&[s(".pad"), s("16284")])),
    ]);
    let info = folder(
        &[
            entry(&["one.ogg"], 100),
            padding,
            entry(&["sub", "zw\u{f6}lf.ogg"], 16384),
        ],
        2,
    );
    let metainfo = Metainfo::parse(&torrent(&info)).unwrap();
    let files: Vec<_> = metainfo
        .files
        .iter()
        .map(|f| (f.path.as_str(), f.size_bytes, f.kind))
        .collect();
    assert_eq!(
        files,
        [
            ("album/one.ogg", 100, FileKind::Regular),
            ("album/.pad/16284", 16284, FileKind::Padding),
            ("album/sub/zw\u{f6}lf.ogg", 16384, FileKind::Regular),
        ]
    );
    assert_eq!(metainfo.size_bytes(), 16484);
}

#[test]
fn hostile_paths_stay_inside_and_stay_apart() {
    let info = folder(
        &[
            entry(&["..", "..", "etc"], 1),
            entry(&["a.txt"], 1),
            entry(&["a.txt"], 1),
            entry(&[b"\xff\0"], 1),
        ],
        1,
    );
    let metainfo = Metainfo::parse(&torrent(&info)).unwrap();
    let paths: Vec<_> = metainfo.files.iter().map(|f| f.path.as_str()).collect();
    assert_eq!(
        paths,
        [
            "album/_/_/etc",
            "album/a.txt",
            "album/a.1.txt",
            "album/\u{fffd}_"
        ]
    );
}

#[test]
fn v2_torrents_have_the_truncated_sha_256() {
    let tree = d(&[("b", d(&[("c.txt", leaf(5))])), ("d.txt", leaf(6))]);
    let info = d(&[
        ("file tree", tree),
        ("meta version", i(2)),
        ("name", s("album")),
        ("piece length", i(16384)),
    ]);
    let metainfo = Metainfo::parse(&torrent(&info)).unwrap();
    assert_eq!(metainfo.infohash, Infohash::v2_truncated(&info));
    let files: Vec<_> = metainfo
        .files
        .iter()
        .map(|f| (f.path.as_str(), f.size_bytes))
        .collect();
    assert_eq!(
        files,
        [
            ("album/b/c.txt", 5),
            ("album/.pad/16379", 16379),
            ("album/d.txt", 6),
            ("album/.pad/16378", 16378),
        ],
        "numbered as libtorrent does"
    );
    assert_eq!(metainfo.size_bytes(), 11);

    let one = d(&[
        ("file tree", d(&[("song.ogg", leaf(5))])),
        ("meta version", i(2)),
        ("name", s("song.ogg")),
        ("piece length", i(16384)),
    ]);
    assert_eq!(
        Metainfo::parse(&torrent(&one)).unwrap().files[0]
            .path
            .as_str(),
        "song.ogg"
    );
}

#[test]
fn hybrid_torrents_keep_the_v1_hash_and_must_agree_with_themselves() {
    let hybrid = |v2_length| {
        d(&[
            ("file tree", d(&[("song.ogg", leaf(v2_length))])),
            ("length", i(5)),
            ("meta version", i(2)),
            ("name", s("song.ogg")),
            ("piece length", i(16384)),
            ("pieces", s([7; 20])),
        ])
    };
    let info = hybrid(5);
    let metainfo = Metainfo::parse(&torrent(&info)).unwrap();
    assert_eq!(
        (metainfo.infohash, metainfo.deluge_id),
        (Infohash::v1(&info), Infohash::v2_truncated(&info))
    );
    assert_eq!(refused(&torrent(&hybrid(6))), MetainfoError::HybridMismatch);
}

#[test]
fn what_is_no_torrent_says_where() {
    let fault = |bytes: &[u8]| match refused(bytes) {
        MetainfoError::Bencode(error) => (error.offset, error.fault),
        other => panic!("{other}"),
    };
    assert_eq!(refused(b""), MetainfoError::Empty);
    assert_eq!(fault(b"<!doctype html>"), (0, BencodeFault::Syntax));
    let good = torrent(&single(5, 16384, 1));
    assert_eq!(
        fault(&good[..good.len() - 1]),
        (good.len() - 1, BencodeFault::UnexpectedEnd)
    );
    assert_eq!(
        fault(&[&good[..], b"\n"].concat()),
        (good.len(), BencodeFault::TrailingBytes)
    );
    let info = single(5, 16384, 1);
    let twice = d(&[("info", info.clone()), ("info", info)]);
    assert!(matches!(fault(&twice).1, BencodeFault::DuplicateKey(key) if key == "info"));
    assert_eq!(
        refused(&b"l".repeat(200_000)),
        MetainfoError::NotADictionary("torrent")
    );
    let deep_info = [&b"d4:info"[..], &b"d1:a".repeat(200_000)].concat();
    assert_eq!(fault(&deep_info).1, BencodeFault::TooDeep);
    assert_eq!(
        refused(&vec![b'd'; TORRENT_BYTES_MAX + 1]),
        MetainfoError::TooLarge(TORRENT_BYTES_MAX + 1)
    );
}

#[test]
fn a_fault_inside_info_is_counted_from_the_start_of_the_file() {
    let info = d(&[("name", s("a")), ("name", s("b"))]);
    let bytes = d(&[("info", info)]);
    let MetainfoError::Bencode(error) = refused(&bytes) else {
        panic!("must be a bencode error")
    };
    assert_eq!(&bytes[error.offset..error.offset + 6], b"4:name");
    assert!(error.offset > 16, "the second one, not the first: {error}");
}

#[test]
fn what_is_bencode_but_no_torrent_says_which_key() {
    let cases = [
        (l(&[]), MetainfoError::NotADictionary("torrent")),
        (d::<&str>(&[]), MetainfoError::Missing("info")),
        (d(&[("info", i(1))]), MetainfoError::NotADictionary("info")),
        (
            torrent(&single(-1, 16384, 1)),
            MetainfoError::Invalid {
                key: "info.length",
                expected: "a size in bytes",
            },
        ),
        (
            torrent(&single(5, 0, 1)),
            MetainfoError::Invalid {
                key: "info.piece length",
                expected: "a usable size",
            },
        ),
        (
            torrent(&single(5, 16384, 2)),
            MetainfoError::PieceCount {
                found: 2,
                expected: 1,
            },
        ),
        (torrent(&single(0, 16384, 0)), MetainfoError::NoContent),
        (
            torrent(&folder(&vec![entry(&["a"], 1 << 43); 32], 1)),
            MetainfoError::TotalTooLarge,
        ),
        (
            torrent(&d(&[("name", s("a")), ("piece length", i(1))])),
            MetainfoError::Missing("info.pieces"),
        ),
        (
            torrent(&d(&[
                ("meta version", i(3)),
                ("name", s("a")),
                ("piece length", i(16384)),
            ])),
            MetainfoError::UnknownVersion(3),
        ),
    ];
    for (bytes, error) in cases {
        assert_eq!(refused(&bytes), error, "{}", bytes.escape_ascii());
    }
}

#[test]
fn there_is_an_end_to_files_and_their_paths() {
    let files = |count: usize, name: &str| {
        let files: Vec<_> = (0..count)
            .map(|n| entry(&[name, &n.to_string()], 1))
            .collect();
        torrent(&folder(&files, count.div_ceil(16384)))
    };
    assert!(Metainfo::parse(&files(TORRENT_FILES_MAX, "a")).is_ok());
    assert_eq!(
        refused(&files(TORRENT_FILES_MAX + 1, "a")),
        MetainfoError::TooManyFiles
    );
    let deep = (0..20).fold(
        d(&(10_000..30_000)
            .map(|n| (n.to_string(), leaf(1)))
            .collect::<Vec<_>>()),
        |inner, _| d(&[("a".repeat(240), inner)]),
    );
    let info = d(&[
        ("file tree", deep),
        ("meta version", i(2)),
        ("name", s("album")),
        ("piece length", i(16384)),
    ]);
    assert_eq!(refused(&torrent(&info)), MetainfoError::PathsTooLong);
}

#[test]
fn what_stands_around_info_may_be_in_any_order() {
    let info = single(5, 16384, 1);
    let bytes = d(&[("info", info.clone()), ("announce", s("http://a.example/"))]);
    let metainfo = Metainfo::parse(&bytes).unwrap();
    assert_eq!(metainfo.infohash, Infohash::v1(&info));
    assert_eq!(metainfo.trackers, ["http://a.example/"]);
}

proptest::proptest! {
    /// What makes most torrents quick to read must not make them read otherwise.
    #[test]
    fn an_entry_is_the_same_with_a_key_that_nobody_knows(
        length in "(-?[0-9]{0,3}|[0-9]{10,20})",
        // No string of 10 bytes or more: it would reach into the next entry, and there the key does matter.
        path in "l(0?[0-2]?:|a|[.]|1:b|i1e|le|e){0,4}",
    ) {
        let read = |more: &str| {
            let odd = format!("d6:lengthi{length}e4:path{path}e{more}e").into_bytes();
            Metainfo::parse(&torrent(&folder(&[odd, entry(&["b"], 1)], 1)))
                .map(|metainfo| metainfo.files)
                .ok()
        };
        proptest::prop_assert_eq!(read(""), read("1:xi1e"));
    }

    #[test]
    fn no_bytes_panic(bytes in proptest::collection::vec(proptest::prelude::any::<u8>(), 0..200), cut in 0..120_usize) {
        let _ = Metainfo::parse(&bytes);
        let mut good = torrent(&single(5, 16384, 1));
        good.splice(cut..cut, bytes);
        let _ = Metainfo::parse(&good);
    }
}
