//! Real files in a folder, read by a scan: which of them go on, and with what checksum.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::path::Path;
use std::time::Duration;

use proptest::prelude::*;
use sha1::{Digest, Sha1};
use tokio::runtime::Runtime;
use torrent::Metainfo;

use super::*;
use crate::source::Places;

const PIECE: usize = 1000;

/// A file of a torrent that is made for a test.
#[derive(Debug, Clone)]
struct File {
    size: usize,
    padding: bool,
    wanted: bool,
}

fn files() -> impl Strategy<Value = Vec<File>> {
    let size = prop_oneof![
        Just(0),
        1_usize..50,
        Just(PIECE),
        900_usize..1100,
        1_usize..5000
    ];
    let file = (size, 0_u8..8, 0_u8..4).prop_map(|(size, padding, wanted)| File {
        size,
        padding: padding == 0,
        wanted: wanted > 0,
    });
    proptest::collection::vec(file, 0..12).prop_map(|mut files| {
        let (padding, wanted) = (false, true);
        files.push(File {
            size: 700,
            padding,
            wanted,
        });
        files
    })
}

fn content(files: &[File]) -> Vec<Vec<u8>> {
    let bytes = |n: usize, file: &File| {
        let byte = |at: usize| u8::try_from((at * 7 + n * 13) % 251).unwrap();
        let bytes = (0..file.size).map(|at| if file.padding { 0 } else { byte(at) });
        bytes.collect()
    };
    files
        .iter()
        .enumerate()
        .map(|(n, file)| bytes(n, file))
        .collect()
}

fn torrent(files: &[File], content: &[Vec<u8>]) -> Vec<u8> {
    let pieces: Vec<u8> = content
        .concat()
        .chunks(PIECE)
        .flat_map(Sha1::digest)
        .collect();
    let mut out = b"d4:infod5:filesl".to_vec();
    for (n, file) in files.iter().enumerate() {
        let attr = if file.padding { "4:attr1:p" } else { "" };
        let name = format!("{n:02}");
        out.extend(format!("d{attr}6:lengthi{}e4:pathl2:{name}ee", file.size).into_bytes());
    }
    out.extend(
        format!(
            "e4:name1:t12:piece lengthi{PIECE}e6:pieces{}:",
            pieces.len()
        )
        .into_bytes(),
    );
    out.extend(pieces);
    out.extend(b"ee");
    out
}

/// The torrent with its wanted files below `folder`; the others are not there at all.
fn source(files: &[File], right: &[Vec<u8>], on_disk: &[Vec<u8>], folder: &Path) -> Source {
    let bytes = torrent(files, right);
    let metainfo = Metainfo::parse(&bytes).unwrap();
    let hashes = metainfo.piece_hashes(&bytes).unwrap();
    let source = Source {
        hashes,
        places: Places::below(folder),
        wanted: files.iter().map(|file| file.wanted).collect(),
        metainfo,
    };
    for index in source.wanted() {
        let path = source.disk(index);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path.as_path(), &on_disk[index]).unwrap();
    }
    source
}

/// Scans all wanted files; the CRC-32 of each that is found right.
fn found(source: &Source, runtime: &Runtime) -> BTreeMap<usize, u32> {
    let (sender, mut findings) = mpsc::channel(1);
    let (work, todo) = mpsc::channel(1000);
    for index in source.wanted() {
        let known = Known::Nothing;
        work.try_send(Work { index, known }).unwrap();
    }
    drop(work);
    let shared = Shared {
        buffers: Buffers::new(8),
        requests: Arc::new(Semaphore::new(2)),
        found: sender,
        stop: Arc::default(),
        pace: Arc::default(),
        spent: Arc::default(),
        runtime: runtime.handle().clone(),
    };
    let mut right = BTreeMap::new();
    std::thread::scope(|scope| {
        scope.spawn(|| {
            scan(source, &shared, todo);
            drop(shared);
        });
        runtime.block_on(async {
            let all = async {
                while let Some(found) = findings.recv().await {
                    if let Finding::Whole(content, _) = found.what {
                        right.insert(found.index, content.crc32());
                    }
                }
            };
            let limit = Duration::from_secs(20);
            tokio::time::timeout(limit, all)
                .await
                .expect("the scan ends");
        });
    });
    right
}

fn ranges(files: &[File]) -> Vec<Range<usize>> {
    let starts = files.iter().scan(0, |end, file| {
        let start = *end;
        *end += file.size;
        Some(start..*end)
    });
    starts.collect()
}

/// The files that share the piece that `at` is in; none when some of that piece cannot be read.
fn spoiled(files: &[File], at: usize) -> BTreeSet<usize> {
    let ranges = ranges(files);
    let total = ranges.last().map_or(0, |last| last.end);
    let piece = at / PIECE * PIECE..total.min(at / PIECE * PIECE + PIECE);
    let touching = |range: &Range<usize>| range.start < piece.end && piece.start < range.end;
    let has_bytes = |n: &usize| files[*n].size > 0 && !files[*n].padding;
    let sharing = (0..files.len()).filter(|n| touching(&ranges[*n]) && has_bytes(n));
    let sharing: BTreeSet<_> = sharing.collect();
    if sharing.iter().all(|n| files[*n].wanted) {
        sharing
    } else {
        BTreeSet::new()
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn only_files_that_share_a_bad_piece_are_held_back(
        files in files(),
        flip in proptest::option::of(any::<prop::sample::Index>()),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        let folder = tempfile::tempdir().unwrap();
        let right = content(&files);
        let mut on_disk = right.clone();
        let mut bad = BTreeSet::new();
        let wanted: Vec<_> = (0..files.len())
            .filter(|n| files[*n].wanted && !files[*n].padding && files[*n].size > 0)
            .collect();
        if let Some(flip) = flip {
            let index = wanted[flip.index(wanted.len())];
            let at = flip.index(files[index].size);
            on_disk[index][at] ^= 1;
            bad = spoiled(&files, ranges(&files)[index].start + at);
        }
        let source = source(&files, &right, &on_disk, folder.path());
        let expected: BTreeMap<_, _> = source
            .wanted()
            .filter(|index| !bad.contains(index))
            .map(|index| (index, crc32fast::hash(&on_disk[index])))
            .collect();
        // An empty file stands between its neighbours' bytes and falls with them.
        let mut found = found(&source, &runtime);
        let mut expected = expected;
        found.retain(|index, _| files[*index].size > 0);
        expected.retain(|index, _| files[*index].size > 0);
        prop_assert_eq!(found, expected);
    }
}
