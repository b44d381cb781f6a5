use serde::de::DeserializeOwned;
use torrent::{Infohash, Label, State, TorrentRecord};
use ureq::Body;
use ureq::http::{Method, Response};
use url::Url;

use super::{Page, Problem, Submission, TorrentWithFiles, UploadTarget};
use crate::address::Address;
use crate::config::Config;
use crate::failure::Failure;
use crate::http::{Call, Http};

/// Torrents of one page: as many as the API gives.
pub(super) const PAGE: usize = 1000;

/// The longest answer that is read. Lambda gives 6 MB at most.
const ANSWER_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// The first digits of an info-hash that name a torrent.
const DIGITS_MIN: usize = 4;

/// The API, as its callers see it.
pub(crate) struct Api {
    pub(crate) http: Http,
    pub(crate) address: Address,
}

/// Which torrents to list.
#[derive(Debug, Clone, Default)]
pub(crate) struct Filter {
    pub(crate) state: Option<State>,
    pub(crate) label: Option<Label>,
}

impl Api {
    pub(crate) fn new(config: Config) -> Self {
        let Config { address, token, .. } = config;
        Self {
            http: Http::new(address.clone(), token),
            address,
        }
    }

    /// `POST /torrents`: the record, and whether it is new.
    pub(crate) fn add(&self, submission: &Submission) -> Result<(TorrentRecord, bool), Failure> {
        let body = serde_json::to_vec(submission).expect("text keys only");
        let call = Call::to_api(Method::POST, self.address.api("torrents")).with_json(&body);
        let answer = self.http.send(&call)?;
        let new = answer.status() == 202;
        Ok((read(&call, answer)?, new))
    }

    /// `POST /uploads`, then the PUT that it permits: the key to submit.
    pub(crate) fn upload(&self, torrent: &[u8]) -> Result<String, Failure> {
        let upload: UploadTarget = self.call(Method::POST, self.address.api("uploads"))?;
        let url: Url = upload.url.parse().map_err(|_| {
            Failure::unreachable("the service gave no address that takes an upload")
        })?;
        let call = Call::put_presigned(url, torrent, "application/x-bittorrent");
        let status = self.http.send(&call)?.status();
        if !status.is_success() {
            let detail = format!("the upload was not taken: S3 answered {}", status.as_u16());
            return Err(Failure::failed("upload", detail));
        }
        Ok(upload.upload)
    }

    /// `GET /torrents`, page by page, until `each` has enough and answers false.
    pub(crate) fn list(
        &self,
        filter: &Filter,
        limit: Option<usize>,
        mut each: impl FnMut(TorrentRecord) -> bool,
    ) -> Result<(), Failure> {
        let mut left = limit.unwrap_or(usize::MAX);
        let mut cursor: Option<String> = None;
        loop {
            let mut url = self.address.api("torrents");
            {
                let mut query = url.query_pairs_mut();
                query.append_pair("limit", &left.min(PAGE).to_string());
                if let Some(state) = filter.state {
                    query.append_pair("state", state.as_str());
                }
                if let Some(label) = &filter.label {
                    query.append_pair("label", label.as_str());
                }
                if let Some(cursor) = &cursor {
                    query.append_pair("cursor", cursor);
                }
            }
            let page: Page = self.call(Method::GET, url)?;
            for record in page.torrents.into_iter().take(left) {
                left -= 1;
                if !each(record) {
                    return Ok(());
                }
            }
            match page.next {
                Some(next) if left > 0 && cursor.as_ref() != Some(&next) => cursor = Some(next),
                _ => return Ok(()),
            }
        }
    }

    /// `GET /torrents/{infohash}`, with all of its files, however many answers that takes.
    pub(crate) fn show(&self, infohash: Infohash) -> Result<TorrentWithFiles, Failure> {
        let url = self.address.api(&format!("torrents/{infohash}"));
        let mut torrent: TorrentWithFiles = self.call(Method::GET, url.clone())?;
        while let (Some(files), Some(from)) = (&mut torrent.files, torrent.files_next.take()) {
            let mut url = url.clone();
            url.query_pairs_mut()
                .append_pair("files_from", &from.to_string());
            let more: TorrentWithFiles = self.call(Method::GET, url)?;
            files.extend(more.files.unwrap_or_default());
            torrent.files_next = more.files_next.filter(|next| *next > from);
        }
        Ok(torrent)
    }

