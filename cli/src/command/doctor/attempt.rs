//! A torrent that goes the whole way, and away again.

use std::cell::RefCell;

use super::ask::Ask;
use super::finding::Finding;
use super::interrupt::Interrupt;
use super::range;
use super::report::Report;
use super::waiting::Waiting;
use crate::api::TorrentFile;
use crate::failure::Failure;
use crate::output::{self, Output};

mod way;

use way::{Attempt, PICTURE};

/// Whatever happens on the way, what was added is removed.
pub(super) fn run(ask: &Ask, report: &mut Report, output: Output) -> Result<(), Failure> {
    // `doctor --try | head` must not leave the torrent behind.
    output::finish_unread();
    let interrupt = Interrupt::listen()?;
    let sent = RefCell::new(None);
    let tried =
        format!("POST /api/torrents with a torrent of /{PICTURE}, whose web seed is the site");
    report.run(
        "try-add",
        tried,
        &["api", "worker"],
        || match Attempt::new(ask) {
            Ok(attempt) => {
                let finding = attempt.add();
                sent.replace(Some(attempt));
                finding
            }
            Err(finding) => finding,
        },
    );
    let attempt = sent.into_inner();
    let shown = RefCell::new(None);
    report.run(
        "try-complete",
        "wait until it is stored",
        &["try-add"],
        || {
            let Some(attempt) = &attempt else {
                return Finding::not_tried("not tried: there is no torrent");
            };
            match attempt.wait(&Waiting::new(output), &interrupt) {
                Ok((finding, torrent)) => {
                    shown.replace(torrent.files.and_then(|files| files.into_iter().next()));
                    finding
                }
                Err(finding) => finding,
            }
        },
    );
    let file = shown.into_inner();
    report.run(
        "try-page",
        "GET its page: the file's link",
        &["try-complete"],
        || {
            with(attempt.as_ref(), file.as_ref(), |attempt, file| {
                attempt.page(file)
            })
        },
    );
    report.run(
        "try-bytes",
        "GET the file and compare it",
        &["try-complete"],
        || {
            with(attempt.as_ref(), file.as_ref(), |attempt, file| {
                attempt.bytes(file)
            })
        },
    );
    report.run("try-range", "GET a part of it", &["try-complete"], || {
        with(attempt.as_ref(), file.as_ref(), |attempt, file| {
            range::part_of(attempt.ask, file)
        })
    });
    let tried = "DELETE it, wait until it is gone";
    report.run("try-removed", tried, &[], || match &attempt {
        Some(attempt) => attempt.remove(&Waiting::new(output)),
        None => Finding::not_tried("not tried: nothing was added"),
    });
    Ok(())
}

fn with(
    attempt: Option<&Attempt<'_>>,
    file: Option<&TorrentFile>,
    look: impl FnOnce(&Attempt<'_>, &TorrentFile) -> Finding,
) -> Finding {
    if let (Some(attempt), Some(file)) = (attempt, file) {
        return look(attempt, file);
    }
    let cause = "this is not how torrent2s3 answers";
    Finding::failed("the API tells of no file in it", cause)
}
