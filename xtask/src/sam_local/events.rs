//! What each sample event must be answered with, and what must have come of it.
//!
//! The functions that are deployed on the stack see the same records, queues and buckets and do the same
//! things. So before an event that changes something they are let finish, what they did is undone, and what is
//! found afterwards is the work of the function in SAM's container.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};

use super::{Reach, SamLocal};
use crate::product::Product;
use crate::steps::{say, step};
use crate::{Stack, interrupt, paths};

/// The torrent of every sample event, and its one file.
const INFOHASH: &str = "25e6e4bc4eb17527321dd43fbe4233c7b2e82370";
const FILE: &str = "hello world.txt";
const CONTENT: &[u8; 36] = b"hello world, from sam local invoke.\n";

/// For what the deployed functions do by themselves.
const PATIENCE: Duration = Duration::from_secs(90);

/// What to do before, what the answer must be, what must be true after.
struct Case {
    event: &'static str,
    before: fn(&Bench) -> Result<()>,
    answer: fn(&Value) -> Result<()>,
    after: fn(&Bench) -> Result<()>,
}

/// One torrent's way, in this order.
const CASES: [Case; 8] = [
    Case {
        event: "add-torrent-file",
        before: Bench::forget,
        answer: |answer| expect_record(answer, 202),
        // The message has arrived: the deployed function gave the torrent to Deluge.
        after: |bench| bench.wait_for_state("downloading"),
    },
    Case {
        event: "add-torrent-magnet",
        before: nothing,
        answer: |answer| expect_record(answer, 200),
        after: nothing,
    },
    Case {
        event: "manage-torrent-list",
        before: nothing,
        answer: expect_list,
        after: nothing,
    },
    Case {
        event: "manage-torrent-one",
        before: nothing,
        answer: |answer| expect_record(answer, 200),
        after: nothing,
    },
    Case {
        event: "watch-queue-torrent-added",
        before: Bench::queue_again,
        answer: expect_no_failures,
        after: Bench::is_with_the_worker,
    },
    Case {
        event: "watch-queue-file-transferring",
        before: nothing,
        answer: expect_no_failures,
        after: Bench::is_stored_in_full,
    },
    Case {
        event: "complete-page-stored",
        before: Bench::store_and_undo_the_page,
        answer: expect_no_failures,
        after: Bench::is_published,
    },
    // Last: while a torrent is active this takes most of a minute.
    Case {
        event: "status-page-schedule",
        before: Bench::remove_the_status,
        answer: |answer| {
            ensure!(answer.is_null(), "it is not null");
            Ok(())
        },
        after: Bench::is_on_the_status_page,
    },
];

/// Folder names in `functions/`, which event files start with, and logical ids in the template.
const FUNCTIONS: [(&str, &str); 5] = [
    ("add-torrent", "AddTorrent"),
    ("complete-page", "CompletePage"),
    ("manage-torrent", "ManageTorrent"),
    ("status-page", "StatusPage"),
    ("watch-queue", "WatchQueue"),
];

pub(super) fn check(sam: &SamLocal, stack: &Stack, env_file: &Path) -> Result<()> {
    let folder = paths::root().join("events");
    complete(&folder)?;
    let reach = sam.reach(stack, env_file)?;
    let bench = Bench {
        stack,
        reach: &reach,
        product: Product::of(stack),
        worker: reach.worker(stack)?,
    };
    for case in &CASES {
        let event = folder.join(case.event).with_extension("json");
        let function = function(case.event)?;
        let answer = step(&format!("sam local invoke {function} -e {}.json", case.event), || {
            (case.before)(&bench).context("before the event")?;
            let answer = sam.invoke(function, &event, reach.env_file(), stack.aws())?;
            (case.answer)(&answer).with_context(|| format!("{function} answered {answer}"))?;
            (case.after)(&bench).with_context(|| format!("after {function} answered {answer}"))?;
            Ok(answer)
        })
        .with_context(|| format!("events/{}.json", case.event))?;
        say(&format!("       {}", shortened(&answer)));
    }
    Ok(())
}
