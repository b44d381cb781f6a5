//! A healthy service for `doctor` to check; each test breaks one part of it.

use std::sync::Mutex;

use data_encoding::BASE64;
use serde_json::{Value, json};
use torrent::{Metainfo, Timestamp};

use crate::server::{Request, Server, answer};
use crate::world::{INFOHASH, json_answer, problem, torrent, with_files};

pub(crate) const TOKEN: &str = "very-secret-token";
const COOKIE: &str = "__Host-session=s";
const SONG: &[u8] = b"hello world";
const SANDBOX: &str = "sandbox allow-same-origin; default-src 'none'";

/// What the service keeps.
#[derive(Default)]
struct Kept {
    uploaded: Vec<u8>,
    /// The info-hash of the torrent of `--try`.
    tried: Option<String>,
}

/// The service, with some answers replaced by `fault`.
pub(crate) fn service(
    fault: impl Fn(&Request) -> Option<Vec<u8>> + Send + Sync + 'static,
) -> Server {
    let kept = Mutex::new(Kept::default());
    Server::start(move |request, _| {
        let answered = respond(request, &mut kept.lock().unwrap());
        fault(request).unwrap_or(answered)
    })
}

pub(crate) fn has_proof(request: &Request) -> bool {
    request.header("cookie") == Some(COOKIE)
        || request.header("authorization") == Some(&format!("Bearer {TOKEN}"))
}

pub(crate) fn worker() -> Value {
    json!({
        "id": "i-0abc", "live": true, "last_seen": Timestamp::now().to_string(), "free_bytes": 5_u64 << 30,
        "full": false, "torrents": 0, "deluge_version": "2.2.0", "clock_ahead_seconds": 0,
    })
}

pub(crate) fn workers(worker: &Value) -> Vec<u8> {
    json_answer(200, &json!({ "workers": [worker] }))
}

/// The status page of an idle service with one complete torrent.
pub(crate) fn status_page() -> Value {
    json!({
        "generated_at": "2026-01-02T03:04:05Z",
        "workers": [{ "id": "i-0abc", "live": true }],
        "torrents": [{ "infohash": INFOHASH, "state": "complete" }],
    })
}

pub(crate) fn page(headers: &[(&str, &str)]) -> Vec<u8> {
    let html = [("content-type", "text/html")];
    answer(
        200,
        &[&html, headers].concat(),
        b"<title>torrent2s3</title>",
    )
}

/// A file's bytes, as S3 and CloudFront give them.
pub(crate) fn file(request: &Request, bytes: &[u8]) -> Vec<u8> {
    let headers = [
        ("content-security-policy", SANDBOX),
        ("x-content-type-options", "nosniff"),
    ];
    let range = request.header("range").and_then(|range| {
        let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
        Some((first.parse::<usize>().ok()?, last.parse::<usize>().ok()?))
    });
    let Some((first, last)) = range else {
        return answer(200, &headers, bytes);
    };
    let range = format!("bytes {first}-{last}/{}", bytes.len());
    let headers = [&headers[..], &[("content-range", range.as_str())]].concat();
    answer(206, &headers, &bytes[first..=last])
}

pub(crate) fn picture() -> Vec<u8> {
    (0..20_000_u32)
        .map(|number| (number * 7 % 251) as u8)
        .collect()
}

fn respond(request: &Request, kept: &mut Kept) -> Vec<u8> {
    let path = request.path.split('?').next().unwrap();
    match (request.method.as_str(), path) {
        ("GET", "/sign-in.html") => page(&[
            (
                "content-security-policy",
                "default-src 'self'; base-uri 'none'",
            ),
            ("x-content-type-options", "nosniff"),
        ]),
        ("GET", "/icon-512.png") => answer(200, &[("content-type", "image/png")], &picture()),
        ("POST", "/api/session") => session(request),
        ("PUT", "/put") => {
            kept.uploaded.clone_from(&request.body);
            answer(200, &[], b"")
        }
        ("GET", "/") if !has_proof(request) => {
            answer(302, &[("location", "/sign-in.html?to=%2F")], b"")
        }
        _ if !has_proof(request) => problem(401, "no-proof"),
        ("GET", "/") => page(&[]),
        ("GET", "/status/status.json") => json_answer(200, &status_page()),
        ("GET", path) if path.starts_with("/files/") => match &kept.tried {
            Some(infohash) if path.contains(infohash) => file(request, &picture()),
            _ => file(request, SONG),
        },
        ("GET", path) if path.starts_with("/complete/") => {
            let tried = kept.tried.as_deref();
            let link = format!("<a href=\"/files/{}/0\">", tried.unwrap_or_default());
            answer(200, &[("content-type", "text/html")], link.as_bytes())
        }
        _ => api(request, path, kept),
    }
}

