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

impl ManageTorrent {
    /// The content files of a torrent and which of them are stored; `None` while nobody knows them.
    pub(crate) async fn files_of(
        &self,
        record: &TorrentRecord,
    ) -> Result<Option<Vec<File>>, StoreError> {
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
        Ok(Some(files(record, &metainfo, &stored)))
    }
}

fn files(record: &TorrentRecord, metainfo: &Metainfo, stored: &BTreeMap<String, u64>) -> Vec<File> {
    let content = metainfo
        .files
        .iter()
        .enumerate()
        .filter(|(_, file)| file.kind == FileKind::Regular);
    content
        .map(|(index, file)| {
            let key = ObjectKey::file(record.infohash, &file.path);
            let stored = stored.get(&key.to_string()) == Some(&file.size_bytes);
            File {
                index,
                path: file.path.to_string(),
                size_bytes: file.size_bytes,
                wanted: record.wants(index),
                stored,
                link: stored.then(|| key.url_path()),
            }
        })
        .collect()
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
        record.wanted = Some(vec![0]);
        let prefix = ObjectKey::files_prefix(record.infohash);
        let stored = BTreeMap::from([(format!("{prefix}n/a c"), 3), (format!("{prefix}n/b"), 1)]);
        let files = files(&record, &metainfo, &stored);
        assert_eq!(
            files[0].link.as_deref(),
            Some(format!("/{prefix}n/a%20c").as_str())
        );
        assert!(files[0].wanted && files[0].stored);
        assert!(!files[1].wanted && !files[1].stored && files[1].link.is_none());
    }
}
