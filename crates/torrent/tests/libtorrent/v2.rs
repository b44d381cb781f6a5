//! BEP 52: file trees.

use crate::common::{changed, d, i, l, leaf, pieces, s};
use crate::{Case, case};

pub(crate) type Changes<'a> = &'a [(&'a str, Option<Vec<u8>>)];

/// One file, `song.ogg`.
pub(crate) fn single(changes: Changes<'_>) -> Vec<u8> {
    let good = [
        ("file tree", d(&[("song.ogg", leaf(5))])),
        ("meta version", i(2)),
        ("name", s("song.ogg")),
        ("piece length", i(16384)),
    ];
    changed(&good, changes)
}

pub(crate) fn tree(tree: Vec<u8>) -> Vec<u8> {
    single(&[("file tree", Some(tree))])
}

pub(crate) fn cases() -> Vec<Case> {
    [trees(), leaves(), many()].into_iter().flatten().collect()
}

fn trees() -> Vec<Case> {
    let nested = |deep: usize| (0..deep).fold(d(&[("a", leaf(5))]), |inner, _| d(&[("d", inner)]));
    let folders = d(&[
        ("a", d(&[("b.txt", leaf(5)), ("c.txt", leaf(16384))])),
        ("d.txt", leaf(6)),
        ("empty", leaf(0)),
        ("z", leaf(40000)),
    ]);
    let unsorted = d(&[("b", leaf(5)), ("a", leaf(5))]);
    let beside = d(&[
        ("", d(&[("length", i(5)), ("pieces root", s([9; 32]))])),
        ("q", leaf(4)),
    ]);
    let mut cases = vec![
        case("v2", &single(&[])),
        case("v2: folders", &tree(folders)),
        case("v2: a file of another name", &tree(d(&[("a", leaf(5))]))),
        case(
            "v2: one file in a folder",
            &tree(d(&[("a", d(&[("b", leaf(5))]))])),
        ),
        case(
            "v2: an empty folder",
            &tree(d(&[("a", leaf(5)), ("b", d::<&str>(&[]))])),
        ),
        case(
            "v2: only an empty folder",
            &tree(d(&[("b", d::<&str>(&[]))])),
        ),
        case("v2: no files", &tree(d::<&str>(&[]))),
        case("v2: no tree", &single(&[("file tree", None)])),
        case("v2: a tree that is a list", &tree(l(&[]))),
        case("v2: a tree that is a file", &tree(leaf(5))),
        case("v2: a file beside files", &tree(d(&[("a", beside)]))),
        case("v2: a number for a file", &tree(d(&[("a", i(5))]))),
        case(
            "v2: a number in a file",
            &tree(d(&[("a", d(&[("", i(5))]))])),
        ),
        case("v2: unsorted keys in the tree", &tree(unsorted)),
        case("v2: 94 folders", &tree(nested(94))),
        case("v2: 95 folders", &tree(nested(95))),
        case("v2: name missing", &single(&[("name", None)])),
        case("v2: name empty", &single(&[("name", Some(s("")))])),
        case("v2: pieces", &single(&[("pieces", Some(pieces(1)))])),
        case(
            "v2: pieces, too many",
            &single(&[("pieces", Some(pieces(2)))]),
        ),
        case("v2: pieces, a number", &single(&[("pieces", Some(i(5)))])),
        case(
            "v2: files that are a number",
            &single(&[("files", Some(i(5)))]),
        ),
        case(
            "version: 2 when cut to 32 bits",
            &single(&[("meta version", Some(i((1 << 32) + 2)))]),
        ),
    ];
    for name in [
        "..",
        ".",
        "/",
        "//",
        "/..",
        "\\",
        "a/b",
        "\0",
        "\u{202e}",
        "CON",
        "_____padding_file_0",
    ] {
        cases.extend([
            case(
                format!("v2: one file {name:?}"),
                &tree(d(&[(name, leaf(5))])),
            ),
            case(
                format!("v2: a file {name:?}"),
                &tree(d(&[(name, leaf(5)), ("\u{ffff}", leaf(5))])),
            ),
            case(
                format!("v2: a folder {name:?}"),
                &tree(d(&[(name, d(&[("a", leaf(5))])), ("\u{ffff}", leaf(5))])),
            ),
        ]);
    }
    for length in [1, 8192, 16385, 32768, 49152, 1 << 28, 1 << 29] {
        let info = single(&[("piece length", Some(i(length)))]);
        cases.push(case(format!("v2: piece length {length}"), &info));
    }
    cases
}

fn leaves() -> Vec<Case> {
    let of = |pairs: &[(&str, Vec<u8>)]| d(&[("a", leaf(5)), ("z", d(&[("", d(pairs))]))]);
    let root = || ("pieces root", s([8; 32]));
    let target = |names: &[&str]| {
        let names: Vec<_> = names.iter().map(s).collect();
        ("symlink path", l(&names))
    };
    let large = |last: i64| {
        let leaves = (10..42).map(|number| (number, if number < 41 { 1 << 43 } else { last }));
        let leaves = leaves.map(|(number, length)| (number.to_string(), leaf(length)));
        single(&[
            ("file tree", Some(d(&leaves.collect::<Vec<_>>()))),
            ("piece length", Some(i(1 << 28))),
        ])
    };
    let file =
        |name: &str, pairs: &[(&str, Vec<u8>)]| case(format!("v2 file: {name}"), &tree(of(pairs)));
    vec![
        file("good", &[("length", i(7)), root()]),
        file("no length", &[root()]),
        file("length a string", &[("length", s("7")), root()]),
        file("length negative", &[("length", i(-7)), root()]),
        file("length 2^43", &[("length", i(1 << 43)), root()]),
        file("length 2^63 - 1", &[("length", i(i64::MAX)), root()]),
        file("no root", &[("length", i(7))]),
        file("root a number", &[("length", i(7)), ("pieces root", i(5))]),
        file(
            "root of 31 bytes",
            &[("length", i(7)), ("pieces root", s([8; 31]))],
        ),
        file(
            "root of zeros",
            &[("length", i(7)), ("pieces root", s([0; 32]))],
        ),
        file("empty", &[("length", i(0))]),
        file("empty with a root", &[("length", i(0)), root()]),
        file(
            "empty with a root of zeros",
            &[("length", i(0)), ("pieces root", s([0; 32]))],
        ),
        file(
            "empty with a root of 31 bytes",
            &[("length", i(0)), ("pieces root", s([8; 31]))],
        ),
        file("padding", &[("attr", s("p")), ("length", i(7)), root()]),
        file("attr a number", &[("attr", i(5)), ("length", i(7)), root()]),
        file("symlink", &[("attr", s("l")), target(&["a"])]),
        file(
            "symlink climbing",
            &[("attr", s("l")), target(&["..", "etc"])],
        ),
        file("symlink to nothing", &[("attr", s("l"))]),
        file(
            "symlink to nothing, with a root",
            &[("attr", s("l")), root()],
        ),
        file("symlink to dots", &[("attr", s("l")), target(&[".."])]),
        file(
            "symlink to a number",
            &[("attr", s("l")), ("symlink path", l(&[i(5)]))],
        ),
        file(
            "symlink with a length",
            &[("attr", s("l")), ("length", i(7)), target(&["a"])],
        ),
        case("v2: 0 in all", &tree(d(&[("a", leaf(0)), ("b", leaf(0))]))),
        case("v2: 2,097,152 pieces", &tree(d(&[("a", leaf(1 << 35))]))),
        case(
            "v2: 2,097,153 pieces",
            &tree(d(&[("a", leaf((1 << 35) + 1))])),
        ),
        case("v2: 2^48 - 2^28 in all", &large((1 << 43) - (1 << 28))),
        case(
            "v2: 2^48 - 2^28 + 1 in all",
            &large((1 << 43) - (1 << 28) + 1),
        ),
        case("v2: 2^48 in all", &large(1 << 43)),
    ]
}

fn many() -> Vec<Case> {
    let files = |count: usize| {
        let files = (0..count).map(|number| (format!("{number:06}"), leaf(1)));
        d(&files.collect::<Vec<_>>())
    };
    let long = "a".repeat(230);
    let deep = (0..15).fold(files(30_000), |inner, _| d(&[(&long, inner)]));
    vec![
        case("v2: 100,000 files", &tree(files(100_000))),
        case("v2: 100,001 files", &tree(files(100_001))),
        case("v2: long names, deep and many", &tree(deep)),
    ]
}
