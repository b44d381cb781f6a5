use std::io::Read;
use std::path::{Path, PathBuf};
use std::thread;
use std::time::Duration;

use torrent::{ANSWER_BYTES_MAX, Infohash};
use ureq::Body;
use ureq::http::{HeaderMap, Response, header};
use url::Url;

use super::partial::Partial;
use super::place::Folder;
use crate::failure::Failure;
use crate::http::{Call, FileRange, Http};

/// How often in a row a file may break off without a byte more, before it is given up.
const STALLS_MAX: u32 = 3;

/// After a file broke off.
const PAUSE: Duration = Duration::from_millis(500);

/// Bytes of one request of a file that is too large for one answer.
const RANGE_BYTES: u64 = 10_000_000_000;

/// One file to download.
#[derive(Debug)]
pub(crate) struct Job {
    pub(crate) infohash: Infohash,
    pub(crate) index: u32,
    /// As the torrent calls it.
    pub(crate) path: String,
    pub(crate) size_bytes: u64,
    pub(crate) url: Url,
    pub(crate) target: PathBuf,
}

/// Why a request did not bring the rest of the file.
enum Break {
    /// It can go on from where it is.
    Passing(Failure),
    /// It cannot.
    Final(Failure),
}

impl From<Failure> for Break {
    fn from(failure: Failure) -> Self {
        Self::Final(failure)
    }
}

/// Downloads a file and gives it its name. `at` hears how many bytes there are, whenever that changes.
///
/// # Errors
/// When it does not get whole; what came is kept, and the next call goes on from there.
pub(crate) fn download(
    http: &Http,
    root: &Path,
    job: &Job,
    at: &dyn Fn(u64),
) -> Result<(), Failure> {
    let mut partial = Folder::partial(root, job.infohash, job.index)?;
    let mut stalls = 0;
    loop {
        let before = partial.len();
        match fetch_rest(http, job, &mut partial, at) {
            Ok(()) if partial.len() >= job.size_bytes => break,
            Ok(()) => stalls = 0,
            Err(Break::Final(failure)) => return Err(failure),
            Err(Break::Passing(failure)) => {
                stalls = if partial.len() > before {
                    0
                } else {
                    stalls + 1
                };
                if stalls == STALLS_MAX {
                    return Err(failure);
                }
                thread::sleep(PAUSE);
            }
        }
    }
    partial.finish(&job.target)
}

/// One request for what is missing, or for as much of it as one answer can bring.
fn fetch_rest(
    http: &Http,
    job: &Job,
    partial: &mut Partial,
    at: &dyn Fn(u64),
) -> Result<(), Break> {
    let rest = partial.rest(job.size_bytes);
    let from = rest.map_or(0, |(from, _)| from);
    let in_ranges = job.size_bytes > ANSWER_BYTES_MAX;
    let end = if in_ranges {
        job.size_bytes.min(from + RANGE_BYTES)
    } else {
        job.size_bytes
    };
    let range = (from > 0 || in_ranges).then(|| FileRange {
        from,
        last: in_ranges.then(|| end - 1),
        etag: rest.map(|(_, etag)| etag),
    });
    let answer = http.send(&Call::get_file(job.url.clone(), range))?;
    let mut end = end;
    match answer.status().as_u16() {
        206 if from == 0 && in_ranges => {
            let etag = etag(answer.headers());
            if content_range(answer.headers()) != wanted_range(0, end, job.size_bytes) {
                return Err(Break::Final(wrong_size(job, "is sent in another part")));
            }
            // Without one the next range could be another file's.
            if !etag.is_some_and(|etag| etag.starts_with('"')) {
                return Err(Break::Final(Failure::failed(
                    "no-etag",
                    "it is too large for one request, and the service gives it no strong ETag",
                )));
            }
            partial.restart(etag)?;
        }
        206 if from > 0 => {
            if !continues(answer.headers(), partial, from, end, job.size_bytes) {
                partial.restart(None)?;
                return Err(Break::Passing(wrong_size(
                    job,
                    "sends another part than was asked for",
                )));
            }
            partial.cut(from)?;
        }
        200 => {
            let length = number(answer.headers().get(header::CONTENT_LENGTH));
            if let Some(length) = length.filter(|length| *length != job.size_bytes) {
                return Err(Break::Final(wrong_size(
                    job,
                    &format!("is sent with {length} bytes"),
                )));
            }
            partial.restart(etag(answer.headers()))?;
            end = job.size_bytes;
        }
        // The file is shorter than what is here, so it is another one now.
        416 => {
            partial.restart(None)?;
            return Err(Break::Passing(wrong_size(job, "has become shorter")));
        }
        404 => {
            return Err(Break::Final(Failure::not_found(
                "not-stored",
                "it is not stored any more",
            )));
        }
        401 | 403 => {
            return Err(Break::Final(Failure::refused(
                "forbidden",
                "the service does not give it to you; is the token right?",
            )));
        }
        status => {
            return Err(Break::Final(Failure::unreachable(format!(
                "the service answers {status}"
            ))));
        }
    }
    at(partial.len());
    copy(answer, job, partial, end, at)
}

/// Appends the body, which ends before the byte `end`, to what is here.
fn copy(
    answer: Response<Body>,
    job: &Job,
    partial: &mut Partial,
    end: u64,
    at: &dyn Fn(u64),
) -> Result<(), Break> {
    let mut body = answer
        .into_body()
        .into_with_config()
        .limit(u64::MAX)
        .reader();
    let mut buffer = vec![0; 128 * 1024];
    loop {
        let read = match body.read(&mut buffer) {
            Ok(read) => read,
            Err(error) => {
                return Err(Break::Passing(Failure::unreachable(format!(
                    "it broke off: {error}"
                ))));
            }
        };
        if read == 0 {
            break;
        }
        if partial.len() + read as u64 > end {
            partial.restart(None)?;
            return Err(Break::Final(wrong_size(job, "is longer")));
        }
        partial.append(&buffer[..read])?;
        at(partial.len());
    }
    if partial.len() < end {
        return Err(Break::Passing(wrong_size(
            job,
            &format!("broke off after {} bytes", partial.len()),
        )));
    }
    Ok(())
}

/// Whether a 206 brings just the bytes that were asked for, of the file whose first bytes are here.
fn continues(headers: &HeaderMap, partial: &Partial, from: u64, end: u64, size_bytes: u64) -> bool {
    content_range(headers) == wanted_range(from, end, size_bytes)
        && etag(headers).is_none_or(|etag| partial.belongs_to(etag))
}

fn content_range(headers: &HeaderMap) -> &str {
    let range = headers.get(header::CONTENT_RANGE);
    range
        .and_then(|range| range.to_str().ok())
        .and_then(|range| range.strip_prefix("bytes "))
        .unwrap_or_default()
}

fn wanted_range(from: u64, end: u64, size_bytes: u64) -> String {
    format!("{from}-{}/{size_bytes}", end.saturating_sub(1))
}

fn etag(headers: &HeaderMap) -> Option<&str> {
    headers.get(header::ETAG)?.to_str().ok()
}

fn number(value: Option<&header::HeaderValue>) -> Option<u64> {
    value?.to_str().ok()?.trim().parse().ok()
}

fn wrong_size(job: &Job, what: &str) -> Failure {
    Failure::failed(
        "wrong-size",
        format!("it {what}, and the torrent says {} bytes", job.size_bytes),
    )
}
