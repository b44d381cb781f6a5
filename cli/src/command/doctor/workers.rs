//! The boxes, and what waits for one.

use torrent::{State, Timestamp};
use ureq::http::Method;

use super::ask::{Answer, Ask};
use super::causes::{Commands, From, silence, unexpected};
use super::finding::Finding;
use super::listing;
use crate::api::{Worker, Workers};
use crate::http::Call;
use crate::text;

/// A clock so far off makes heartbeats look old; AWS refuses requests at five minutes.
const CLOCK_SECONDS_MAX: u64 = 30;

/// A live worker takes a torrent within seconds.
const QUEUED_SECONDS_MAX: i64 = 600;

/// All workers, and when they were asked for.
#[derive(Debug, Default)]
pub(super) struct Fleet {
    workers: Vec<Worker>,
    now: Timestamp,
}

impl Fleet {
    pub(super) fn ask(ask: &Ask) -> Result<Self, Finding> {
        let call = Call::probe(Method::GET, ask.address.api("workers")).by_token();
        let answer = ask.send(&call).map_err(|failure| silence(&failure))?;
        if answer.is_problem(404, "no-route") {
            let cause = "what is deployed is older than this program: update it";
            return Err(Finding::failed(answer.in_words(), cause)
                .more("sam build && sam deploy --config-file samconfig.local.toml"));
        }
        Self::read(&answer)
            .ok_or_else(|| unexpected(&answer, From::Function("ManageTorrent"), &ask.commands))
    }

    fn read(answer: &Answer) -> Option<Self> {
        let workers = (answer.status == 200).then(|| answer.json::<Workers>())??;
        Some(Self {
            workers: workers.workers,
            now: answer.date().unwrap_or_else(Timestamp::now),
        })
    }

    pub(super) fn is_live(&self) -> impl Iterator<Item = (&str, bool)> {
        self.workers
            .iter()
            .map(|worker| (worker.id.as_str(), worker.live))
    }

    fn live(&self) -> impl Iterator<Item = &Worker> {
        self.workers.iter().filter(|worker| worker.live)
    }

    fn each(&self, say: impl Fn(&Worker) -> String) -> String {
        let words: Vec<_> = self
            .live()
            .map(|worker| format!("{} {}", worker.id, say(worker)))
            .collect();
        words.join("; ")
    }

    pub(super) fn heartbeat(&self, commands: &Commands) -> Finding {
        let Some(last) = self.workers.iter().max_by_key(|worker| worker.last_seen) else {
            let cause = "the box is still installing itself, which takes some minutes after the first deployment, \
                         or its start is stuck";
            return Finding::failed("no worker has ever registered", cause).more(commands.events());
        };
        if self.live().next().is_some() {
            return Finding::ok(self.each(|worker| format!("{} ago", self.age(worker))));
        }
        let came = format!("{} {} ago", last.id, self.age(last));
        let cause = "the box is off or stuck, or Deluge or the agent does not run there";
        Finding::failed(came, cause).more(format!(
            "{}   # then: journalctl -u torrent2s3-agent -u deluged -u deluge-web",
            Commands::shell(Some(&last.id))
        ))
    }

    /// By AWS's clock.
    fn age(&self, worker: &Worker) -> String {
        let seen = worker
            .last_seen
            .as_second()
            .saturating_sub(worker.clock_ahead_seconds.unwrap_or_default());
        text::duration(u64::try_from(self.now.as_second().saturating_sub(seen)).unwrap_or_default())
    }

    pub(super) fn deluge(&self, commands: &Commands) -> Finding {
        let unknown = self.live().find(|worker| worker.deluge_version.is_none());
        if let Some(worker) = unknown {
            return older_agent(worker, commands);
        }
        Finding::ok(self.each(|worker| worker.deluge_version.clone().unwrap_or_default()))
    }

    pub(super) fn disk(&self, commands: &Commands) -> Finding {
        let free = |worker: &Worker| worker.free_bytes.map(text::size);
        if let Some(worker) = self.live().find(|worker| worker.full) {
            let came = format!(
                "{} has {} left",
                worker.id,
                free(worker).unwrap_or_default()
            );
            let cause = "so little that downloads rest: VolumeGib is too small for what is downloaded at once, or \
                         something else fills the disk";
            let shell = Commands::shell(Some(&worker.id));
            return Finding::failed(came, cause).more(format!("{shell}   # then: df -h"));
        }
        if let Some(worker) = self.live().find(|worker| worker.free_bytes.is_none()) {
            return older_agent(worker, commands);
        }
        Finding::ok(self.each(|worker| format!("{} free", free(worker).unwrap_or_default())))
    }

    pub(super) fn clock(&self, commands: &Commands) -> Finding {
        for worker in self.live() {
            let Some(ahead) = worker.clock_ahead_seconds else {
                return older_agent(worker, commands);
            };
            if ahead.unsigned_abs() > CLOCK_SECONDS_MAX {
                let side = if ahead > 0 { "ahead" } else { "behind" };
                let off = text::duration(ahead.unsigned_abs());
                let came = format!("{} is {off} {side}", worker.id);
                let cause = "the box does not keep its time; from five minutes on AWS refuses what it sends";
                let shell = Commands::shell(Some(&worker.id));
                return Finding::failed(came, cause).more(format!("{shell}   # then: timedatectl"));
            }
        }
        Finding::ok(
            self.each(|worker| format!("{:+} s", worker.clock_ahead_seconds.unwrap_or_default())),
        )
    }
}

fn older_agent(worker: &Worker, commands: &Commands) -> Finding {
    let cause =
        "its agent is of an older version; a new one arrives within five minutes of a deployment";
    Finding::warning(format!("{} does not say", worker.id), cause).more(commands.events())
}

/// How long torrents wait for a worker.
pub(super) fn queue(ask: &Ask) -> Finding {
    match listing::ask(ask, Some(State::Queued)) {
        Ok(listing) => judge(&listing, &ask.commands),
        Err(finding) => finding,
    }
}

fn judge(listing: &listing::Listing, commands: &Commands) -> Finding {
    let since = |record: &torrent::TorrentRecord| record.since.queued.unwrap_or(record.added_at);
    let waiting = listing.torrents.iter().filter(|record| !record.paused);
    let Some(first) = waiting.min_by_key(|record| since(record)) else {
        return Finding::ok("nothing waits");
    };
    let seconds = listing.now.as_second() - since(first).as_second();
    let waits = text::duration(u64::try_from(seconds).unwrap_or_default());
    let count = text::count(listing.torrents.len() as u64, "torrent");
    let why = first.reason.as_deref().map(|reason| format!(": {reason}"));
    let came = format!("{count}, the first for {waits}{}", why.unwrap_or_default());
    if seconds <= QUEUED_SECONDS_MAX {
        return Finding::ok(came);
    }
    let cause =
        "no worker is live, none has the room, or the function that hands torrents out fails";
    Finding::failed(came, cause).more(commands.logs("WatchQueue"))
}
