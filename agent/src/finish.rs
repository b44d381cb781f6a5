use std::collections::{HashMap, HashSet};

use serde::{Deserialize, Serialize, Serializer};
use store::{Bucket, Headers};
use torrent::{Infohash, ObjectKey, StoredFile, Timestamp};

use crate::fault::Fault;
use crate::source::Source;

/// Stores the `.torrent` file: a magnet link's is known only now.
/// `torrent` is let go afterwards.
pub(crate) async fn store_torrent(
    bucket: &Bucket,
    infohash: Infohash,
    torrent: &mut Option<Vec<u8>>,
) -> Result<(), Fault> {
    let key = ObjectKey::Torrent(infohash);
    if let Some(bytes) = torrent
        && bucket.size(&key).await?.is_none()
    {
        let headers = Headers {
            content_type: "application/x-bittorrent",
            cache_control: "no-cache",
        };
        bucket.put(&key, bytes.clone(), headers).await?;
    }
    *torrent = None;
    Ok(())
}

/// Whether S3 has the manifest, and every wanted file in its size.
pub(crate) async fn is_whole(bucket: &Bucket, source: &Source) -> Result<bool, Fault> {
    let infohash = source.metainfo.infohash;
    let Some(manifest) = bucket.get(ObjectKey::Manifest(infohash)).await? else {
        return Ok(false);
    };
    let Ok(claimed) = serde_json::from_slice::<Claimed>(&manifest) else {
        return Ok(false);
    };
    drop(manifest);
    let claimed: HashSet<_> = claimed.files.iter().map(|file| file.key.as_str()).collect();
    let objects = bucket.list(&ObjectKey::files_prefix(infohash)).await?;
    let stored: HashMap<_, _> = objects
        .iter()
        .map(|object| (object.key.as_str(), object.size_bytes))
        .collect();
    Ok(source.wanted().all(|index| {
        let key = source.key(index).to_string();
        let size = source.metainfo.files[index].size_bytes;
        claimed.contains(key.as_str()) && stored.get(key.as_str()) == Some(&size)
    }))
}

/// Says that the torrent is wholly stored; `crc32s` are those of all its files.
pub(crate) async fn store_manifest(
    bucket: &Bucket,
    source: &Source,
    crc32s: &HashMap<usize, u32>,
    started_at: Timestamp,
) -> Result<(), Fault> {
    let uploads = ObjectKey::files_prefix(source.metainfo.infohash);
    // S3 may have started one whose id got lost with the answer.
    for upload in bucket.unfinished(&uploads).await? {
        bucket.abort(&upload).await?;
    }
    let manifest = Written {
        infohash: source.metainfo.infohash,
        name: &source.metainfo.name,
        files: Files { source, crc32s },
        size_bytes: source.wanted_bytes(),
        started_at,
        stored_at: Timestamp::now(),
    };
    let json = serde_json::to_vec(&manifest).map_err(|error| Fault::Later(error.to_string()))?;
    let headers = Headers {
        content_type: "application/json",
        cache_control: "no-cache",
    };
    let key = ObjectKey::Manifest(source.metainfo.infohash);
    Ok(bucket.put(key, json, headers).await?)
}

/// Just the keys of a [`torrent::Manifest`]: of 100,000 files the rest takes much memory.
#[derive(Deserialize)]
struct Claimed {
    files: Vec<ClaimedFile>,
}

#[derive(Deserialize)]
struct ClaimedFile {
    key: String,
}

/// A [`torrent::Manifest`] whose list of files is written without being made.
#[derive(Serialize)]
struct Written<'a> {
    infohash: Infohash,
    name: &'a str,
    files: Files<'a>,
    size_bytes: u64,
    started_at: Timestamp,
    stored_at: Timestamp,
}

struct Files<'a> {
    source: &'a Source,
    crc32s: &'a HashMap<usize, u32>,
}

impl Serialize for Files<'_> {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let source = self.source;
        to.collect_seq(source.wanted().map(|index| {
            let file = &source.metainfo.files[index];
            StoredFile {
                path: file.path.to_string(),
                key: source.key(index).to_string(),
                size_bytes: file.size_bytes,
                crc32: self.crc32s.get(&index).copied(),
            }
        }))
    }
}

#[cfg(test)]
mod tests {
    use torrent::{Manifest, Metainfo};

    use super::*;
    use crate::source::Places;

    #[test]
    fn what_is_written_is_a_manifest() {
        let torrent =
            b"d4:infod6:lengthi3e4:name1:a12:piece lengthi16384e6:pieces20:01234567890123456789ee";
        let metainfo = Metainfo::parse(torrent).unwrap();
        let source = Source {
            hashes: metainfo.piece_hashes(torrent).unwrap(),
            places: Places::below("/".as_ref()),
            wanted: Vec::new(),
            metainfo,
        };
        let infohash = source.metainfo.infohash;
        let at = Timestamp::UNIX_EPOCH;
        let written = Written {
            infohash,
            name: "a",
            files: Files {
                source: &source,
                crc32s: &HashMap::from([(0, 7)]),
            },
            size_bytes: 3,
            started_at: at,
            stored_at: at,
        };
        let read: Manifest =
            serde_json::from_value(serde_json::to_value(written).unwrap()).unwrap();
        let file = StoredFile {
            path: "a".into(),
            key: format!("files/{infohash}/a"),
            size_bytes: 3,
            crc32: Some(7),
        };
        let expected = Manifest {
            infohash,
            name: "a".into(),
            files: vec![file],
            size_bytes: Some(3),
            started_at: Some(at),
            stored_at: at,
        };
        assert_eq!(read, expected);
    }
}
