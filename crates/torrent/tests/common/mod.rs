//! Torrents made by hand, so that they can be wrong in any way.

#![allow(
    dead_code,
    reason = "each test binary uses another part of what they share"
)]

/// A bencoded string.
pub(crate) fn s(bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let bytes = bytes.as_ref();
    [format!("{}:", bytes.len()).as_bytes(), bytes].concat()
}

/// A bencoded integer.
pub(crate) fn i(number: i64) -> Vec<u8> {
    format!("i{number}e").into_bytes()
}

/// A bencoded list of bencoded values.
pub(crate) fn l(items: &[Vec<u8>]) -> Vec<u8> {
    [b"l", items.concat().as_slice(), b"e"].concat()
}

/// A bencoded dictionary of keys, in the order given, and bencoded values.
pub(crate) fn d<K: AsRef<[u8]>>(pairs: &[(K, Vec<u8>)]) -> Vec<u8> {
    let pairs = pairs.iter();
    let inner: Vec<u8> = pairs
        .flat_map(|(key, value)| [s(key), value.clone()].concat())
        .collect();
    [b"d", inner.as_slice(), b"e"].concat()
}

/// A dictionary whose keys are put in order, with `changes` made to it: another value, or `None` for no such
/// key.
pub(crate) fn changed(pairs: &[(&str, Vec<u8>)], changes: &[(&str, Option<Vec<u8>>)]) -> Vec<u8> {
    let mut all: std::collections::BTreeMap<&str, Vec<u8>> = pairs.iter().cloned().collect();
    for (key, value) in changes {
        match value {
            Some(value) => all.insert(key, value.clone()),
            None => all.remove(key),
        };
    }
    d(&all.into_iter().collect::<Vec<_>>())
}

/// A `.torrent` with this `info`.
pub(crate) fn torrent(info: &[u8]) -> Vec<u8> {
    d(&[
        ("announce", s("http://tracker.example/announce")),
        ("info", info.to_vec()),
    ])
}

/// Bencoded SHA-1s that nobody has.
pub(crate) fn pieces(count: usize) -> Vec<u8> {
    s(vec![7; count * 20])
}

/// One dictionary of `files`.
pub(crate) fn entry<N: AsRef<[u8]>>(path: &[N], length: i64) -> Vec<u8> {
    let path: Vec<_> = path.iter().map(s).collect();
    d(&[("length", i(length)), ("path", l(&path))])
}

/// One dictionary of `files` that is padding.
pub(crate) fn padding(length: i64) -> Vec<u8> {
    let path = l(&[s(".pad"), s(length.to_string())]);
    d(&[("attr", s("p")), ("length", i(length)), ("path", path)])
}

/// A file in a v2 tree, with its root.
pub(crate) fn leaf_of(length: i64, root: [u8; 32]) -> Vec<u8> {
    let file = d(&[("length", i(length)), ("pieces root", s(root))]);
    d(&[("", file)])
}

/// A file in a v2 tree.
pub(crate) fn leaf(length: i64) -> Vec<u8> {
    leaf_of(length, [9; 32])
}
