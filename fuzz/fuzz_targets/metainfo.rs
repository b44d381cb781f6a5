//! A `.torrent` file of any bytes is read or refused, and what is read keeps its promises.

#![no_main]

use std::collections::HashSet;

use libfuzzer_sys::fuzz_target;
use torrent::{FileKind, Metainfo, ObjectKey, TORRENT_FILES_MAX};

fuzz_target!(|bytes: &[u8]| {
    let metainfo = match Metainfo::parse(bytes) {
        Ok(metainfo) => metainfo,
        Err(error) => {
            assert!(error.to_string().len() < 1000, "{error}");
            return;
        }
    };
    assert!(metainfo.content().next().is_some());
    assert!(metainfo.piece_length > 0);
    assert!(metainfo.size_bytes() < 1 << 48);
    let real = metainfo.files.iter();
    let real: Vec<_> = real.filter(|file| file.kind != FileKind::Padding).collect();
    assert!(real.len() <= TORRENT_FILES_MAX);
    let paths: HashSet<_> = real.iter().map(|file| file.path.as_str()).collect();
    assert_eq!(paths.len(), real.len(), "two files have one path");
    for path in paths {
        for part in path.split('/') {
            assert!(!matches!(part, "" | "." | ".."), "{path:?}");
            assert!(part.len() < 255, "{path:?}");
            assert!(!part.contains(|c: char| c == '\\' || c.is_control()), "{path:?}");
        }
    }
    for file in metainfo.content() {
        let key = ObjectKey::file(metainfo.infohash, &file.path).to_string();
        assert!(key.len() <= 1024 && key.parse::<ObjectKey>().is_ok(), "{key}");
    }
});
