//! A torrent that a browser can do something with: films, sound, subtitles, pictures, papers, and hostile names.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::paths;

/// Real media in `tests/browser/media`, and what they are called in the torrent.
const MEDIA: &[(&str, &str)] = &[
    ("blue.webm", "02 Ørsted & friends 100% #2.webm"),
    ("tone.ogg", "03 tone.ogg"),
    ("dawn.png", "pictures/1 dawn.png"),
    ("coast.jpg", "pictures/2 coast.jpg"),
    ("reef.webp", "pictures/10 reef.webp"),
    ("paper.pdf", "papers/paper.pdf"),
];

/// A film with this much between its pictures and its index: nobody reads that to find the index, or to seek.
const FILM: &str = "01 colours.mp4";
const GAP_BYTES: u32 = 8 << 20;

/// Text files. What would run in the owner's session says so in `document.title`.
const TEXTS: &[(&str, &str)] = &[
    (
        "01 colours.en.srt",
        "\u{feff}1\r\n00:00:01,000 --> 00:00:19,500\r\n<font color=\"#ff0000\">It is red.</font>\r\n\r\n2\r\n00:00:20,000 --> 00:00:39,000\r\n{\\an8}It is <i>green</i>,\r\nand not & never <b>blue</b>.\r\n\r\n",
    ),
    (
        "subs/01 colours.de.vtt",
        "WEBVTT\n\n00:01.000 --> 00:19.500\nEs ist rot.\n",
    ),
    (
        "papers/<img src=x onerror=document.title='owned'>.html",
        "<!doctype html><title>quiet</title><body onload=\"document.title='owned'\"><script>document.title='owned'</script><p>A page inside a torrent.\n",
    ),
    (
        "papers/picture.svg",
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 120 80\"><rect width=\"120\" height=\"80\" fill=\"#2a9d8f\"/><circle cx=\"60\" cy=\"40\" r=\"25\" fill=\"#e9c46a\"/><script>document.title='owned'</script></svg>\n",
    ),
    (
        "papers/notes.txt",
        "Notes – ünï+côde, 100%.\n<script>document.title='owned'</script>\n",
    ),
    ("papers/empty.txt", ""),
    (
        "long/wwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwwww.txt",
        "w",
    ),
    ("שלום עולם 👩‍👩‍👧‍👦 🎉 a+b=c?.txt", "peace\n"),
    ("javascript:alert(1)", "MZ"),
];

/// Writes it all below `folder` and returns that.
pub(super) fn write(folder: &Path) -> Result<PathBuf> {
    let media = paths::root().join("tests/browser/media");
    let read = |name: &str| {
        let path = media.join(name);
        fs::read(&path).with_context(|| path.display().to_string())
    };
    put(folder, FILM, &with_gap(&read("colours.mp4")?)?)?;
    for (source, path) in MEDIA {
        put(folder, path, &read(source)?)?;
    }
    for (path, text) in TEXTS {
        put(folder, path, text.as_bytes())?;
    }
    Ok(folder.to_owned())
}

fn put(folder: &Path, path: &str, bytes: &[u8]) -> Result<()> {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().unwrap_or(folder))?;
    fs::write(&path, bytes).with_context(|| path.display().to_string())
}

/// Puts a `free` box (ISO/IEC 14496-12, 8.1.2) in front of the index, which counts from the file's beginning.
fn with_gap(mp4: &[u8]) -> Result<Vec<u8>> {
    let mut at = 0;
    while let Some(head) = mp4.get(at..at + 8) {
        if &head[4..] == b"moov" {
            let mut film = mp4[..at].to_vec();
            film.extend(GAP_BYTES.to_be_bytes());
            film.extend(b"free");
            film.resize(at + usize::try_from(GAP_BYTES)?, 0);
            film.extend(&mp4[at..]);
            return Ok(film);
        }
        let size = u32::from_be_bytes([head[0], head[1], head[2], head[3]]);
        at += usize::try_from(size)?.max(8);
    }
    anyhow::bail!("the film has no index")
}
