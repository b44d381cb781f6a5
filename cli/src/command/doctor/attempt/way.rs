use std::thread;
use std::time::{Duration, Instant};

use torrent::{Activity, State};
use ureq::http::Method;
use url::Url;

use super::super::ask::{Answer, Ask};
use super::super::causes::{Commands, From, silence, unexpected};
use super::super::finding::Finding;
use super::super::interrupt::Interrupt;
use super::super::range;
use super::super::sample::Sample;
use super::super::waiting::Waiting;
use crate::api::{Submission, SubmittedSource, TorrentFile, TorrentWithFiles};
use crate::failure::Failure;
use crate::http::Call;
use crate::text;

/// Something of the site that everybody may read and CloudFront does not compress.
pub(super) const PICTURE: &str = "icon-512.png";

/// What the torrent is called.
const NAME: &str = "torrent2s3 doctor";

const PAUSE: Duration = Duration::from_secs(1);

/// For all of the way.
const PATIENCE: Duration = Duration::from_mins(5);

/// For the removal, Deluge's part included.
const REMOVAL: Duration = Duration::from_mins(2);

/// The torrent and what it is compared with.
pub(super) struct Attempt<'a> {
    pub(super) ask: &'a Ask,
    seed: Url,
    content: Vec<u8>,
    sample: Sample,
}

impl<'a> Attempt<'a> {
    pub(super) fn new(ask: &'a Ask) -> Result<Self, Finding> {
        let seed = ask.address.page(PICTURE);
        let answer = ask
            .send(&ask.get(PICTURE))
            .map_err(|failure| silence(&failure))?;
        if answer.status != 200 || answer.body.is_empty() {
            return Err(unexpected(&answer, From::Site, &ask.commands));
        }
        let mut key = [0; 16];
        getrandom::fill(&mut key).map_err(|error| {
            Finding::failed(error.to_string(), "this machine has no randomness")
        })?;
        let sample = Sample::new(PICTURE, &answer.body, &seed, key);
        Ok(Self {
            ask,
            seed,
            content: answer.body,
            sample,
        })
    }

    pub(super) fn add(&self) -> Finding {
        let torrent = data_encoding::BASE64.encode(&self.sample.metainfo);
        let submission = Submission {
            source: SubmittedSource::Torrent(torrent),
            name: Some(NAME.to_owned()),
            label: None,
            files: None,
        };
        let body = serde_json::to_vec(&submission).expect("text keys only");
        let call = Call::probe(Method::POST, self.ask.address.api("torrents")).by_token();
        match self.ask.send(&call.carrying("application/json", &body)) {
            Ok(answer) if answer.status == 202 => {
                Finding::ok(format!("202, {}", self.sample.infohash))
            }
            Ok(answer) => unexpected(&answer, From::Function("AddTorrent"), &self.ask.commands),
            Err(failure) => silence(&failure),
        }
    }

    fn record(&self) -> Result<Answer, Failure> {
        let url = self
            .ask
            .address
            .api(&format!("torrents/{}", self.sample.infohash));
        self.ask.send(&Call::probe(Method::GET, url).by_token())
    }

    /// The torrent, once it is complete. One look that fails is not the end.
    pub(super) fn wait(
        &self,
        waiting: &Waiting,
        interrupt: &Interrupt,
    ) -> Result<(Finding, TorrentWithFiles), Finding> {
        let (start, limit) = (Instant::now(), self.ask.limit(PATIENCE));
        loop {
            let last = match self.record() {
                Ok(answer) => match answer.json::<TorrentWithFiles>() {
                    Some(torrent) if answer.status == 200 => Ok(torrent),
                    _ => Err(answer.in_words()),
                },
                Err(failure) => Err(failure.to_string()),
            };
            if let Ok(torrent) = &last {
                let record = &torrent.record;
                match record.state {
                    State::Complete => {
                        let took = text::duration(start.elapsed().as_secs());
                        let finding = Finding::ok(format!("complete after {took}"));
                        return last
                            .map(|torrent| (finding, torrent))
                            .map_err(|said| Finding::failed(said, ""));
                    }
                    State::Failed => {
                        let reason = record.reason.as_deref().unwrap_or("without a reason");
                        return Err(self.stuck(torrent, format!("it failed: {reason}")));
                    }
                    _ => waiting.say(&format!("it is {}", text::state(record))),
                }
            }
            if interrupt.came() {
                return Err(Finding::failed(
                    "interrupted",
                    "somebody wanted to end this",
                ));
            }
            if start.elapsed() >= limit {
                let limit = text::duration(limit.as_secs());
                return Err(match &last {
                    Ok(torrent) => {
                        let state = text::state(&torrent.record);
                        self.stuck(torrent, format!("still {state} after {limit}"))
                    }
                    Err(said) => {
                        let cause = "the API does not answer as it did before";
                        Finding::failed(format!("{said} after {limit}"), cause)
                            .more(self.ask.commands.logs("ManageTorrent"))
                    }
                });
            }
            interrupt.sleep(PAUSE);
        }
    }

