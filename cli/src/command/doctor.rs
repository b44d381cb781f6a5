//! Whether everything works, seen by the address and the token alone.

use std::cell::{Cell, RefCell};

use crate::arguments::Doctor;
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::output::Output;

mod ask;
mod attempt;
mod causes;
mod certificate;
mod edge;
mod finding;
mod interrupt;
mod listing;
mod pages;
mod range;
mod report;
mod sample;
mod service;
mod storing;
mod waiting;
mod workers;

use ask::Ask;
use report::Report;

/// Looks at one thing after the other. What depends on something that failed is not tried.
pub(super) fn run(config: Config, output: Output, doctor: &Doctor) -> Result<Exit, Failure> {
    let ask = Ask::new(config, &doctor.stack, doctor.timeout);
    let mut report = Report::new(output);
    front_door(&ask, &mut report);
    behind_it(&ask, &mut report, output);
    if doctor.attempt {
        attempt::run(&ask, &mut report, output)?;
    }
    Ok(report.end())
}

/// Name, certificate, and who is let in.
fn front_door(ask: &Ask, report: &mut Report) {
    let host = ask.address.host().0.to_owned();
    report.run("name", format!("look {host} up"), &[], || {
        certificate::name(ask)
    });
    let tried = format!("TLS with {host}");
    report.run("certificate", tried, &["name"], || {
        certificate::certificate(ask)
    });
    let page = RefCell::new(None);
    let tried = "GET /sign-in.html without proof";
    report.run("public", tried, &["certificate"], || {
        let answer = ask.send(&ask.get("sign-in.html"));
        let finding = edge::public(&answer, &ask.commands);
        page.replace(answer.ok());
        finding
    });
    // Of no interest unless it is the page.
    let page = page.into_inner().unwrap_or_default();
    report.run("headers", "its headers", &["public"], || {
        edge::headers(&page, ask.address.is_https(), &ask.commands)
    });
    let tried = "compare its date with this machine's";
    report.run("clock", tried, &["public"], || {
        edge::clock(&page, torrent::Timestamp::now())
    });
    let tried =
        "GET /, /status/status.json and /api/torrents without proof, and with a made-up token";
    report.run("refusal", tried, &["public"], || edge::refusal(ask));
    let cookie = RefCell::new(None);
    report.run("sign-in", "POST /api/session", &["public"], || {
        let (finding, came) = edge::sign_in(ask);
        cookie.replace(came);
        finding
    });
    let cookie = cookie.into_inner();
    report.run(
        "session",
        "GET / with the session's cookie",
        &["sign-in"],
        || edge::session(ask, cookie.as_deref()),
    );
    report.run("bearer", "GET / with the token", &["public"], || {
        edge::bearer(ask)
    });
    report.run(
        "api",
        "GET /api/torrents, and a route that is none",
        &["bearer"],
        || service::api(ask),
    );
    let tried = "POST /api/uploads as another site would, with the session's cookie";
    report.run("authorizer", tried, &["api", "session"], || {
        service::authorizer(ask, cookie.as_deref())
    });
}

/// Storage, queue and box, pages and files.
fn behind_it(ask: &Ask, report: &mut Report, output: Output) {
    let tried = "PUT a few bytes to a presigned address, have the API read them back";
    report.run("storing", tried, &["api"], || storing::storing(ask));
    let fleet = Cell::new(None);
    report.run(
        "worker",
        "GET /api/workers: the last heartbeat",
        &["api"],
        || match workers::Fleet::ask(ask) {
            Ok(found) => {
                let finding = found.heartbeat(&ask.commands);
                fleet.set(Some(found));
                finding
            }
            Err(finding) => finding,
        },
    );
    let fleet = fleet.into_inner().unwrap_or_default();
    report.run("deluge", "Deluge's version", &["worker"], || {
        fleet.deluge(&ask.commands)
    });
    report.run("disk", "room on its disk", &["worker"], || {
        fleet.disk(&ask.commands)
    });
    report.run(
        "worker-clock",
        "its clock against AWS's",
        &["worker"],
        || fleet.clock(&ask.commands),
    );
    let tried = "GET /api/torrents?state=queued: how long they wait";
    report.run("queue", tried, &["api"], || workers::queue(ask));
    report.run(
        "pages",
        "GET /status/status.json: whether it is right",
        &["api"],
        || pages::pages(ask, output),
    );
    report.run("range", "GET a part of a stored file", &["api"], || {
        range::stored_file(ask)
    });
}
