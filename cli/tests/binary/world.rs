//! Running the program, and the API's answers.

use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use crate::server::answer;

pub(crate) const INFOHASH: &str = "c9e15763f722f23e98a29decdfae341b98d53056";

/// The program, with an environment that holds nothing of this machine's.
pub(crate) fn command(url: &str, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_torrent2s3"));
    command.env_clear().stdin(Stdio::null()).args(arguments);
    if !url.is_empty() {
        command.env("TORRENT2S3_URL", url);
    }
    command
}

/// How it ended and what it said.
#[derive(Debug)]
pub(crate) struct Ended {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

impl Ended {
    /// Every line of standard output, which must be JSON.
    pub(crate) fn json(&self) -> Vec<Value> {
        self.stdout
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect()
    }

    /// Every line of standard error, which must be a problem.
    pub(crate) fn problems(&self) -> Vec<Value> {
        let problems: Vec<Value> = self
            .stderr
            .lines()
            .map(|line| serde_json::from_str(line).unwrap())
            .collect();
        for problem in &problems {
            assert!(
                problem["type"].is_string()
                    && problem["title"].is_string()
                    && problem["detail"].is_string(),
                "{problem}"
            );
        }
        problems
    }
}

pub(crate) fn end(mut command: Command) -> Ended {
    let output = command.output().unwrap();
    Ended {
        code: output.status.code().unwrap_or(-1),
        stdout: String::from_utf8(output.stdout).unwrap(),
        stderr: String::from_utf8(output.stderr).unwrap(),
    }
}

pub(crate) fn run(url: &str, arguments: &[&str]) -> Ended {
    end(command(url, arguments))
}

/// A record as the API has it.
pub(crate) fn torrent(infohash: &str, name: &str, state: &str) -> Value {
    json!({
        "infohash": infohash, "name": name, "state": state, "paused": false, "source": { "type": "file" },
        "size_bytes": 11, "file_count": 1, "stored_bytes": 11, "added_at": "2026-01-02T03:04:05Z", "since": {},
    })
}

/// A complete torrent with files of these paths and sizes, all linked.
pub(crate) fn with_files(files: &[(&str, u64)]) -> Value {
    let mut torrent = torrent(INFOHASH, "t", "complete");
    torrent["files"] = files
        .iter()
        .enumerate()
        .map(|(index, (path, size))| {
            json!({
                "index": index, "path": path, "size_bytes": size, "wanted": true, "stored": true,
                "link": format!("/files/{INFOHASH}/{index}"),
            })
        })
        .collect();
    torrent
}

pub(crate) fn json_answer(status: u16, body: &Value) -> Vec<u8> {
    answer(
        status,
        &[("content-type", "application/json")],
        body.to_string().as_bytes(),
    )
}

pub(crate) fn problem(status: u16, kind: &str) -> Vec<u8> {
    let kind = format!("urn:torrent2s3:problem:{kind}");
    json_answer(
        status,
        &json!({ "type": kind, "title": "T", "status": status, "detail": "it is so" }),
    )
}

/// Everything below a folder: paths and contents.
pub(crate) fn tree(root: &Path) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path
                    .strip_prefix(root)
                    .unwrap()
                    .to_str()
                    .unwrap()
                    .to_owned();
                found.push((name, std::fs::read_to_string(&path).unwrap()));
            }
        }
    }
    found.sort();
    found
}
