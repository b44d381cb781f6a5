use torrent::State;
use ureq::http::{Method, header};
use url::Url;

use super::ask::{Answer, Ask};
use super::causes::{Commands, From, silence, unexpected};
use super::finding::Finding;
use super::listing;
use crate::api::{TorrentFile, TorrentWithFiles};
use crate::http::Call;

/// So many bytes are asked for.
const PART: u64 = 16;

/// More than that is not read of who sends more.
const READ_MAX: u64 = 64 * 1024;

/// A part of a file that is in S3 already.
pub(super) fn stored_file(ask: &Ask) -> Finding {
    let listing = match listing::ask(ask, Some(State::Complete)) {
        Ok(listing) => listing,
        Err(finding) => return finding,
    };
    for record in listing.torrents.iter().take(5) {
        let url = ask.address.api(&format!("torrents/{}", record.infohash));
        let answer = match ask.send(&Call::probe(Method::GET, url).by_token()) {
            Ok(answer) => answer,
            Err(failure) => return silence(&failure),
        };
        let shown = (answer.status == 200)
            .then(|| answer.json::<TorrentWithFiles>())
            .flatten();
        let Some(shown) = shown else {
            return unexpected(&answer, From::Function("ManageTorrent"), &ask.commands);
        };
        let files = shown.files.unwrap_or_default();
        let file = files
            .into_iter()
            .find(|file| file.stored && file.size_bytes > 0 && file.link.is_some());
        if let Some(file) = file {
            return part_of(ask, &file);
        }
    }
    Finding::skipped("nothing is stored yet: `doctor --try` stores something")
}

/// Some bytes from the middle of a file.
pub(super) fn part_of(ask: &Ask, file: &TorrentFile) -> Finding {
    let url = match link(ask, file) {
        Ok(url) => url,
        Err(finding) => return finding,
    };
    let first = file.size_bytes / 2;
    let last = (first + PART - 1).min(file.size_bytes.saturating_sub(1));
    let call = Call::probe(Method::GET, url)
        .by_token()
        .with_header(header::RANGE, format!("bytes={first}-{last}"));
    match ask.send_and_read(&call, READ_MAX) {
        Ok(answer) => judge(&answer, file, first, last, &ask.commands),
        Err(failure) => silence(&failure),
    }
}

/// Where a file is, if that is at home.
pub(super) fn link(ask: &Ask, file: &TorrentFile) -> Result<Url, Finding> {
    let link = file.link.as_deref().unwrap_or_default();
    ask.address.link(link).map_err(|failure| {
        let cause = "this is not how torrent2s3 answers";
        Finding::failed(failure.to_string(), cause)
    })
}

fn judge(
    answer: &Answer,
    file: &TorrentFile,
    first: u64,
    last: u64,
    commands: &Commands,
) -> Finding {
    let size = file.size_bytes;
    match answer.status {
        206 => {}
        200 => {
            let cause = "something between here and S3 answers with whole files: players cannot jump, and `get` \
                         cannot go on where it broke off";
            return Finding::failed("200: the whole file, not the part", cause)
                .more(commands.events());
        }
        _ => return unexpected(answer, From::Files, commands),
    }
    let range = answer.header("content-range");
    let length = answer.body.len() as u64;
    if range != format!("bytes {first}-{last}/{size}") || length != last - first + 1 {
        let cause = "this is not the file that the API tells of: it was replaced, or S3 is not what answers";
        let came = format!("206 with {length} bytes of {range:?}, not of {first}-{last}/{size}");
        return Finding::failed(came, cause).more(commands.logs("CompletePage"));
    }
    // Of what is called so, S3 says that it is a PDF, which browsers show in no sandbox.
    let is_pdf = file.path.rsplit('.').next() == Some("pdf");
    let in_sandbox = is_pdf
        || answer
            .header("content-security-policy")
            .starts_with("sandbox");
    if !in_sandbox || answer.header("x-content-type-options") != "nosniff" {
        let cause = "the response headers policy FileHeaders is not part of the distribution: a page inside a \
                     torrent could act in your name";
        let came = "206, without the sandbox that keeps files from running";
        return Finding::failed(came, cause).more(commands.events());
    }
    Finding::ok(format!("206, bytes {first}-{last} of {size}, in a sandbox"))
}
