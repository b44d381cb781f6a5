use std::ffi::{OsStr, OsString};
use std::fs;
use std::io::Read;
use std::path::Path;

use data_encoding::BASE64;
use serde::Serialize;
use torrent::{
    FileKind, FileSelection, MagnetLink, Metainfo, MetainfoError, TORRENT_BYTES_MAX, TorrentRecord,
};
use url::Url;

use crate::api::{Api, Submission, SubmittedSource};
use crate::arguments::Add;
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::text;

/// The largest `.torrent` that a request carries; a larger one is uploaded first.
const INLINE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// What became of one input.
#[derive(Serialize)]
struct Added<'a> {
    input: &'a str,
    outcome: &'static str,
    torrent: &'a TorrentRecord,
}

pub(super) fn run(api: &Api, output: Output, add: Add) -> Result<Exit, Failure> {
    if add.inputs.len() > 1 && (add.name.is_some() || add.files.is_some()) {
        return Err(Failure::usage(
            "--name and --files are for one torrent, and several are given",
        ));
    }
    let Add {
        inputs,
        name,
        label,
        files,
    } = add;
    Ok(output.each(&inputs, |input| {
        let shown = input.to_string_lossy();
        let submit = || {
            let source = source(api, input, files.as_ref())?;
            let files = files.as_ref().map(|files| files.iter().collect());
            api.add(&Submission {
                source,
                name: name.clone(),
                label: label.clone(),
                files,
            })
        };
        let (record, new) = submit().map_err(|failure| failure.of(&shown))?;
        let outcome = if new { "added" } else { "known" };
        let result = Added {
            input: &shown,
            outcome,
            torrent: &record,
        };
        output.result(&result, || in_words(&result));
        Ok(())
    }))
}

fn in_words(added: &Added<'_>) -> String {
    let record = added.torrent;
    let size = record
        .size_bytes
        .map(|size| format!(", {}", text::size(size)))
        .unwrap_or_default();
    let files = record
        .file_count
        .map(|files| format!(", {}", text::count(files, "file")))
        .unwrap_or_default();
    let state = if added.outcome == "known" {
        format!(", {}", text::state(record))
    } else {
        String::new()
    };
    format!(
        "{}  {}  {}{size}{files}{state}",
        added.outcome,
        text::short(record),
        text::clean(&record.name)
    )
}

/// Checks an input as far as that can be done here, and makes of it what the API takes.
fn source(
    api: &Api,
    input: &OsString,
    files: Option<&FileSelection>,
) -> Result<SubmittedSource, Failure> {
    let Some(text) = input.to_str().map(str::trim) else {
        return file(api, input, files);
    };
    let starts_with = |scheme: &str| {
        text.get(..scheme.len())
            .is_some_and(|start| start.eq_ignore_ascii_case(scheme))
    };
    if starts_with("magnet:") {
        if files.is_some() {
            let detail =
                "nobody knows a magnet link's files yet; use the .torrent file to choose some";
            return Err(Failure::refused("bad-files", detail));
        }
        let link = text.parse::<MagnetLink>();
        link.map_err(|error| Failure::refused("bad-magnet", error))?;
        return Ok(SubmittedSource::Magnet(text.to_owned()));
    }
    if starts_with("http://") || starts_with("https://") {
        let url = text.parse::<Url>();
        url.map_err(|error| Failure::refused("bad-url", format!("this is no address: {error}")))?;
        return Ok(SubmittedSource::Url(text.to_owned()));
    }
    file(api, input, files)
}

fn file(
    api: &Api,
    path: &OsStr,
    files: Option<&FileSelection>,
) -> Result<SubmittedSource, Failure> {
    let bytes = read(Path::new(path))?;
    let metainfo = Metainfo::parse(&bytes).map_err(|error| not_a_torrent(&error))?;
    if let Some(files) = files {
        check(files, &metainfo)?;
    }
    if bytes.len() > INLINE_BYTES_MAX {
        return api.upload(&bytes).map(SubmittedSource::Upload);
    }
    Ok(SubmittedSource::Torrent(BASE64.encode(&bytes)))
}

/// Reads no more than a torrent may have, whatever the file is.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let read = || {
        let mut bytes = Vec::new();
        fs::File::open(path)?
            .take(TORRENT_BYTES_MAX as u64 + 1)
            .read_to_end(&mut bytes)?;
        Ok(bytes)
    };
    read().map_err(|error: std::io::Error| match error.kind() {
        std::io::ErrorKind::NotFound => Failure::not_found("no-file", "there is no such file"),
        _ => Failure::failed("no-file", error),
    })
}

fn not_a_torrent(error: &MetainfoError) -> Failure {
    if let MetainfoError::TooLarge(_) = error {
        let detail = format!(
            "the file has more than the {TORRENT_BYTES_MAX} bytes that a torrent file may have"
        );
        return Failure::refused("too-large", detail);
    }
    let offset = match error {
        MetainfoError::Bencode(error) => u64::try_from(error.offset).ok(),
        _ => None,
    };
    Failure::refused("bad-torrent", error)
        .at_offset(offset)
        .at_key(error.key())
}

fn check(files: &FileSelection, metainfo: &Metainfo) -> Result<(), Failure> {
    let kind = |index: u32| {
        usize::try_from(index)
            .ok()
            .and_then(|index| metainfo.files.get(index))
            .map(|file| file.kind)
    };
    match files
        .iter()
        .find(|index| kind(*index) != Some(FileKind::Regular))
    {
        Some(index) => Err(Failure::refused(
            "bad-files",
            format!("the torrent has no file with the index {index}"),
        )),
        None => Ok(()),
    }
}