    /// Why it does not go on, by where it stands.
    fn stuck(&self, torrent: &TorrentWithFiles, came: String) -> Finding {
        let record = &torrent.record;
        let shell = || {
            let shell = Commands::shell(record.worker.as_deref());
            format!("{shell}   # then: journalctl -u torrent2s3-agent -u deluged")
        };
        let activity = record
            .progress
            .as_ref()
            .and_then(|progress| progress.activity);
        match record.state {
            State::Downloading if activity == Some(Activity::Waiting) => {
                let cause = "other torrents keep Deluge busy: it downloads only a few at a time";
                Finding::failed(came, cause).more(shell())
            }
            State::Downloading => {
                let cause = format!(
                    "the box does not reach {}, or the agent does not run",
                    self.seed
                );
                Finding::failed(came, cause).more(shell())
            }
            State::Transferring => {
                let cause =
                    "the agent cannot store it, or the function that completes torrents fails";
                Finding::failed(came, cause).more(self.ask.commands.logs("CompletePage"))
            }
            _ => {
                let cause = "no worker took it: its Deluge does not answer the function that hands torrents out";
                Finding::failed(came, cause).more(self.ask.commands.logs("WatchQueue"))
            }
        }
    }

    pub(super) fn page(&self, file: &TorrentFile) -> Finding {
        let url = self.ask.address.complete_page(self.sample.infohash);
        let answer = match self.ask.send(&Call::probe(Method::GET, url).by_token()) {
            Ok(answer) => answer,
            Err(failure) => return silence(&failure),
        };
        if answer.status != 200 {
            return unexpected(&answer, From::Site, &self.ask.commands);
        }
        let link = file.link.as_deref().unwrap_or_default();
        if !link.is_empty() && String::from_utf8_lossy(&answer.body).contains(link) {
            return Finding::ok("200, with the link");
        }
        let cause = "the function that makes torrents' pages is behind, or fails";
        Finding::failed("200, without the link", cause).more(self.ask.commands.logs("CompletePage"))
    }

    pub(super) fn bytes(&self, file: &TorrentFile) -> Finding {
        let url = match range::link(self.ask, file) {
            Ok(url) => url,
            Err(finding) => return finding,
        };
        let answer = match self.ask.send(&Call::probe(Method::GET, url).by_token()) {
            Ok(answer) => answer,
            Err(failure) => return silence(&failure),
        };
        if answer.status != 200 {
            return unexpected(&answer, From::Files, &self.ask.commands);
        }
        let (came, sent) = (answer.body.len(), self.content.len());
        if answer.body == self.content {
            return Finding::ok(format!("200, all {sent} bytes are the same"));
        }
        let cause = "something between here and S3 changes files, or another file is stored there";
        Finding::failed(
            format!("{came} bytes that differ from the {sent} that went in"),
            cause,
        )
        .more(self.ask.commands.logs("CompletePage"))
    }

    pub(super) fn remove(&self, waiting: &Waiting) -> Finding {
        let finding = self.removal(waiting);
        finding.more_if_failed(|| format!("torrent2s3 remove {}", self.sample.infohash))
    }

    fn removal(&self, waiting: &Waiting) -> Finding {
        let url = self
            .ask
            .address
            .api(&format!("torrents/{}", self.sample.infohash));
        let (start, limit) = (Instant::now(), self.ask.limit(REMOVAL));
        let call = Call::probe(Method::DELETE, url).by_token();
        loop {
            let answer = self.ask.send(&call);
            let has_time = start.elapsed() < limit;
            match answer {
                Ok(answer) if answer.is_problem(404, "unknown-torrent") => {
                    return Finding::ok("it was not there");
                }
                Ok(answer) if answer.status == 202 => break,
                Ok(answer) if has_time && (answer.status == 429 || answer.status >= 500) => {}
                Ok(answer) => {
                    let function = From::Function("ManageTorrent");
                    return unexpected(&answer, function, &self.ask.commands);
                }
                Err(_) if has_time => {}
                Err(failure) => return silence(&failure),
            }
            thread::sleep(PAUSE);
        }
        waiting.say("it is removed");
        loop {
            let answer = self.record();
            if answer.is_ok_and(|answer| answer.is_problem(404, "unknown-torrent")) {
                let took = text::duration(start.elapsed().as_secs());
                return Finding::ok(format!("gone after {took}"));
            }
            if start.elapsed() >= limit {
                let limit = text::duration(limit.as_secs());
                let cause = "its Deluge does not answer the function that removes torrents; this one is still there";
                return Finding::failed(format!("still there after {limit}"), cause);
            }
            thread::sleep(PAUSE);
        }
    }
}