    /// `POST /torrents/{infohash}/{verb}`.
    pub(crate) fn control(&self, infohash: Infohash, verb: &str) -> Result<TorrentRecord, Failure> {
        self.call(
            Method::POST,
            self.address.api(&format!("torrents/{infohash}/{verb}")),
        )
    }

    /// `DELETE /torrents/{infohash}`.
    pub(crate) fn remove(
        &self,
        infohash: Infohash,
        keep_data: bool,
    ) -> Result<TorrentRecord, Failure> {
        let mut url = self.address.api(&format!("torrents/{infohash}"));
        if keep_data {
            url.set_query(Some("data=keep"));
        }
        self.call(Method::DELETE, url)
    }

    /// The torrent that somebody means: by its info-hash, or its first digits if they fit one alone.
    pub(crate) fn infohash(&self, meant: &str) -> Result<Infohash, Failure> {
        let meant = meant.trim().to_ascii_lowercase();
        if let Ok(infohash) = meant.parse() {
            return Ok(infohash);
        }
        let hex = meant.bytes().all(|byte| byte.is_ascii_hexdigit());
        if !hex || !(DIGITS_MIN..40).contains(&meant.len()) {
            let detail = "neither an info-hash nor its first digits, at least four";
            return Err(Failure::refused("bad-infohash", detail));
        }
        let mut found = Vec::new();
        self.list(&Filter::default(), None, |record| {
            if record.infohash.to_string().starts_with(&meant) {
                found.push(record.infohash);
            }
            found.len() < 2
        })?;
        match found[..] {
            [infohash] => Ok(infohash),
            [] => Err(Failure::not_found(
                "unknown-torrent",
                "no torrent's info-hash starts so",
            )),
            _ => {
                let detail = "several torrents' info-hashes start so; give more digits";
                Err(Failure::refused("ambiguous", detail))
            }
        }
    }

    fn call<T: DeserializeOwned>(&self, method: Method, url: Url) -> Result<T, Failure> {
        let call = Call::to_api(method, url);
        let answer = self.http.send(&call)?;
        read(&call, answer)
    }
}

/// The answer, or the problem that it tells of.
fn read<T: DeserializeOwned>(call: &Call<'_>, answer: Response<Body>) -> Result<T, Failure> {
    let (head, mut body) = answer.into_parts();
    let bytes = body.with_config().limit(ANSWER_BYTES_MAX).read_to_vec();
    let bytes = bytes.map_err(|error| Failure::unreachable(format!("{call}: {error}")))?;
    if head.status.is_success() {
        return serde_json::from_slice(&bytes).map_err(|_| stranger(call, head.status.as_u16()));
    }
    Err(problem(call, head.status.as_u16(), &bytes))
}

/// What an answer that is no success says, whoever gave it.
pub(super) fn problem(call: &Call<'_>, status: u16, body: &[u8]) -> Failure {
    match serde_json::from_slice::<Problem>(body) {
        Ok(problem) if problem.status == status => Failure::answered(problem),
        // API Gateway and CloudFront in front of the API have words of their own.
        _ if matches!(status, 401 | 403) => Failure::answered(Problem {
            kind: "urn:torrent2s3:cli:forbidden".into(),
            title: "Not allowed".into(),
            status,
            detail: "the service does not let you in; is the token right?".into(),
            field: None,
            offset: None,
            key: None,
        }),
        _ => stranger(call, status),
    }
}

fn stranger(call: &Call<'_>, status: u16) -> Failure {
    let detail = format!(
        "{call} was answered with {status}, but not as torrent2s3 answers; is the address right?"
    );
    Failure::unreachable(detail)
}