fn session(request: &Request) -> Vec<u8> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    if body["token"] != TOKEN {
        return problem(401, "wrong-token");
    }
    let cookie = format!("{COOKIE}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=9");
    answer(200, &[("set-cookie", &cookie)], b"{}")
}

fn api(request: &Request, path: &str, kept: &mut Kept) -> Vec<u8> {
    let song = || with_files(&[("song.ogg", SONG.len() as u64)]);
    match (request.method.as_str(), path) {
        ("GET", "/api/torrents") if request.path.contains("state=queued") => {
            json_answer(200, &json!({ "torrents": [] }))
        }
        ("GET", "/api/torrents") => {
            let record = torrent(INFOHASH, "t", "complete");
            json_answer(200, &json!({ "torrents": [record] }))
        }
        ("GET", "/api/workers") => workers(&worker()),
        ("POST", "/api/uploads") if request.header("sec-fetch-site") == Some("cross-site") => {
            answer(403, &[], b"{\"message\":\"Forbidden\"}")
        }
        ("POST", "/api/uploads") => {
            let url = format!("http://{}/put", request.header("host").unwrap());
            let key = format!("torrents/upload-{}.torrent", "a".repeat(32));
            let target = json!({ "upload": key, "url": url, "expires_at": "2026-01-02T03:04:05Z" });
            json_answer(201, &target)
        }
        ("POST", "/api/torrents") => add(request, kept),
        (method, path) if path.starts_with("/api/torrents/") => {
            let infohash = path.trim_start_matches("/api/torrents/");
            let is_tried = kept.tried.as_deref() == Some(infohash);
            match method {
                "DELETE" if is_tried => {
                    kept.tried = None;
                    json_answer(202, &torrent(infohash, "t", "removed"))
                }
                "GET" if is_tried => json_answer(200, &tried(infohash, "complete")),
                "GET" if infohash == INFOHASH => json_answer(200, &song()),
                _ => problem(404, "unknown-torrent"),
            }
        }
        _ => problem(404, "no-route"),
    }
}

/// The torrent of `--try`, as the API shows it.
pub(crate) fn tried(infohash: &str, state: &str) -> Value {
    let size = picture().len() as u64;
    let mut shown = with_files(&[("icon-512.png", size)]);
    shown["infohash"] = infohash.into();
    shown["state"] = state.into();
    shown["files"][0]["link"] = format!("/files/{infohash}/0").into();
    shown
}

fn add(request: &Request, kept: &mut Kept) -> Vec<u8> {
    let body: Value = serde_json::from_slice(&request.body).unwrap();
    if body["upload"].is_string() {
        return not_bencode(kept.uploaded.len() as u64 - 1);
    }
    let bytes = BASE64
        .decode(body["torrent"].as_str().unwrap().as_bytes())
        .unwrap();
    let infohash = Metainfo::parse(&bytes).unwrap().infohash.to_string();
    let seed = format!("http://{}/icon-512.png", request.header("host").unwrap());
    assert!(
        String::from_utf8_lossy(&bytes).contains(&seed),
        "the web seed"
    );
    kept.tried = Some(infohash.clone());
    json_answer(202, &torrent(&infohash, "torrent2s3 doctor", "queued"))
}

pub(crate) fn not_bencode(offset: u64) -> Vec<u8> {
    let problem = json!({
        "type": "urn:torrent2s3:problem:not-bencode", "title": "T", "status": 422, "detail": "no torrent",
        "field": "upload", "offset": offset,
    });
    json_answer(422, &problem)
}
