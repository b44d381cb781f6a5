use serde_json::json;
use ureq::http::{Method, StatusCode};
use url::Url;

use super::ask::Ask;
use super::causes::{From, silence, unexpected};
use super::finding::Finding;
use crate::api::UploadTarget;
use crate::http::Call;

const CONTENT_TYPE: &str = "application/x-bittorrent";

/// Uploads what is no torrent, and has the API read it: its refusal names the byte where it stopped, which only who
/// has read the bytes can know. The upload itself goes within a day or two, as every upload does.
pub(super) fn storing(ask: &Ask) -> Finding {
    let start = Call::probe(Method::POST, ask.address.api("uploads")).by_token();
    let answer = match ask.send(&start) {
        Ok(answer) => answer,
        Err(failure) => return silence(&failure),
    };
    let target = (answer.status == 201)
        .then(|| answer.json::<UploadTarget>())
        .flatten();
    let Some(target) = target else {
        return unexpected(&answer, From::Function("AddTorrent"), &ask.commands);
    };
    let (bytes, offset) = match broken() {
        Ok(broken) => broken,
        Err(error) => return Finding::failed(error.to_string(), "this machine has no randomness"),
    };
    if let Some(finding) = put(ask, &target.url, &bytes) {
        return finding;
    }
    let body = json!({ "upload": target.upload }).to_string();
    let read = Call::probe(Method::POST, ask.address.api("torrents")).by_token();
    let answer = match ask.send(&read.carrying("application/json", body.as_bytes())) {
        Ok(answer) => answer,
        Err(failure) => return silence(&failure),
    };
    let problem = answer.problem();
    if answer.is_problem(422, "no-upload") {
        let cause =
            "the bucket that took the upload is not the one that is read, or the object went";
        return Finding::failed(answer.in_words(), cause).more(ask.commands.logs("AddTorrent"));
    }
    match problem.filter(|_| answer.is_problem(422, "not-bencode")) {
        Some(problem) if problem.offset == Some(offset) => {
            let bytes = bytes.len();
            Finding::ok(format!("{bytes} bytes went there and were read back"))
        }
        Some(problem) => {
            let cause = "what was read is not what was stored";
            let came = format!("refused at byte {:?}, not {offset}", problem.offset);
            Finding::failed(came, cause).more(ask.commands.logs("AddTorrent"))
        }
        None => unexpected(&answer, From::Function("AddTorrent"), &ask.commands),
    }
}

fn put(ask: &Ask, url: &str, bytes: &[u8]) -> Option<Finding> {
    let Ok(url) = url.parse::<Url>() else {
        let cause = "this is not how torrent2s3 answers";
        return Some(Finding::failed("no address to upload to came", cause));
    };
    let host = url.host_str().unwrap_or_default().to_owned();
    let call = Call::probe(Method::PUT, url).carrying(CONTENT_TYPE, bytes);
    let answer = match ask.send(&call) {
        Ok(answer) => answer,
        Err(failure) => {
            let cause = format!("S3 ({host}) is not reachable from here");
            return Some(Finding::failed(failure.to_string(), cause));
        }
    };
    if StatusCode::from_u16(answer.status).is_ok_and(|status| status.is_success()) {
        return None;
    }
    let came = format!("S3 answered the PUT with {}", answer.status);
    let cause = "the role of AddTorrent may not write there, or its credentials ended";
    Some(Finding::failed(came, cause).more(ask.commands.logs("AddTorrent")))
}

/// A dictionary whose first value is none, after a key of random length; also where that is.
fn broken() -> Result<(Vec<u8>, u64), getrandom::Error> {
    let mut random = [0; 1];
    getrandom::fill(&mut random)?;
    let key = "?".repeat(usize::from(random[0]) + 1);
    let start = format!("d{}:{key}", key.len());
    let offset = start.len() as u64;
    Ok((format!("{start}x").into_bytes(), offset))
}

#[cfg(test)]
mod tests {
    use torrent::{Metainfo, MetainfoError};

    use super::*;

    #[test]
    fn what_is_broken_is_found_where_it_is() {
        let (bytes, offset) = broken().unwrap();
        let MetainfoError::Bencode(error) = Metainfo::parse(&bytes).unwrap_err() else {
            panic!("bencode is what is wrong");
        };
        assert_eq!(error.offset as u64, offset);
    }
}
