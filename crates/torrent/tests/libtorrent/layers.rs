//! `piece layers` that are those of the files, or not.

use sha2::{Digest, Sha256};

use crate::common::{d, i, l, leaf_of, pieces, s};
use crate::v2::{single, tree};
use crate::{Case, whole};

fn sha256(bytes: &[u8]) -> [u8; 32] {
    Sha256::digest(bytes).into()
}

pub(crate) fn cases() -> Vec<Case> {
    let row = [sha256(b"1"), sha256(b"2"), sha256(b"3")];
    let pair = |a: [u8; 32], b: [u8; 32]| sha256(&[a, b].concat());
    let root_over = |absent| pair(pair(row[0], row[1]), pair(row[2], absent));
    let (small, large) = (root_over([0; 32]), root_over(pair([0; 32], [0; 32])));
    let layer = |hashes: &[[u8; 32]]| s(hashes.concat());
    let with = |name: &str, length, piece_length, root, layers: Vec<u8>| {
        let info = single(&[
            ("file tree", Some(d(&[("song.ogg", leaf_of(length, root))]))),
            ("piece length", Some(i(piece_length))),
        ]);
        let torrent = d(&[("info", info), ("piece layers", layers)]);
        whole(format!("layers: {name}"), torrent)
    };
    let three = |name: &str, layers: Vec<u8>| with(name, 40_000, 16384, small, layers);
    let right = || layer(&row);
    let mut turned = row;
    turned.reverse();
    let mut with_another = vec![(small, right()), ([1; 32], s([2; 64]))];
    with_another.sort();
    vec![
        three("right", d(&[(small, right())])),
        three("wrong", d(&[(small, layer(&turned))])),
        three("short", d(&[(small, layer(&row[..2]))])),
        three(
            "long",
            d(&[(small, layer(&[row[0], row[1], row[2], row[2]]))]),
        ),
        three("odd", d(&[(small, s([7; 95]))])),
        three("empty", d(&[(small, s(""))])),
        three("missing", d::<&str>(&[])),
        three("a list", l(&[])),
        three("a number", d(&[(small, i(5))])),
        three("one more", d(&with_another)),
        three("of nobody", d(&[([1; 32], right())])),
        three("a short key", d(&[("x", right())])),
        with(
            "right, 32 KiB",
            80_000,
            32768,
            large,
            d(&[(large, right())]),
        ),
        with(
            "wrong filler, 32 KiB",
            80_000,
            32768,
            small,
            d(&[(small, right())]),
        ),
        with(
            "of a file of one piece",
            5,
            16384,
            [9; 32],
            d(&[([9; 32], s([9; 32]))]),
        ),
        {
            let two = d(&[("a", leaf_of(40_000, small)), ("b", leaf_of(40_000, small))]);
            let info = tree(two);
            whole(
                "layers: of two files",
                d(&[("info", info), ("piece layers", d(&[(small, right())]))]),
            )
        },
        {
            let two = d(&[("a", leaf_of(40_000, small)), ("b", leaf_of(20_000, small))]);
            let info = tree(two);
            whole(
                "layers: of two files of other lengths",
                d(&[("info", info), ("piece layers", d(&[(small, right())]))]),
            )
        },
        {
            let hybrid = single(&[
                (
                    "file tree",
                    Some(d(&[("song.ogg", leaf_of(40_000, small))])),
                ),
                ("length", Some(i(40_000))),
                ("pieces", Some(pieces(3))),
            ]);
            whole(
                "layers: wrong, of a hybrid",
                d(&[
                    ("info", hybrid),
                    ("piece layers", d(&[(small, layer(&turned))])),
                ]),
            )
        },
    ]
}
