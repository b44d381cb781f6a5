use std::collections::HashSet;
use std::path::Path;

use deluge::TorrentStatus;
use torrent::{FileKind, Metainfo};

use crate::fault::Fault;
use crate::source::{Places, Source};

/// Whether Deluge knows what is in a torrent.
pub(crate) async fn has_metainfo(id: &str, state_dir: &Path) -> Result<bool, Fault> {
    let state = state_dir.join(format!("{id}.torrent"));
    let exists = tokio::fs::try_exists(&state).await;
    exists.map_err(|error| Fault::Later(format!("{}: {error}", state.display())))
}

/// What Deluge has of a torrent: paths on disk are Deluge's, keys come from the metainfo, which must be that
/// of the info-hash. Answers the `.torrent` file too.
pub(crate) async fn source_of(
    id: &str,
    status: &TorrentStatus,
    state_dir: &Path,
) -> Result<(Source, Vec<u8>), Fault> {
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
    let known: HashSet<_> = on_disk
        .iter()
        .filter(|on_disk| {
            let file = metainfo.files.get(on_disk.index);
            file.is_some_and(|file| file.size_bytes == on_disk.size)
        })
        .map(|file| file.index)
        .collect();
    // What it says of padding does not matter.
    let mut content =
        (0..metainfo.files.len()).filter(|index| metainfo.files[*index].kind == FileKind::Regular);
    let same = content.all(|index| known.contains(&index));
    if !same {
        return Err(later("Deluge's list of files is not the torrent's"));
    }
    let paths = on_disk.iter().map(|file| (file.index, file.path.as_str()));
    let places = Places::as_said(folder, &metainfo, paths);
    let priorities = status.file_priorities.as_deref().unwrap_or_default();
    let source = Source {
        places,
        hashes,
        wanted: priorities.iter().map(|priority| *priority != 0).collect(),
        metainfo,
    };
    Ok((source, bytes))
}
