use std::path::{Path, PathBuf};

use deluge::TorrentStatus;
use torrent::{FileKind, Infohash, Metainfo, ObjectKey};

use crate::transfer::Fault;

/// Which files of a torrent go where: all that are content and wanted.
pub(crate) struct Plan {
    pub(crate) infohash: Infohash,
    pub(crate) name: String,
    /// The `.torrent` file as Deluge keeps it.
    pub(crate) metainfo: Vec<u8>,
    pub(crate) files: Vec<PlannedFile>,
}

/// One file on its way.
pub(crate) struct PlannedFile {
    /// Where Deluge put it.
    pub(crate) disk: PathBuf,
    /// Below the torrent's root, as the torrent names it.
    pub(crate) path: String,
    pub(crate) key: ObjectKey,
    pub(crate) size_bytes: u64,
}

impl Plan {
    /// Paths on disk come from Deluge, object keys from the metainfo, which must be that of the info-hash.
    pub(crate) async fn make(
        id: &str,
        status: &TorrentStatus,
        state_dir: &Path,
    ) -> Result<Self, Fault> {
        let later = |what: &str| Fault::Later(what.to_owned());
        let state = state_dir.join(format!("{id}.torrent"));
        let bytes = tokio::fs::read(&state)
            .await
            .map_err(|error| Fault::Later(format!("{}: {error}", state.display())))?;
        let metainfo = Metainfo::parse(&bytes)
            .map_err(|error| Fault::Later(format!("{}: {error}", state.display())))?;
        if ![metainfo.infohash, metainfo.deluge_id]
            .iter()
            .any(|known| known.to_string() == id)
        {
            return Err(Fault::Later(format!(
                "{} is the metainfo of another torrent",
                state.display()
            )));
        }
        let folder = status
            .download_location
            .as_ref()
            .or(status.save_path.as_ref());
        let folder =
            Path::new(folder.ok_or_else(|| later("Deluge does not say where the files are"))?);
        let on_disk = status
            .files
            .as_ref()
            .ok_or_else(|| later("Deluge does not say which files there are"))?;
        let priorities = status.file_priorities.as_deref().unwrap_or_default();
        let mut files = Vec::new();
        for (index, file) in metainfo.files.iter().enumerate() {
            let skipped = priorities.get(index).is_some_and(|priority| *priority == 0);
            if file.kind != FileKind::Regular || skipped {
                continue;
            }
            let disk = on_disk
                .iter()
                .find(|on_disk| on_disk.index == index && on_disk.size == file.size_bytes);
            let disk = disk.ok_or_else(|| later("Deluge's list of files is not the torrent's"))?;
            files.push(PlannedFile {
                disk: folder.join(&disk.path),
                path: file.path.to_string(),
                key: ObjectKey::file(metainfo.infohash, &file.path),
                size_bytes: file.size_bytes,
            });
        }
        Ok(Self {
            infohash: metainfo.infohash,
            name: metainfo.name,
            metainfo: bytes,
            files,
        })
    }

    /// Bytes of all files.
    pub(crate) fn total_bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size_bytes).sum()
    }
}
