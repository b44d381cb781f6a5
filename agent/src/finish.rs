use std::collections::{HashMap, HashSet};

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

/// Whether S3 has the manifest, and every wanted file in its size.
pub(crate) async fn is_whole(bucket: &Bucket, source: &Source) -> Result<bool, Fault> {
    let infohash = source.metainfo.infohash;
    let Some(manifest) = bucket.get(ObjectKey::Manifest(infohash)).await? else {
        return Ok(false);
    };
    let Ok(manifest) = serde_json::from_slice::<Manifest>(&manifest) else {
        return Ok(false);
    };
    let objects = bucket.list(&ObjectKey::files_prefix(infohash)).await?;
    let stored: HashMap<_, _> = objects
        .iter()
        .map(|object| (object.key.as_str(), object.size_bytes))
        .collect();
    let claimed: HashSet<_> = manifest
        .files
        .iter()
        .map(|file| file.key.as_str())
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
