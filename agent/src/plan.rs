use std::path::Path;

use deluge::TorrentStatus;
use torrent::Metainfo;

use crate::fault::Fault;
use crate::source::{Places, Source};

/// Whether Deluge knows what is in a torrent.
pub(crate) async fn has_metainfo(id: &str, state_dir: &Path) -> Result<bool, Fault> {
    let state = state_dir.join(format!("{id}.torrent"));
    let exists = tokio::fs::try_exists(&state).await;
    exists.map_err(|error| Fault::Later(format!("{}: {error}", state.display())))
}

/// What Deluge has of a torrent: paths on disk are Deluge's, keys come from the metainfo, which must be that
/// of the info-hash.
pub(crate) async fn source_of(
    id: &str,
    status: &TorrentStatus,
    state_dir: &Path,
) -> Result<Source, Fault> {
    let later = |what: &str| Fault::Later(what.to_owned());
    let state = state_dir.join(format!("{id}.torrent"));
    let named =
        |error: &dyn std::fmt::Display| Fault::Later(format!("{}: {error}", state.display()));
    let bytes = tokio::fs::read(&state)
        .await
        .map_err(|error| named(&error))?;
    let metainfo = Metainfo::parse(&bytes).map_err(|error| named(&error))?;
    let ids = [metainfo.infohash, metainfo.deluge_id];
    if !ids.iter().any(|known| known.to_string() == id) {
        return Err(named(&"it is the metainfo of another torrent"));
    }
    let hashes = metainfo
        .piece_hashes(&bytes)
        .map_err(|error| named(&error))?;
    let folder = status.download_location.as_ref();
    let folder = folder.or(status.save_path.as_ref());
    let folder = Path::new(folder.ok_or_else(|| later("Deluge does not say where the files are"))?);
    let on_disk = status
        .files
        .as_ref()
        .ok_or_else(|| later("Deluge does not say which files there are"))?;
    let same = on_disk.len() == metainfo.files.len()
        && on_disk.iter().all(|on_disk| {
            let file = metainfo.files.get(on_disk.index);
            file.is_some_and(|file| file.size_bytes == on_disk.size)
        });
    if !same {
        return Err(later("Deluge's list of files is not the torrent's"));
    }
    let paths = on_disk.iter().map(|file| (file.index, file.path.as_str()));
    let places = Places::as_said(folder, &metainfo, paths);
    let priorities = status.file_priorities.as_deref().unwrap_or_default();
    Ok(Source {
        places,
        hashes,
        torrent: bytes.into(),
        wanted: priorities.iter().map(|priority| *priority != 0).collect(),
        metainfo,
    })
}
