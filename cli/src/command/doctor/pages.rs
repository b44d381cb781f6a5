use std::thread;
use std::time::{Duration, Instant};

use serde::Deserialize;
use torrent::{Infohash, State, Timestamp, TorrentRecord};

use super::ask::{Answer, Ask};
use super::causes::{From, silence, unexpected};
use super::finding::Finding;
use super::listing::{self, Listing};
use super::waiting::Waiting;
use super::workers::Fleet;
use crate::output::Output;
use crate::text;

/// A page is made every minute, if there is news.
const PATIENCE: Duration = Duration::from_secs(75);
const PAUSE: Duration = Duration::from_secs(5);

/// What of `status.json` is looked at.
#[derive(Debug, Deserialize)]
struct StatusPage {
    generated_at: Timestamp,
    /// There while something is active.
    fresh_until: Option<Timestamp>,
    workers: Vec<ListedWorker>,
    torrents: Vec<ListedTorrent>,
}

#[derive(Debug, Deserialize)]
struct ListedWorker {
    id: String,
    live: bool,
}

#[derive(Debug, Deserialize)]
struct ListedTorrent {
    infohash: Infohash,
    state: State,
}

/// An idle page is not written again, so its age says nothing: it is compared with what the API says. What changed
/// within the last minute may be missing; for anything else the next run is waited for.
pub(super) fn pages(ask: &Ask, output: Output) -> Finding {
    let waiting = Waiting::new(output);
    let (start, limit) = (Instant::now(), ask.limit(PATIENCE));
    loop {
        let behind = match look(ask) {
            Ok(fine) => return Finding::ok(fine),
            Err(Trouble::Other(finding)) => return finding,
            Err(Trouble::Behind(behind)) => behind,
        };
        if start.elapsed() >= limit {
            let cause = "the function that makes the pages every minute does not run, or fails";
            return Finding::failed(behind, cause).more(ask.commands.logs("StatusPage"));
        }
        waiting.say(&format!("{behind}; waiting for the next run"));
        thread::sleep(PAUSE.min(limit.saturating_sub(start.elapsed())));
    }
}

enum Trouble {
    /// The page is not what it should be, yet.
    Behind(String),
    Other(Finding),
}

fn look(ask: &Ask) -> Result<String, Trouble> {
    // The page first: what the API says later is no older.
    let answer = ask.send(&ask.get("status/status.json").by_token());
    let answer = answer.map_err(|failure| Trouble::Other(silence(&failure)))?;
    let page = read(&answer, ask)?;
    let listing = listing::ask(ask, None).map_err(Trouble::Other)?;
    let fleet = Fleet::ask(ask).map_err(Trouble::Other)?;
    judge(&page, &listing, &fleet).map_err(Trouble::Behind)
}

fn read(answer: &Answer, ask: &Ask) -> Result<StatusPage, Trouble> {
    match answer.status {
        200 => answer.json().ok_or_else(|| {
            let cause = "something else is at this address";
            Trouble::Other(Finding::failed("200, but not our JSON", cause))
        }),
        // S3 says so of what is not there, the latter where it may not say that.
        404 | 403 => Err(Trouble::Behind("there is no status page".into())),
        _ => Err(Trouble::Other(unexpected(
            answer,
            From::Site,
            &ask.commands,
        ))),
    }
}

fn judge(page: &StatusPage, listing: &Listing, fleet: &Fleet) -> Result<String, String> {
    let age = |at: Timestamp| {
        let seconds = listing.now.as_second() - at.as_second();
        text::duration(u64::try_from(seconds).unwrap_or_default())
    };
    if let Some(until) = page.fresh_until {
        if listing.now > until {
            return Err(format!(
                "torrents are active, but it is of {} ago",
                age(page.generated_at)
            ));
        }
        return Ok(format!(
            "made {} ago, which is soon enough",
            age(page.generated_at)
        ));
    }
    let mut known: Vec<_> = page
        .workers
        .iter()
        .map(|worker| (worker.id.as_str(), worker.live))
        .collect();
    let mut workers: Vec<_> = fleet.is_live().collect();
    known.sort_unstable();
    workers.sort_unstable();
    if known != workers {
        return Err("it has other workers than the API".into());
    }
    let mut recent = "";
    for record in &listing.torrents {
        let listed = page
            .torrents
            .iter()
            .find(|torrent| torrent.infohash == record.infohash);
        let agrees = match listed {
            Some(torrent) => torrent.state == record.state,
            // It lists the last 200 of those that ended.
            None => !record.state.is_active() && page.torrents.len() >= 200,
        };
        if agrees {
            continue;
        }
        if listing.now.duration_since(changed(record)).as_secs() > PATIENCE.as_secs().cast_signed()
        {
            let (infohash, state) = (record.infohash, record.state.as_str());
            return Err(format!("it does not say that {infohash} is {state}"));
        }
        recent = ", but for the last minute's changes, which the next run adds";
    }
    Ok(format!(
        "says what the API says{recent}; written {} ago, when that last changed",
        age(page.generated_at)
    ))
}

/// When its state changed last.
fn changed(record: &TorrentRecord) -> Timestamp {
    let since = &record.since;
    let times = [
        since.queued,
        since.downloading,
        since.transferring,
        since.complete,
        since.failed,
    ];
    times.into_iter().flatten().max().unwrap_or(record.added_at)
}
