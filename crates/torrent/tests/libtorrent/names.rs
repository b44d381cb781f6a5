//! Names that climb, hide, repeat, are no text or too much of it.

use crate::common::{changed, d, entry, i, l, padding, pieces, s};
use crate::{Case, case};

fn single(changes: &[(&str, Option<Vec<u8>>)]) -> Vec<u8> {
    let good = [
        ("length", i(5)),
        ("name", s("song.ogg")),
        ("piece length", i(16384)),
        ("pieces", pieces(1)),
    ];
    changed(&good, changes)
}

fn named(key: &'static str, name: Vec<u8>) -> Vec<u8> {
    single(&[(key, Some(name))])
}

/// Files of at most a piece together.
fn folder(files: &[Vec<u8>]) -> Vec<u8> {
    single(&[("files", Some(l(files))), ("length", None)])
}

pub(crate) fn cases() -> Vec<Case> {
    let mut cases = Vec::new();
    for (what, name) in hostile() {
        let in_folder = single(&[
            ("files", Some(l(&[entry(&["a"], 5)]))),
            ("length", None),
            ("name", Some(s(&name))),
        ]);
        cases.extend([
            case(format!("single: {what}"), &named("name", s(&name))),
            case(format!("folder: {what}"), &in_folder),
            case(format!("path: {what}"), &folder(&[entry(&[&name], 5)])),
            case(
                format!("path: {what} in a folder"),
                &folder(&[entry(&[&name[..], b"a"], 2), entry(&[&name[..], b"b"], 3)]),
            ),
        ]);
    }
    // Half of what is named like padding is not all of it.
    cases.retain(|case| case.name != "path: named like padding in a folder");
    cases.extend(keys());
    cases.extend(paths());
    cases.extend(together());
    cases.extend(attributes());
    cases
}

fn hostile() -> Vec<(&'static str, Vec<u8>)> {
    let long = |count: usize| "a".repeat(count).into_bytes();
    vec![
        ("empty", b"".to_vec()),
        ("a dot", b".".to_vec()),
        ("two dots", b"..".to_vec()),
        ("three dots", b"...".to_vec()),
        ("a slash", b"/".to_vec()),
        ("a backslash", b"\\".to_vec()),
        ("slashes and dots", b"../..".to_vec()),
        ("a path", b"a/b".to_vec()),
        ("an absolute path", b"/etc/passwd".to_vec()),
        ("a traversal", b"../../etc/passwd".to_vec()),
        ("a Windows path", b"C:\\Windows\\win.ini".to_vec()),
        ("a UNC path", b"\\\\host\\share".to_vec()),
        ("CON", b"CON".to_vec()),
        ("nul.txt", b"nul.txt".to_vec()),
        ("COM1", b"COM1".to_vec()),
        ("a stream", b"a.txt:hidden".to_vec()),
        ("NUL", b"\0".to_vec()),
        ("NUL inside", b"a\0.txt".to_vec()),
        ("a newline", b"\n".to_vec()),
        ("an escape", b"\x1b[2J".to_vec()),
        ("DEL", b"\x7f".to_vec()),
        ("a blank", b" ".to_vec()),
        ("blanks and dots at the end", b"a. . ".to_vec()),
        ("turned writing", "a\u{202e}gpj.exe".into()),
        ("only turned writing", "\u{202e}\u{200f}".into()),
        ("an isolate", "\u{2066}".into()),
        ("not UTF-8", b"\xff\xfe".to_vec()),
        ("half a character", b"a\xe2\x82".to_vec()),
        ("an overlong slash", b"\xc0\xaf".to_vec()),
        ("a surrogate", b"\xed\xa0\x80".to_vec()),
        ("umlauts", "n\u{e4}ive \u{fc}bung".into()),
        ("300 bytes", long(300)),
        (
            "300 bytes and an extension",
            [long(300), b".webm".to_vec()].concat(),
        ),
        ("5,000 bytes", long(5000)),
        ("200,000 bytes", long(200_000)),
        ("300 characters", "\u{e4}".repeat(300).into()),
        ("HTML", b"<img src=x onerror=alert(1)>".to_vec()),
        ("named like padding", b"_____padding_file_0_".to_vec()),
        (
            "named like padding where it is cut",
            [long(250), b"_____padding_file_0_".to_vec()].concat(),
        ),
    ]
}

fn keys() -> Vec<Case> {
    let utf8 = |name: Vec<u8>| named("name.utf-8", name);
    vec![
        case("name: missing", &single(&[("name", None)])),
        case("name: a number", &named("name", i(5))),
        case("name: a list", &named("name", l(&[s("a")]))),
        case("name.utf-8", &utf8(s("a"))),
        case("name.utf-8: a number", &utf8(i(5))),
        case("name.utf-8: empty", &utf8(s(""))),
        case(
            "name.utf-8 alone",
            &single(&[("name", None), ("name.utf-8", Some(s("a")))]),
        ),
    ]
}

fn file(pairs: &[(&str, Vec<u8>)]) -> Vec<u8> {
    d(pairs)
}

