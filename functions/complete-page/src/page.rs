use std::collections::BTreeMap;

use pages::CompletePage;
use store::{Changes, Headers, StoreError};
use torrent::{Infohash, Manifest, ObjectKey, Owner, PageKey, State, StoredFile, Timestamp};

use crate::batch::CompletePages;

impl CompletePages {
    /// Makes the page from what is in the bucket now, whatever the message said; with the manifest and every
    /// file there the torrent is complete.
    pub(crate) async fn renew(&self, infohash: Infohash) -> Result<(), StoreError> {
        let record = self.records.torrent(infohash).await?;
        let named = record.as_ref().is_some_and(|record| record.named);
        if record
            .as_ref()
            .is_some_and(|record| record.state == State::Removed)
        {
            return Ok(());
        }
        // The manifest is read first: it is written last, so every file it names is in the listing.
        let manifest = self.manifest(infohash).await?;
        let prefix = ObjectKey::files_prefix(infohash);
        let objects = self.files.list(&prefix).await?;
        let files: Vec<_> = objects
            .into_iter()
            .map(|object| StoredFile {
                path: object.key[prefix.len()..].to_owned(),
                key: object.key,
                size_bytes: object.size_bytes,
                crc32: None,
            })
            .collect();
        let complete = manifest
            .as_ref()
            .filter(|manifest| is_whole(manifest, &files))
            .map(|manifest| Changes {
                name: (!named).then(|| manifest.name.clone()),
                stored_bytes: Some(manifest.size_bytes()),
                size_bytes: Some(manifest.size_bytes()),
                file_count: Some(manifest.files.len() as u64),
                ..Changes::default()
            });
        let name = match (&manifest, record) {
            (Some(manifest), _) if !named => manifest.name.clone(),
            (_, Some(record)) => record.name,
            (Some(manifest), None) => manifest.name.clone(),
            (None, None) => infohash.to_string(),
        };
        let page = CompletePage {
            infohash,
            name,
            files,
            expected: manifest,
        }
        .to_html();
        let headers = Headers {
            content_type: "text/html; charset=utf-8",
            cache_control: "no-cache",
        };
        self.site
            .put(PageKey::Complete(infohash), page.into_bytes(), headers)
            .await?;
        if let Some(changes) = complete {
            let now = Timestamp::now();
            let moved = self
                .records
                .transition(infohash, Owner::CompletePage, State::Complete, now, changes)
                .await?;
            if moved.is_some() {
                tracing::info!(%infohash, "torrent complete");
            }
        }
        Ok(())
    }

    async fn manifest(&self, infohash: Infohash) -> Result<Option<Manifest>, StoreError> {
        let key = ObjectKey::Manifest(infohash);
        let Some(bytes) = self.files.get(&key).await? else {
            return Ok(None);
        };
        let manifest = serde_json::from_slice(&bytes).map_err(|error| StoreError::Malformed {
            what: key.to_string(),
            detail: error.to_string(),
        })?;
        Ok(Some(manifest))
    }
}

/// Whether every file of the manifest is stored with its size.
fn is_whole(manifest: &Manifest, files: &[StoredFile]) -> bool {
    let stored: BTreeMap<_, _> = files
        .iter()
        .map(|file| (file.key.as_str(), file.size_bytes))
        .collect();
    manifest
        .files
        .iter()
        .all(|file| stored.get(file.key.as_str()) == Some(&file.size_bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_torrent_is_whole_with_every_file_in_its_size() {
        let file = |name: &str, size_bytes| StoredFile {
            path: name.into(),
            key: format!("files/x/{name}"),
            size_bytes,
            crc32: None,
        };
        let manifest = Manifest {
            infohash: Infohash::v1(b"test"),
            name: "test".into(),
            files: vec![file("a", 1), file("b", 2)],
            size_bytes: None,
            started_at: None,
            stored_at: Timestamp::UNIX_EPOCH,
        };
        assert!(is_whole(
            &manifest,
            &[file("a", 1), file("b", 2), file("extra", 3)]
        ));
        assert!(!is_whole(&manifest, &[file("a", 1)]));
        assert!(!is_whole(&manifest, &[file("a", 1), file("b", 3)]));
    }
}
