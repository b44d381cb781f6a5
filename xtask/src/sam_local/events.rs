//! What each sample event must be answered with, and what must have come of it.
//!
//! The functions that are deployed on the stack see the same records, queues and buckets and do the same
//! things. So before an event that changes something they are let finish, what they did is undone, and what is
//! found afterwards is the work of the function in SAM's container.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::scene::{INFOHASH, Scene};
use super::{Reach, SamLocal};
use crate::steps::{say, step};
use crate::{Stack, paths, process};

const NOTHING: fn(&Scene) -> Result<()> = |_| Ok(());

/// What to do before, what the answer must be, what must be true after.
struct Case {
    event: &'static str,
    before: fn(&Scene) -> Result<()>,
    answer: fn(&Value) -> Result<()>,
    after: fn(&Scene) -> Result<()>,
}

/// One torrent's way, in this order.
const CASES: [Case; 13] = [
    Case {
        event: "add-torrent-file",
        before: Scene::forget,
        answer: |answer| expect_record(answer, 202),
        after: Scene::is_taken,
    },
    Case {
        event: "add-torrent-magnet",
        before: NOTHING,
        answer: |answer| expect_record(answer, 200),
        after: NOTHING,
    },
    Case {
        event: "manage-torrent-list",
        before: NOTHING,
        answer: expect_list,
        after: NOTHING,
    },
    Case {
        event: "manage-torrent-one",
        before: NOTHING,
        answer: |answer| expect_record(answer, 200),
        after: NOTHING,
    },
    Case {
        event: "watch-queue-torrent-added",
        before: Scene::queue_again,
        answer: expect_no_failures,
        after: Scene::is_with_the_worker,
    },
    Case {
        event: "watch-queue-file-transferring",
        before: NOTHING,
        answer: expect_no_failures,
        after: Scene::is_transferred,
    },
    Case {
        event: "complete-page-stored",
        before: Scene::store_and_unpublish,
        answer: expect_no_failures,
        after: Scene::is_published,
    },
    // In its container nobody listens: the news goes back.
    Case {
        event: "completed-webhook-notice",
        before: NOTHING,
        answer: |answer| {
            let id = "059f36b4-87a3-44ab-83d2-661975970003";
            ensure!(
                *answer == json!({ "batchItemFailures": [{ "itemIdentifier": id }] }),
                "the message does not go back to its queue"
            );
            Ok(())
        },
        after: NOTHING,
    },
    // Last: while a torrent is active this takes most of a minute.
    Case {
        event: "status-page-schedule",
        before: Scene::remove_status,
        answer: |answer| {
            ensure!(answer.is_null(), "it is not null");
            Ok(())
        },
        after: Scene::is_on_the_status_page,
    },
    // In its container CloudFormation cannot be reached; that it could not be told is all that goes wrong.
    Case {
        event: "publish-site-update",
        before: Scene::remove_site,
        answer: |answer| {
            let message = answer["errorMessage"].as_str().context("it has no error")?;
            ensure!(
                message.contains("CloudFormation cannot be told"),
                "it is another error"
            );
            Ok(())
        },
        after: Scene::has_a_site,
    },
    Case {
        event: "sign-in-wrong-token",
        before: NOTHING,
        answer: |answer| {
            let problem = body(answer, 401)?;
            ensure!(
                problem["type"] == "urn:torrent2s3:problem:wrong-token",
                "it is another problem"
            );
            Ok(())
        },
        after: NOTHING,
    },
    Case {
        event: "authorizer-no-proof",
        before: NOTHING,
        answer: |answer| {
            ensure!(*answer == json!({ "isAuthorized": false }), "it is let in");
            Ok(())
        },
        after: NOTHING,
    },
    // The very last: it ends the session that the checks have.
    Case {
        event: "rotate-secret-by-its-owner",
        before: NOTHING,
        answer: |answer| {
            ensure!(answer.is_null(), "it is not null");
            Ok(())
        },
        after: Scene::is_signed_out,
    },
];

/// Folder names in `functions/`, which event files start with, and logical ids in the template.
const FUNCTIONS: [(&str, &str); 10] = [
    ("add-torrent", "AddTorrent"),
    ("authorizer", "Authorizer"),
    ("complete-page", "CompletePage"),
    ("completed-webhook", "CompletedWebhook"),
    ("manage-torrent", "ManageTorrent"),
    ("publish-site", "PublishSite"),
    ("rotate-secret", "RotateSecret"),
    ("sign-in", "SignIn"),
    ("status-page", "StatusPage"),
    ("watch-queue", "WatchQueue"),
];

/// All cases, in order; the first that goes wrong ends it.
pub(super) fn check(sam: &SamLocal, stack: &mut Stack, env_file: &Path) -> Result<()> {
    complete()?;
    let reach = sam.reach(stack, env_file)?;
    let scene = Scene::new(stack, &reach)?;
    for case in &CASES {
        let file = format!("events/{}.json", case.event);
        let answer =
            step(&file, || case.run(sam, stack, &reach, &scene)).with_context(|| file.clone())?;
        say(&format!("       {}", shown(&answer)));
    }
    Ok(())
}