fn paths() -> Vec<Case> {
    let path = |path: Vec<u8>| folder(&[file(&[("length", i(5)), ("path", path)])]);
    let both = |path: Vec<u8>, utf8: Vec<u8>| {
        folder(&[file(&[
            ("length", i(5)),
            ("path", path),
            ("path.utf-8", utf8),
        ])])
    };
    let names = |names: &[&str]| l(&names.iter().map(s).collect::<Vec<_>>());
    let long = "a".repeat(250);
    vec![
        case("path: missing", &folder(&[file(&[("length", i(5))])])),
        case("path: a list of nothing", &path(l(&[]))),
        case("path: a number", &path(i(5))),
        case("path: a string", &path(s("a"))),
        case("path: a number in it", &path(l(&[s("a"), i(5)]))),
        case("path: a list in it", &path(l(&[l(&[s("a")])]))),
        case(
            "path: climbing",
            &path(names(&["..", "..", "etc", "passwd"])),
        ),
        case("path: down and up", &path(names(&["a", "..", "..", "b"]))),
        case("path: nothing but dots", &path(names(&[".", "..", ""]))),
        case("path: 1,000 folders", &path(names(&["a"; 1000]))),
        case("path: 50 long folders", &path(names(&[long.as_str(); 50]))),
        case("path.utf-8", &both(names(&["a"]), names(&["b", "c"]))),
        case(
            "path.utf-8: a list of nothing",
            &both(names(&["a"]), l(&[])),
        ),
        case("path.utf-8: a number", &both(names(&["a"]), i(5))),
        case(
            "path.utf-8: a number in it",
            &both(names(&["a"]), l(&[i(5)])),
        ),
        case(
            "path.utf-8: good, and path bad",
            &both(l(&[i(5)]), names(&["a"])),
        ),
    ]
}

fn together() -> Vec<Case> {
    let files = |paths: &[&[&str]]| {
        let files: Vec<_> = paths.iter().map(|path| entry(path, 1)).collect();
        folder(&files)
    };
    let same: &[&str] = &["a.txt"];
    vec![
        case("paths: the same twice", &files(&[same, same])),
        case("paths: the same 300 times", &files(&[same; 300])),
        case("paths: the same 5,000 times", &files(&[same; 5000])),
        case(
            "paths: the second name is taken",
            &files(&[same, same, &["a.1.txt"], &["a.1.txt"]]),
        ),
        case(
            "paths: the same when clean",
            &files(&[&["a/b"], &["a\\b"], &["a_b"], &["ab"]]),
        ),
        case("paths: the same but for case", &files(&[&["a"], &["A"]])),
        case(
            "paths: a file that is a folder",
            &files(&[&["a"], &["a", "b"]]),
        ),
        case(
            "paths: a folder that is a file",
            &files(&[&["a", "b"], &["a"]]),
        ),
        case(
            "paths: a file with the torrent's name",
            &files(&[&["song.ogg"]]),
        ),
        case(
            "paths: unsorted",
            &files(&[&["b"], &["a", "z"], &["a", "y"]]),
        ),
    ]
}

fn attributes() -> Vec<Case> {
    let link = |attr: Vec<u8>, target: Option<Vec<u8>>| {
        let good = [("attr", attr), ("length", i(7)), ("path", l(&[s("link")]))];
        let link = changed(&good, &[("symlink path", target)]);
        folder(&[entry(&["a"], 5), link])
    };
    let names = |names: &[&str]| Some(l(&names.iter().map(s).collect::<Vec<_>>()));
    let nowhere = file(&[("attr", s("p")), ("length", i(7))]);
    let no_length = file(&[
        ("attr", s("l")),
        ("path", l(&[s("z")])),
        ("symlink path", l(&[s("a")])),
    ]);
    vec![
        case("padding", &folder(&[entry(&["a"], 5), padding(16379)])),
        case(
            "padding first",
            &folder(&[padding(16379), entry(&["a"], 5)]),
        ),
        case(
            "padding twice",
            &folder(&[padding(5), entry(&["a"], 5), padding(5)]),
        ),
        case(
            "padding without a path",
            &folder(&[entry(&["a"], 5), nowhere]),
        ),
        case(
            "padding of BitComet",
            &folder(&[
                entry(&["a"], 5),
                entry(&["_____padding_file_0_if you see this file"], 7),
            ]),
        ),
        case(
            "padding of BitComet, deeper",
            &folder(&[
                entry(&["a"], 5),
                entry(&["b", "x_____padding_file_0", "c"], 7),
            ]),
        ),
        case("padding only", &folder(&[padding(5)])),
        case(
            "padding and an empty file",
            &folder(&[padding(5), entry(&["a"], 0)]),
        ),
        case("symlink", &link(s("l"), names(&["a"]))),
        case(
            "symlink: climbing",
            &link(s("l"), names(&["..", "..", "etc", "passwd"])),
        ),
        case("symlink: absolute", &link(s("l"), names(&["/etc/passwd"]))),
        case("symlink: to itself", &link(s("l"), names(&["link"]))),
        case("symlink: to nothing", &link(s("l"), None)),
        case("symlink: to an empty list", &link(s("l"), names(&[]))),
        case("symlink: to dots", &link(s("l"), names(&[".", ".."]))),
        case("symlink: to an empty name", &link(s("l"), names(&[""]))),
        case("symlink: to a string", &link(s("l"), Some(s("a")))),
        case("symlink: to a number", &link(s("l"), Some(l(&[i(5)])))),
        case(
            "symlink: without a length",
            &folder(&[entry(&["a"], 5), no_length]),
        ),
        case("symlink and padding", &link(s("pl"), names(&["a"]))),
        case("symlink and padding, to nothing", &link(s("pl"), None)),
        case("a target without a link", &link(s("x"), names(&["a"]))),
        case(
            "a bad target without a link",
            &link(s("x"), Some(l(&[i(5)]))),
        ),
        case("attr: a number", &link(i(5), None)),
        case("attr: all of them", &link(s("hxpl"), names(&["a"]))),
        case("single: attr p", &named("attr", s("p"))),
        case("single: attr x", &named("attr", s("xh"))),
        case("single: attr l", &named("attr", s("l"))),
    ]
}
