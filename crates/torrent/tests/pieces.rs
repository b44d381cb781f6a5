//! Content against the hashes of torrents that are made here, the slow and plain way of BEP 3 and BEP 52.

use std::collections::BTreeMap;

use proptest::prelude::*;
use sha1::{Digest, Sha1};
use sha2::Sha256;
use torrent::{FileKind, Metainfo, PieceHashes};

const PIECE: usize = 32 * 1024;
const BLOCK: usize = 16 * 1024;

/// Bencoded `key` and byte string.
fn string(bytes: &[u8]) -> Vec<u8> {
    [format!("{}:", bytes.len()).as_bytes(), bytes].concat()
}

fn dict(entries: &BTreeMap<Vec<u8>, Vec<u8>>) -> Vec<u8> {
    let mut out = b"d".to_vec();
    for (key, value) in entries {
        out.extend(string(key));
        out.extend(value);
    }
    out.push(b'e');
    out
}

fn entries<const N: usize>(entries: [(&str, Vec<u8>); N]) -> BTreeMap<Vec<u8>, Vec<u8>> {
    let entries = entries.into_iter();
    entries
        .map(|(key, value)| (key.as_bytes().to_vec(), value))
        .collect()
}

fn integer(number: usize) -> Vec<u8> {
    format!("i{number}e").into_bytes()
}

/// A v1 torrent; every second file can be padding, of zeros.
fn v1(files: &[(Vec<u8>, bool)]) -> Vec<u8> {
    let all: Vec<u8> = files.iter().flat_map(|(bytes, _)| bytes).copied().collect();
    let hashes: Vec<u8> = all.chunks(PIECE).flat_map(Sha1::digest).collect();
    let list = files.iter().enumerate().map(|(n, (bytes, padding))| {
        let name = [
            b"l".to_vec(),
            string(format!("{n:03}").as_bytes()),
            b"e".to_vec(),
        ]
        .concat();
        let mut file = entries([("length", integer(bytes.len())), ("path", name)]);
        if *padding {
            file.insert(b"attr".to_vec(), string(b"p"));
        }
        dict(&file)
    });
    let list = [
        b"l".to_vec(),
        list.collect::<Vec<_>>().concat(),
        b"e".to_vec(),
    ]
    .concat();
    let info = entries([
        ("files", list),
        ("name", string(b"t")),
        ("piece length", integer(PIECE)),
        ("pieces", string(&hashes)),
    ]);
    dict(&entries([("info", dict(&info))]))
}

/// The layers of a file's hash tree, leaves first, all of it at once.
fn layers(bytes: &[u8]) -> Vec<Vec<[u8; 32]>> {
    let mut row: Vec<[u8; 32]> = bytes
        .chunks(BLOCK)
        .map(|b| Sha256::digest(b).into())
        .collect();
    let whole_pieces = if bytes.len() > PIECE {
        PIECE / BLOCK
    } else {
        1
    };
    row.resize(row.len().next_power_of_two().max(whole_pieces), [0; 32]);
    let mut rows = vec![row];
    while let Some(row) = rows.last().filter(|row| row.len() > 1) {
        let above = row
            .chunks(2)
            .map(|pair| Sha256::digest(pair.concat()).into());
        rows.push(above.collect());
    }
    rows
}

/// A v2 torrent, with or without its piece layers.
fn v2(files: &[Vec<u8>], with_layers: bool) -> Vec<u8> {
    let (mut tree, mut piece_layers) = (BTreeMap::new(), BTreeMap::new());
    for (n, bytes) in files.iter().enumerate() {
        let mut leaf = entries([("length", integer(bytes.len()))]);
        if !bytes.is_empty() {
            let rows = layers(bytes);
            let root = rows.last().unwrap()[0];
            leaf.insert(b"pieces root".to_vec(), string(&root));
            if bytes.len() > PIECE && with_layers {
                let height = (PIECE / BLOCK).ilog2() as usize;
                let layer = &rows[height][..bytes.len().div_ceil(PIECE)];
                piece_layers.insert(root.to_vec(), string(layer.as_flattened()));
            }
        }
        let leaf = entries([("", dict(&leaf))]);
        tree.insert(format!("{n:03}").into_bytes(), dict(&leaf));
    }
    let info = entries([
        ("file tree", dict(&tree)),
        ("meta version", integer(2)),
        ("name", string(b"t")),
        ("piece length", integer(PIECE)),
    ]);
    let outer = [("info", dict(&info)), ("piece layers", dict(&piece_layers))];
    dict(&entries(outer))
}