impl Case {
    fn run(&self, sam: &SamLocal, stack: &Stack, reach: &Reach, scene: &Scene) -> Result<Value> {
        (self.before)(scene).context("before it")?;
        let function = function(self.event)?;
        let event = paths::root()
            .join("events")
            .join(self.event)
            .with_extension("json");
        let answer = sam.invoke(function, &event, reach.env_file(), stack.aws())?;
        (self.answer)(&answer)
            .and_then(|()| (self.after)(scene))
            .with_context(|| {
                let log = sam.logs.join(super::log_name(self.event) + ".log");
                let tail = process::tail(&log, 15);
                format!("{function} answered {answer} and printed:\n{tail}\nwhich is not right")
            })?;
        Ok(answer)
    }
}

/// Every event has a case, every case an event, and every function at least one.
fn complete() -> Result<()> {
    let events = names("events")?;
    let cases: BTreeSet<_> = CASES
        .iter()
        .map(|case| format!("{}.json", case.event))
        .collect();
    ensure!(
        events == cases,
        "events/ and the cases in xtask/src/sam_local/events.rs differ in {:?}",
        events.symmetric_difference(&cases).collect::<Vec<_>>()
    );
    let mut tried = BTreeSet::new();
    for case in &CASES {
        tried.insert(function(case.event)?);
    }
    let folders = names("functions")?;
    let known: BTreeSet<_> = FUNCTIONS
        .iter()
        .filter(|(_, id)| tried.contains(id))
        .map(|(folder, _)| (*folder).to_owned())
        .collect();
    ensure!(
        folders == known,
        "functions without an event, or events without a function: {:?}",
        folders.symmetric_difference(&known).collect::<Vec<_>>()
    );
    Ok(())
}

fn names(folder: &str) -> Result<BTreeSet<String>> {
    fs::read_dir(paths::root().join(folder))?
        .map(|entry| Ok(entry?.file_name().to_string_lossy().into_owned()))
        .collect()
}

/// The logical id of the function that an event is for.
fn function(event: &str) -> Result<&'static str> {
    let mut all = FUNCTIONS.iter().filter(|(folder, _)| {
        event
            .strip_prefix(folder)
            .is_some_and(|rest| rest.starts_with('-'))
    });
    match (all.next(), all.next()) {
        (Some((_, id)), None) => Ok(id),
        _ => anyhow::bail!("{event} does not say by its name which function it is for"),
    }
}

fn body(answer: &Value, status: u16) -> Result<Value> {
    ensure!(answer["statusCode"] == status, "its status is not {status}");
    let body = answer["body"].as_str().context("it has no body")?;
    serde_json::from_str(body).context("its body is not JSON")
}

fn expect_record(answer: &Value, status: u16) -> Result<()> {
    let record = body(answer, status)?;
    ensure!(
        record["infohash"] == INFOHASH,
        "it is not the record of {INFOHASH}"
    );
    Ok(())
}

fn expect_list(answer: &Value) -> Result<()> {
    let list = body(answer, 200)?;
    let torrents = list["torrents"].as_array().context("it has no torrents")?;
    ensure!(
        torrents
            .iter()
            .any(|torrent| torrent["infohash"] == INFOHASH),
        "{INFOHASH} is not listed"
    );
    Ok(())
}

fn expect_no_failures(answer: &Value) -> Result<()> {
    ensure!(
        *answer == json!({ "batchItemFailures": [] }),
        "a message would go back to its queue"
    );
    Ok(())
}

/// One line of a screen.
fn shown(answer: &Value) -> String {
    const LENGTH: usize = 150;
    let text = match (&answer["statusCode"], &answer["body"]) {
        (Value::Number(status), Value::String(body)) => format!("{status} {body}"),
        _ => answer.to_string(),
    };
    match text.char_indices().nth(LENGTH) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_event_is_checked_and_every_function_has_one() {
        complete().unwrap();
    }

    #[test]
    fn an_event_is_for_the_function_that_its_name_starts_with() {
        assert_eq!(function("add-torrent-file").unwrap(), "AddTorrent");
        assert!(function("add-torrent").is_err());
        assert!(function("remove-torrent-file").is_err());
    }

    #[test]
    fn an_answer_that_is_not_right_is_refused() {
        let answer =
            |status: u16, body: &Value| json!({ "statusCode": status, "body": body.to_string() });
        let record = json!({ "infohash": INFOHASH });
        assert!(expect_record(&answer(202, &record), 202).is_ok());
        assert!(expect_record(&answer(200, &record), 202).is_err());
        assert!(expect_record(&answer(202, &json!({ "infohash": "0" })), 202).is_err());
        assert!(expect_list(&answer(200, &json!({ "torrents": [record] }))).is_ok());
        assert!(expect_list(&answer(200, &json!({ "torrents": [] }))).is_err());
        assert!(expect_no_failures(&json!({ "batchItemFailures": [] })).is_ok());
        let failures = json!({ "batchItemFailures": [{ "itemIdentifier": "1" }] });
        assert!(expect_no_failures(&failures).is_err());
        assert!(expect_no_failures(&Value::Null).is_err());
    }
}
