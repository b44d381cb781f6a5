//! Lengths, piece lengths and piece hashes that do not fit, each other or anything.

use crate::common::{changed, entry, i, l, pieces, s};
use crate::{Case, case};

/// libtorrent's largest piece length.
const PIECE_MAX: i64 = 0x7fff * 16384;

/// libtorrent's largest file.
const FILE_MAX: i64 = (1 << 44) - 16385;

fn single(changes: &[(&str, Option<Vec<u8>>)]) -> Vec<u8> {
    let good = [
        ("length", i(5)),
        ("name", s("song.ogg")),
        ("piece length", i(16384)),
        ("pieces", pieces(1)),
    ];
    changed(&good, changes)
}

fn sized(length: i64, piece_length: i64, hashes: usize) -> Vec<u8> {
    single(&[
        ("length", Some(i(length))),
        ("piece length", Some(i(piece_length))),
        ("pieces", Some(pieces(hashes))),
    ])
}

/// As many hashes as there must be.
fn exact(length: i64, piece_length: i64) -> Vec<u8> {
    let hashes = (length + piece_length - 1) / piece_length;
    sized(
        length,
        piece_length,
        usize::try_from(hashes).expect("positive"),
    )
}

fn with(key: &'static str, value: Vec<u8>) -> Vec<u8> {
    single(&[(key, Some(value))])
}

fn folder(lengths: &[i64], piece_length: i64, hashes: usize) -> Vec<u8> {
    let files = lengths.iter().zip(0..);
    let files: Vec<_> = files
        .map(|(length, number)| entry(&[number.to_string()], *length))
        .collect();
    files_of(l(&files), piece_length, hashes)
}

fn files_of(files: Vec<u8>, piece_length: i64, hashes: usize) -> Vec<u8> {
    single(&[
        ("files", Some(files)),
        ("length", None),
        ("piece length", Some(i(piece_length))),
        ("pieces", Some(pieces(hashes))),
    ])
}

pub(crate) fn cases() -> Vec<Case> {
    [lengths(), files(), piece_lengths(), hashes()]
        .into_iter()
        .flatten()
        .collect()
}

fn lengths() -> Vec<Case> {
    vec![
        case("length: missing", &single(&[("length", None)])),
        case("length: a string", &with("length", s("5"))),
        case("length: negative", &with("length", i(-5))),
        case("length: 0", &sized(0, 16384, 0)),
        case("length: 0 with a hash", &with("length", i(0))),
        case("length: the largest", &exact(FILE_MAX, PIECE_MAX)),
        case("length: one more", &exact(FILE_MAX + 1, PIECE_MAX)),
        case("length: 2^48 - 1", &exact((1 << 48) - 1, PIECE_MAX)),
        case("length: 2^63 - 1", &sized(i64::MAX, PIECE_MAX, 1)),
        case("length: over 32 bits", &exact((1 << 32) + 5, 1 << 24)),
    ]
}

fn files() -> Vec<Case> {
    let large = [1 << 43; 32];
    let hashes = usize::try_from((1_i64 << 47) / PIECE_MAX + 1).expect("positive");
    let both = |length: Vec<u8>| {
        single(&[
            ("files", Some(l(&[entry(&["a"], 5)]))),
            ("length", Some(length)),
        ])
    };
    vec![
        case("files: good", &folder(&[5, 16384, 0, 7], 16384, 2)),
        case("files: none", &folder(&[], 16384, 0)),
        case("files: one of no length", &folder(&[0], 16384, 0)),
        case("files: three of no length", &folder(&[0, 0, 0], 16384, 0)),
        case("files: negative", &folder(&[5, -5], 16384, 1)),
        case("files: negative, 0 in all", &folder(&[5, -5, 5], 16384, 1)),
        case("files: a number", &with("files", i(5))),
        case("files: a string", &with("files", s("a"))),
        case("files: a dictionary", &with("files", b"de".to_vec())),
        case("files: numbers", &files_of(l(&[i(5)]), 16384, 1)),
        case("files: a number, no length", &files_of(i(5), 16384, 1)),
        case("files and length", &both(i(5))),
        case("files and another length", &both(i(-7))),
        case("files and a length that is text", &both(s("x"))),
        case(
            "files: a length of text",
            &files_of(
                l(&[changed(&[("length", s("5")), ("path", l(&[s("a")]))], &[])]),
                16384,
                1,
            ),
        ),
        case(
            "files: no length",
            &files_of(l(&[changed(&[("path", l(&[s("a")]))], &[])]), 16384, 1),
        ),
        case(
            "files: 2^47 in all",
            &folder(&large[..16], PIECE_MAX, hashes),
        ),
        case("files: 2^48 in all", &folder(&large, PIECE_MAX, 1)),
        case(
            "files: over 64 bits in all",
            &folder(&[i64::MAX; 3], PIECE_MAX, 1),
        ),
    ]
}

fn piece_lengths() -> Vec<Case> {
    let mut cases: Vec<_> = [
        1,
        3,
        5,
        16383,
        16385,
        49152,
        1 << 20,
        PIECE_MAX - 1,
        PIECE_MAX,
        PIECE_MAX + 1,
        1 << 30,
        i64::from(i32::MAX),
        1 << 31,
        (1 << 32) + 16384,
        i64::MAX - 10,
    ]
    .into_iter()
    .map(|length| case(format!("piece length: {length}"), &exact(5, length)))
    .collect();
    cases.extend([
        case("piece length: 0", &sized(5, 0, 1)),
        case("piece length: 0, no hashes", &sized(5, 0, 0)),
        case("piece length: negative", &sized(5, -16384, 1)),
        case("piece length: missing", &single(&[("piece length", None)])),
        case("piece length: a string", &with("piece length", s("16384"))),
    ]);
    cases
}

fn hashes() -> Vec<Case> {
    vec![
        case("pieces: missing", &single(&[("pieces", None)])),
        case("pieces: a number", &with("pieces", i(5))),
        case("pieces: a list", &with("pieces", l(&[s("a")]))),
        case("pieces: none", &with("pieces", s(""))),
        case("pieces: 19 bytes", &with("pieces", s([7; 19]))),
        case("pieces: 21 bytes", &with("pieces", s([7; 21]))),
        case("pieces: one too many", &with("pieces", pieces(2))),
        case("pieces: one too few", &sized(16385, 16384, 1)),
        case("pieces: exact", &sized(16385, 16384, 2)),
        case("pieces: SHA-256", &with("pieces", s([7; 32]))),
        case("pieces: 400,000", &exact(400_000, 1)),
    ]
}
