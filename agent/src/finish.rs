use std::collections::HashMap;

use store::{Bucket, Headers};
use torrent::{Manifest, ObjectKey, StoredFile, Timestamp};

use crate::fault::Fault;
use crate::source::Source;

/// Stores the `.torrent` file: a magnet link's is known only now.
pub(crate) async fn store_torrent(bucket: &Bucket, source: &Source) -> Result<(), Fault> {
    let key = ObjectKey::Torrent(source.metainfo.infohash);
    if bucket.size(&key).await?.is_none() {
        let headers = Headers {
            content_type: "application/x-bittorrent",
            cache_control: "no-cache",
        };
        bucket.put(&key, source.torrent.clone(), headers).await?;
    }
    Ok(())
}

/// Says that the torrent is wholly stored; `crc32s` are those of all its files.
pub(crate) async fn store_manifest(
    bucket: &Bucket,
    source: &Source,
    crc32s: &HashMap<usize, u32>,
    started_at: Timestamp,
) -> Result<(), Fault> {
    let files = source.wanted().map(|index| {
        let file = &source.metainfo.files[index];
        StoredFile {
            path: file.path.to_string(),
            key: source.key(index).to_string(),
            size_bytes: file.size_bytes,
            crc32: crc32s.get(&index).copied(),
        }
    });
    let manifest = Manifest {
        infohash: source.metainfo.infohash,
        name: source.metainfo.name.clone(),
        files: files.collect(),
        size_bytes: Some(source.wanted_bytes()),
        started_at: Some(started_at),
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
