use std::collections::BTreeMap;

use serde::Serialize;
use store::StoreError;
use torrent::{FileKind, Metainfo, ObjectKey, TorrentRecord};

use crate::handler::ManageTorrent;

/// One file of a torrent, as the API shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct File {
    /// In the torrent's own list, which also counts padding.
    index: usize,
    path: String,
    size_bytes: u64,
    wanted: bool,
    stored: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    link: Option<String>,
}

/// Some of a torrent's files, and the index at which the next ones start.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub(crate) struct Files {
    files: Vec<File>,
    #[serde(rename = "files_next", skip_serializing_if = "Option::is_none")]
    next: Option<usize>,
}

/// Files of one answer, and bytes of their paths, which may stand in it twice and percent-encoded: together
/// they stay below Lambda's 6 MB.
const FILES_MAX: usize = 10_000;
const PATH_BYTES_MAX: usize = 1024 * 1024;

impl ManageTorrent {
    /// The content files of a torrent from the index `from` on, and which of them are stored; `None` while
    /// nobody knows them.
    pub(crate) async fn files_of(
        &self,
        record: &TorrentRecord,
        from: usize,
    ) -> Result<Option<Files>, StoreError> {
        let infohash = record.infohash;
        let Some(bytes) = self.files.get(ObjectKey::Torrent(infohash)).await? else {
            return Ok(None);
        };
        let metainfo = Metainfo::parse(&bytes).map_err(|error| StoreError::Malformed {
            what: ObjectKey::Torrent(infohash).to_string(),
            detail: error.to_string(),
        })?;
        let objects = self.files.list(&ObjectKey::files_prefix(infohash)).await?;
        let stored = objects
            .into_iter()
            .map(|object| (object.key, object.size_bytes))
            .collect();
        Ok(Some(files(record, &metainfo, &stored, from)))
    }
}

fn files(
    record: &TorrentRecord,
    metainfo: &Metainfo,
    stored: &BTreeMap<String, u64>,
    from: usize,
) -> Files {
    let mut shown = Files::default();
    let mut path_bytes = 0;
    for (index, file) in metainfo.files.iter().enumerate().skip(from) {
        if file.kind != FileKind::Regular {
            continue;
        }
        let path = file.path.to_string();
        path_bytes += path.len();
        if shown.files.len() == FILES_MAX || path_bytes > PATH_BYTES_MAX {
            shown.next = Some(index);
            break;
        }
        let key = ObjectKey::file(record.infohash, &file.path);
        let stored = stored.get(&key.to_string()) == Some(&file.size_bytes);
        shown.files.push(File {
            index,
            path,
            size_bytes: file.size_bytes,
            wanted: record.wants(index),
            stored,
            link: stored.then(|| key.url_path()),
        });
    }
    shown
}

#[cfg(test)]
mod tests {
    use torrent::{Source, Timestamp};

    use super::*;

    #[test]
    fn a_file_has_a_link_once_it_is_stored_whole() {
        let torrent = b"d4:infod5:filesld6:lengthi3e4:pathl3:a ceed6:lengthi4e4:pathl1:beee4:name1:n12:piece \
lengthi16384e6:pieces20:01234567890123456789ee";
        let metainfo = Metainfo::parse(torrent).unwrap();
        let mut record = TorrentRecord::queued(
            metainfo.infohash,
            "n".into(),
            Source::File,
            Timestamp::UNIX_EPOCH,
        );
        record.wanted = Some("0".parse().unwrap());
        let prefix = ObjectKey::files_prefix(record.infohash);
        let stored = BTreeMap::from([(format!("{prefix}n/a c"), 3), (format!("{prefix}n/b"), 1)]);
        let Files { files, next } = super::files(&record, &metainfo, &stored, 0);
        assert_eq!(next, None);
        assert_eq!(
            files[0].link.as_deref(),
            Some(format!("/{prefix}n/a%20c").as_str())
        );
        assert!(files[0].wanted && files[0].stored);
        assert!(!files[1].wanted && !files[1].stored && files[1].link.is_none());
    }
    #[test]
    fn many_files_come_in_pages() {
        let names: Vec<_> = (0..25_000)
            .map(|at| format!("d6:lengthi1e4:pathl6:{at:06}ee"))
            .collect();
        let names = names.concat();
        let pieces = "x".repeat(20 * 2);
        let torrent =
            format!("d4:infod5:filesl{names}e4:name1:n12:piece lengthi16384e6:pieces40:{pieces}ee");
        let metainfo = Metainfo::parse(torrent.as_bytes()).unwrap();
        let (infohash, name) = (metainfo.infohash, metainfo.name.clone());
        let record = TorrentRecord::queued(infohash, name, Source::File, Timestamp::UNIX_EPOCH);
        let mut indices = Vec::new();
        let mut from = Some(0);
        while let Some(start) = from {
            let page = super::files(&record, &metainfo, &BTreeMap::new(), start);
            assert!(serde_json::to_vec(&page).unwrap().len() < 5_000_000);
            indices.extend(page.files.iter().map(|file| file.index));
            from = page.next;
        }
        assert!(indices.into_iter().eq(0..25_000));
    }
}
