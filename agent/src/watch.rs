use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use deluge::{Client, Key, TorrentStatus};
use store::Records;
use tokio::time::{Instant, sleep};

use crate::fault::Fault;
use crate::moving::{Moving, Step};
use crate::removal::Goal;
use crate::report::Reporter;
use crate::transfer::Transfer;

/// How often Deluge is asked, whatever it says by itself.
const PERIOD: Duration = Duration::from_secs(2);

/// How long a torrent that could not be moved is left alone.
const PAUSE: Duration = Duration::from_secs(30);

/// As [`PAUSE`], when what was read may just not have been written yet.
const SHORT_PAUSE: Duration = Duration::from_secs(5);

/// How often a torrent that is wholly stored is looked at, to be removed.
const REMOVAL_PERIOD: Duration = Duration::from_secs(15);

/// Which events are worth a look.
const EVENTS: [&str; 2] = ["TorrentFileCompletedEvent", "TorrentFinishedEvent"];

/// Looks for finished files and has them moved, one torrent after the other.
pub(crate) struct Watch<'a> {
    pub(crate) deluge: Client,
    pub(crate) records: Records,
    pub(crate) transfer: &'a Transfer,
    pub(crate) reporter: Reporter,
    pub(crate) state_dir: PathBuf,
    pub(crate) goal: Goal,
    /// The most bytes of content that a torrent may bring.
    pub(crate) total_bytes_max: Option<u64>,
}

/// A torrent as this run of the agent knows it.
#[derive(Default)]
struct Known {
    moving: Option<Moving>,
    is_whole: bool,
    /// Bytes that Deluge had at the last look that found nothing to do.
    seen_bytes: Option<u64>,
    not_before: Option<Instant>,
    /// How often in a row something on disk was not the torrent's.
    content_faults: u32,
    /// Whether the record says that it waits.
    is_told: bool,
}

impl Watch<'_> {
    pub(crate) async fn run(&self) {
        let mut known = BTreeMap::new();
        loop {
            match self
                .deluge
                .status_of_all(&[Key::IsFinished, Key::TotalDone])
                .await
            {
                Ok(torrents) => self.look(torrents, &mut known).await,
                Err(error) => tracing::warn!(%error, "Deluge does not answer"),
            }
            tokio::select! {
                () = sleep(PERIOD) => {}
                () = self.event() => {}
            }
        }
    }

    /// Returns when something happened in Deluge; polling goes on if that cannot be heard.
    async fn event(&self) {
        loop {
            match self.deluge.wait_for(&EVENTS).await {
                Ok(true) => return,
                Ok(false) => {}
                Err(error) => {
                    tracing::debug!(%error, "Deluge's events cannot be heard");
                    sleep(PERIOD).await;
                }
            }
        }
    }

    async fn look(
        &self,
        torrents: BTreeMap<String, TorrentStatus>,
        known: &mut BTreeMap<String, Known>,
    ) {
        // A torrent that was removed and added again is new.
        known.retain(|id, _| torrents.contains_key(id));
        for (id, status) in torrents {
            let known = known.entry(id.clone()).or_default();
            let rests = known.not_before.is_some_and(|at| Instant::now() < at);
            let is_finished = status.is_finished == Some(true);
            let nothing_new = !is_finished && known.seen_bytes == status.total_done;
            if rests || nothing_new {
                continue;
            }
            let outcome = if known.is_whole {
                self.remove_if_done(&id, known).await
            } else {
                self.step(&id, status.total_done, known).await
            };
            if let Err(fault) = outcome {
                self.fault(&id, fault, known).await;
            }
        }
    }

    async fn step(
        &self,
        id: &str,
        total_done: Option<u64>,
        known: &mut Known,
    ) -> Result<(), Fault> {
        let step = self.advance(id, &mut known.moving).await?;
        known.content_faults = 0;
        known.seen_bytes = total_done.filter(|_| step == Step::Nothing);
        known.is_whole = step == Step::Whole;
        if let Some(moving) = known.moving.as_ref().filter(|_| known.is_told) {
            let infohash = moving.source.metainfo.infohash;
            self.reporter.waiting(infohash, None).await;
            known.is_told = false;
        }
        Ok(())
    }

    async fn remove_if_done(&self, id: &str, known: &mut Known) -> Result<(), Fault> {
        known.not_before = Some(Instant::now() + REMOVAL_PERIOD);
        if let Some(moving) = &known.moving
            && !self.remove_when_met(id, &moving.source).await?
        {
            // What was stored is not there any more: from the start.
            *known = Known::default();
        }
        Ok(())
    }

    /// Leaves a torrent alone for a while, and says why. What is on disk is checked by Deluge when it was found
    /// wrong twice: once, it may not have been written yet.
    async fn fault(&self, id: &str, fault: Fault, known: &mut Known) {
        let is_content = matches!(fault, Fault::Content(_));
        known.content_faults += u32::from(is_content);
        known.seen_bytes = None;
        let is_first = is_content && known.content_faults == 1;
        let pause = if is_first { SHORT_PAUSE } else { PAUSE };
        known.not_before = Some(Instant::now() + pause);
        tracing::warn!(deluge_id = id, %fault, "a torrent could not be moved; it is tried again");
        let mut reason = fault.to_string();
        if is_content && !is_first {
            known.content_faults = 0;
            match self.deluge.recheck(&[id]).await {
                Ok(()) => reason.push_str("; Deluge checks the torrent again"),
                Err(error) => tracing::warn!(deluge_id = id, %error, "Deluge does not check it"),
            }
        }
        if let Some(moving) = known.moving.as_ref().filter(|_| !is_first) {
            let infohash = moving.source.metainfo.infohash;
            self.reporter.waiting(infohash, Some(reason)).await;
            known.is_told = true;
        }
    }
}