fn read(torrent: &[u8]) -> (Metainfo, PieceHashes) {
    let metainfo = Metainfo::parse(torrent).unwrap();
    let hashes = metainfo.piece_hashes(torrent).unwrap();
    (metainfo, hashes)
}

/// Sizes around the borders of blocks and pieces.
fn size() -> impl Strategy<Value = usize> {
    prop_oneof![
        0_usize..300,
        (0_usize..10, 0_usize..3)
            .prop_map(|(blocks, more)| (blocks * BLOCK + more).saturating_sub(1)),
        0_usize..200_000,
    ]
}

fn bytes(size: usize, seed: usize) -> Vec<u8> {
    let bytes = (0..size).map(|at| u8::try_from((at * 31 + at / 251 + seed) % 256).unwrap());
    bytes.collect()
}

/// Which piece is bad, if any, when `content` comes in steps of `step` bytes.
fn check_v1(hashes: &PieceHashes, content: &[u8], step: usize) -> Option<u64> {
    let PieceHashes::V1(hashes) = hashes else {
        panic!("not v1")
    };
    let mut stream = hashes.stream(0);
    for step in content.chunks(step) {
        if let Err(bad) = stream.update(step) {
            return Some(bad.piece);
        }
    }
    assert_eq!(stream.verified(), content.len() as u64);
    None
}

fn check_v2(hashes: &PieceHashes, index: usize, content: &[u8], step: usize) -> Option<u64> {
    let PieceHashes::V2(hashes) = hashes else {
        panic!("not v2")
    };
    let mut check = hashes.file(index).unwrap();
    content
        .chunks(step)
        .find_map(|step| check.update(step).err())
        .map(|bad| bad.piece)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_flipped_bit_is_found_in_its_v1_piece_across_files_and_padding(
        sizes in proptest::collection::vec((size(), any::<bool>()), 1..6),
        step in 1_usize..70_000,
        flip in any::<prop::sample::Index>(),
    ) {
        let files: Vec<_> = sizes.iter().enumerate().map(|(n, (size, padding))| {
            // The first one is content, as every torrent has.
            let padding = *padding && n > 0;
            (if padding { vec![0; *size] } else { bytes(size + 1, n) }, padding)
        }).collect();
        let (_, hashes) = read(&v1(&files));
        let mut content: Vec<u8> = files.iter().flat_map(|(bytes, _)| bytes).copied().collect();
        prop_assert_eq!(check_v1(&hashes, &content, step), None);
        let at = flip.index(content.len());
        content[at] ^= 1;
        prop_assert_eq!(check_v1(&hashes, &content, step), Some((at / PIECE) as u64));
    }

    #[test]
    fn a_flipped_bit_is_found_in_its_v2_piece_or_at_the_end_without_layers(
        sizes in proptest::collection::vec(size(), 1..4),
        step in 1_usize..70_000,
        with_layers in any::<bool>(),
        flip in any::<prop::sample::Index>(),
    ) {
        let files: Vec<_> = sizes.iter().enumerate().map(|(n, size)| bytes(size + 1, n)).collect();
        let (metainfo, hashes) = read(&v2(&files, with_layers));
        let indices = (0..metainfo.files.len()).filter(|n| metainfo.files[*n].kind == FileKind::Regular);
        for (index, content) in indices.zip(&files) {
            prop_assert_eq!(check_v2(&hashes, index, content, step), None);
            let mut content = content.clone();
            let at = flip.index(content.len());
            content[at] ^= 1;
            let last = (content.len() - 1) / PIECE;
            let found_in = if with_layers { at / PIECE } else { last };
            prop_assert_eq!(check_v2(&hashes, index, &content, step), Some(found_in as u64));
        }
    }
}
