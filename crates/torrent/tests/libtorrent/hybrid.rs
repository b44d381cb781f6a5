//! Torrents with a v1 and a v2 half.

use crate::common::{changed, d, entry, i, l, leaf, padding, pieces, s};
use crate::v2::{Changes, single};
use crate::{Case, case};

pub(crate) fn cases() -> Vec<Case> {
    [hybrids(), alignment()].into_iter().flatten().collect()
}

fn hybrids() -> Vec<Case> {
    let one = |changes: Changes<'_>| {
        let hybrid = [("length", Some(i(5))), ("pieces", Some(pieces(1)))];
        single(&[&hybrid, changes].concat())
    };
    let files =
        |files: &[Vec<u8>]| single(&[("files", Some(l(files))), ("pieces", Some(pieces(1)))]);
    vec![
        case("hybrid", &one(&[])),
        case("hybrid: another name", &one(&[("name", Some(s("a")))])),
        case("hybrid: another length", &one(&[("length", Some(i(6)))])),
        case(
            "hybrid: a negative length",
            &one(&[("length", Some(i(-5)))]),
        ),
        case(
            "hybrid: a length of text",
            &one(&[("length", Some(s("5")))]),
        ),
        case("hybrid: no pieces", &one(&[("pieces", None)])),
        case(
            "hybrid: too many pieces",
            &one(&[("pieces", Some(pieces(2)))]),
        ),
        case("hybrid: no version", &one(&[("meta version", None)])),
        case("hybrid: as a folder", &files(&[entry(&["song.ogg"], 5)])),
        case("hybrid: as another folder", &files(&[entry(&["a"], 5)])),
        case("hybrid: an empty list", &files(&[])),
        case(
            "hybrid: a folder and a length",
            &one(&[("files", Some(l(&[entry(&["song.ogg"], 5)])))]),
        ),
        case(
            "hybrid: both halves attributed",
            &files(&[changed(
                &[
                    ("attr", s("x")),
                    ("length", i(5)),
                    ("path", l(&[s("song.ogg")])),
                ],
                &[],
            )]),
        ),
    ]
}

/// Where the files of the v1 half start must be where those of the v2 half do.
fn alignment() -> Vec<Case> {
    let hybrid = |name: &str, sizes: &[(&str, i64)], files: &[Vec<u8>], hashes| {
        let leaves: Vec<_> = sizes
            .iter()
            .map(|(name, size)| (*name, leaf(*size)))
            .collect();
        let info = single(&[
            ("file tree", Some(d(&leaves))),
            ("files", Some(l(files))),
            ("pieces", Some(pieces(hashes))),
        ]);
        case(format!("alignment: {name}"), &info)
    };
    let (a, b, z) = (entry(&["a"], 5), entry(&["b"], 6), entry(&["z"], 0));
    let (after_a, after_b) = (padding(16379), padding(16378));
    let ab = [("a", 5), ("b", 6)];
    let az = [("a", 5), ("z", 0)];
    let azb = [("a", 5), ("aa", 0), ("b", 6)];
    let aa = entry(&["aa"], 0);
    let put = |files: &[&Vec<u8>]| files.iter().map(|file| (*file).clone()).collect::<Vec<_>>();
    vec![
        hybrid("padded", &ab, &put(&[&a, &after_a, &b]), 2),
        hybrid(
            "padded to the end",
            &ab,
            &put(&[&a, &after_a, &b, &after_b]),
            2,
        ),
        hybrid("not padded", &ab, &put(&[&a, &b]), 1),
        hybrid("not padded, two hashes", &ab, &put(&[&a, &b]), 2),
        hybrid(
            "padded in two parts",
            &ab,
            &put(&[&a, &padding(16370), &padding(9), &b]),
            2,
        ),
        hybrid("padded too much", &ab, &put(&[&a, &padding(16380), &b]), 2),
        hybrid("the other way round", &ab, &put(&[&b, &after_b, &a]), 2),
        hybrid(
            "another end",
            &ab,
            &put(&[&a, &after_a, &b, &padding(3)]),
            2,
        ),
        hybrid(
            "an end of a piece too much",
            &ab,
            &put(&[&a, &after_a, &b, &padding(16378 + 16384)]),
            3,
        ),
        hybrid(
            "padding of nothing",
            &[("a", 16384)],
            &put(&[&entry(&["a"], 16384), &padding(0)]),
            1,
        ),
        hybrid("an empty file at the end", &az, &put(&[&a, &z]), 1),
        hybrid(
            "an empty file after padding",
            &az,
            &put(&[&a, &after_a, &z]),
            1,
        ),
        hybrid(
            "an empty file before padding",
            &az,
            &put(&[&a, &z, &after_a]),
            1,
        ),
        hybrid(
            "an empty file of another name",
            &az,
            &put(&[&a, &entry(&["y"], 0)]),
            1,
        ),
        hybrid("an empty file that is missing", &az, &put(&[&a]), 1),
        hybrid(
            "an empty file between",
            &azb,
            &put(&[&a, &after_a, &aa, &b]),
            2,
        ),
        hybrid(
            "an empty file between, before padding",
            &azb,
            &put(&[&a, &aa, &after_a, &b]),
            2,
        ),
        hybrid(
            "an empty file that is padding",
            &azb,
            &put(&[&a, &after_a, &padding(0), &b]),
            2,
        ),
    ]
}
