use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::thread;

use data_encoding::BASE64;
use serde::Deserialize;

/// What libtorrent says of a torrent.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Verdict {
    Accepted(Accepted),
    Refused(String),
}

/// What libtorrent read in a torrent.
#[derive(Debug, PartialEq, Eq, Deserialize)]
pub(crate) struct Accepted {
    pub(crate) v1: Option<String>,
    pub(crate) v2: Option<String>,
    /// How Deluge calls it.
    pub(crate) id: String,
    pub(crate) total: u64,
    pub(crate) piece_length: u64,
    pub(crate) sizes: Vec<u64>,
    pub(crate) padding: Vec<bool>,
    pub(crate) symlink: Vec<bool>,
    pub(crate) private: bool,
    pub(crate) trackers: Vec<String>,
}

/// Asks the libtorrent of Deluge's virtual environment, in one process that ends itself if it takes too long.
pub(crate) fn ask(torrents: &[&[u8]]) -> Vec<Verdict> {
    let mut oracle = Command::new(python())
        .args(["-c", include_str!("oracle.py"), env!("CARGO_TARGET_TMPDIR")])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("Python starts");
    let mut stdin = oracle.stdin.take().expect("it is piped");
    let stdout = BufReader::new(oracle.stdout.take().expect("it is piped"));
    let verdicts = thread::scope(|scope| {
        scope.spawn(move || {
            for torrent in torrents {
                let line = BASE64.encode(torrent) + "\n";
                if stdin.write_all(line.as_bytes()).is_err() {
                    // It has ended; the answers that are missing say so.
                    return;
                }
            }
        });
        let lines = stdout.lines().map(|line| line.expect("a line"));
        lines
            .map(|line| serde_json::from_str(&line).expect("a verdict"))
            .collect::<Vec<_>>()
    });
    let status = oracle.wait().expect("it was started");
    assert!(
        status.success() && verdicts.len() == torrents.len(),
        "libtorrent ended ({status}) after {} of {} torrents",
        verdicts.len(),
        torrents.len()
    );
    verdicts
}

fn python() -> PathBuf {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let python = workspace.join(".local/venv/deluge/bin/python");
    assert!(
        python.exists(),
        "no {}: run `cargo xtask setup`",
        python.display()
    );
    python
}
