//! Bencode that is wrong, odd or too much, and the keys around `info`.

use crate::common::{changed, d, entry, i, l, pieces, s, torrent};
use crate::{Case, case, whole};

fn good() -> Vec<(&'static str, Vec<u8>)> {
    vec![
        ("length", i(5)),
        ("name", s("song.ogg")),
        ("piece length", i(16384)),
        ("pieces", pieces(1)),
    ]
}

fn with(key: &'static str, value: Vec<u8>) -> Vec<u8> {
    changed(&good(), &[(key, Some(value))])
}

/// A torrent with another key beside `info`.
fn around(name: &str, key: &str, value: Vec<u8>) -> Case {
    whole(
        name,
        changed(&[("info", d(&good()))], &[(key, Some(value))]),
    )
}

fn nested(deep: usize) -> Vec<u8> {
    ["l".repeat(deep), "e".repeat(deep)].concat().into_bytes()
}

pub(crate) fn cases() -> Vec<Case> {
    [
        no_torrents(),
        info(),
        other_spellings(),
        outside(),
        limits(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

fn no_torrents() -> Vec<Case> {
    let whole_good = torrent(&d(&good()));
    let cut = |bytes: usize| whole_good[..whole_good.len() - bytes].to_vec();
    let texts: [(&str, &[u8]); 14] = [
        ("nothing in a dictionary", b"de"),
        ("a list", b"le"),
        ("a number", b"i1e"),
        ("a string", b"4:spam"),
        ("HTML", b"<!doctype html>"),
        ("a number without digits", b"d4:infod6:lengthieee"),
        ("a number of a sign", b"d4:infod6:lengthi-eee"),
        ("a number with a plus", b"d4:infod6:lengthi+1eee"),
        ("a number with a point", b"d4:infod6:lengthi1.5eee"),
        ("a number with a sign inside", b"d4:infod6:lengthi1-5eee"),
        ("a string of negative length", b"d4:info-1:ae"),
        ("a string longer than the file", b"d4:info99:ae"),
        (
            "a string of absurd length",
            b"d4:info99999999999999999999:ae",
        ),
        ("a key that is a number", b"di1ei2ee"),
    ];
    let mut cases: Vec<_> = texts
        .iter()
        .map(|(name, bytes)| whole(*name, bytes.to_vec()))
        .collect();
    cases.extend([
        whole("cut by one byte", cut(1)),
        whole("cut inside info", cut(30)),
        whole("a newline at the end", [&whole_good[..], b"\n"].concat()),
        whole("another torrent at the end", whole_good.repeat(2)),
        whole("info is a number", torrent(&i(5))),
        whole("info is a list", torrent(&l(&[]))),
        whole("info is a string", torrent(&s("info"))),
        whole("info is empty", torrent(b"de")),
        whole(
            "info twice",
            d(&[("info", d(&good())), ("info", d(&good()))]),
        ),
        whole(
            "a magnet link for info",
            d(&[(
                "magnet-uri",
                s(format!("magnet:?xt=urn:btih:{}", "c".repeat(40))),
            )]),
        ),
    ]);
    cases
}

fn info() -> Vec<Case> {
    vec![
        case("good", &d(&good())),
        case(
            "info: a key that nobody knows",
            &with("x-unknown", s("kept")),
        ),
        case("private", &with("private", i(1))),
        case("private: 0", &with("private", i(0))),
        case("private: 2", &with("private", i(2))),
        case("private: -1", &with("private", i(-1))),
        case("private: a string", &with("private", s("1"))),
        case("version: 0", &with("meta version", i(0))),
        case("version: 1", &with("meta version", i(1))),
        case("version: -5", &with("meta version", i(-5))),
        case("version: 3", &with("meta version", i(3))),
        case("version: a string", &with("meta version", s("2"))),
        case(
            "a file tree without version",
            &with("file tree", d::<&str>(&[])),
        ),
        case("a file tree that is a list", &with("file tree", l(&[]))),
    ]
}

fn other_spellings() -> Vec<Case> {
    let unsorted_file = d(&[("path", l(&[s("a")])), ("length", i(5))]);
    let loose_path = [b"d6:lengthi5e4:pathl", b"01:a".as_slice(), b"ee"].concat();
    let files = |file: Vec<u8>| changed(&good(), &[("files", Some(l(&[file]))), ("length", None)]);
    let mut twice = good();
    twice.push(("pieces", pieces(1)));
    let unsorted: Vec<_> = good().into_iter().rev().collect();
    let loose_length = [b"d", b"06:length".as_slice(), &i(5), &d(&good()[1..])[1..]].concat();
    vec![
        case("info: unsorted keys", &d(&unsorted)),
        case("info: unsorted keys in a file", &files(unsorted_file)),
        case(
            "info: unsorted keys in what nobody knows",
            &with("x", d(&[("b", i(1)), ("a", i(2))])),
        ),
        case("info: a key twice", &d(&twice)),
        case(
            "info: a number with a leading zero",
            &with("length", b"i05e".to_vec()),
        ),
        case("info: minus zero", &with("x", b"i-0e".to_vec())),
        case("info: a length with a leading zero", &loose_length),
        case(
            "info: a name in a path with a leading zero",
            &files(loose_path),
        ),
        case(
            "info: a number over 64 bits",
            &with("x", b"i9223372036854775808e".to_vec()),
        ),
        case("info: the largest number", &with("x", i(i64::MAX))),
        case("info: the smallest number", &with("x", i(i64::MIN))),
    ]
}

fn outside() -> Vec<Case> {
    let info = || d(&good());
    let tiers = l(&[
        l(&[s("http://a.example/"), s(" http://b.example/"), s(""), i(5)]),
        s("http://no-tier.example/"),
        l(&[]),
        l(&[s("udp://c.example:1")]),
    ]);
    vec![
        whole(
            "unsorted keys around info",
            d(&[("info", info()), ("announce", s("http://a.example/"))]),
        ),
        whole(
            "a key twice around info",
            d(&[("comment", s("a")), ("comment", s("b")), ("info", info())]),
        ),
        around(
            "a date with a leading zero",
            "creation date",
            b"i01e".to_vec(),
        ),
        around(
            "a date over 64 bits",
            "creation date",
            b"i99999999999999999999e".to_vec(),
        ),
        around("a date that is text", "creation date", s("today")),
        around("announce: a number", "announce", i(5)),
        around("announce: a list", "announce", l(&[s("http://a.example/")])),
        around("announce: empty", "announce", s("")),
        around(
            "announce: after blanks",
            "announce",
            s(" \thttp://a.example/"),
        ),
        around("announce-list", "announce-list", tiers),
        around("announce-list: empty", "announce-list", l(&[])),
        around(
            "announce-list: a string",
            "announce-list",
            s("http://a.example/"),
        ),
        around(
            "announce-list: strings",
            "announce-list",
            l(&[s("http://a.example/")]),
        ),
        around("nodes that are none", "nodes", l(&[s("x"), l(&[i(1)])])),
        around("url-list: a number", "url-list", i(5)),
        around(
            "piece layers of a v1 torrent",
            "piece layers",
            d(&[("x", i(5))]),
        ),
    ]
}

fn limits() -> Vec<Case> {
    let strings = |count: usize| [b"l", "0:".repeat(count).as_bytes(), b"e"].concat();
    // One dictionary, `info`, its four keys and values, the key and the list, and three ends.
    let good_tokens = 1 + 1 + 1 + 8 + 1 + 1 + 3;
    let files = |count: i64| {
        let files: Vec<_> = (0..count)
            .map(|number| entry(&[format!("{number:06}")], 1))
            .collect();
        changed(
            &good(),
            &[
                ("files", Some(l(&files))),
                ("length", None),
                ("pieces", Some(pieces(7))),
            ],
        )
    };
    vec![
        around("98 lists in each other", "x", nested(98)),
        around("99 lists in each other", "x", nested(99)),
        case("info: 97 lists in each other", &with("x", nested(97))),
        case("info: 98 lists in each other", &with("x", nested(98))),
        around("200,000 lists in each other", "x", nested(200_000)),
        around("2,000,000 tokens", "x", strings(2_000_000 - good_tokens)),
        around("2,000,001 tokens", "x", strings(2_000_001 - good_tokens)),
        case("100,000 files", &files(100_000)),
        case("100,001 files", &files(100_001)),
    ]
}
