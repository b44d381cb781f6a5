//! The doctor, where all is well and where the box is away.

use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::{Cli, Ended, World};

/// By `localhost`: Deluge fetches the web seed from the page's address, by the system's resolver.
fn cli(world: &World) -> Result<Cli> {
    let stack = world.stack();
    Cli::new(&stack.localhost_url(), stack.owner_token())
}

/// Lines by their check.
fn lines(ended: &Ended) -> Result<BTreeMap<String, Value>> {
    let pair = |line: Value| {
        let check = line["check"].as_str().context("a line names its check")?;
        Ok((check.to_owned(), line.clone()))
    };
    ended.json()?.into_iter().map(pair).collect()
}

pub(crate) fn everything_is_well(world: &World) -> Result<()> {
    let ended = cli(world)?.run(&["doctor", "--try", "--json"])?;
    ensure!(ended.code == Some(0), "{ended:?}");
    let lines = lines(&ended)?;
    for (check, line) in &lines {
        // There is no TLS here, and what is stored depends on the tests before.
        let may_be_skipped = ["certificate", "range"].contains(&check.as_str());
        ensure!(
            line["outcome"] == "ok" || (may_be_skipped && line["outcome"] == "skipped"),
            "{line}"
        );
    }
    for check in [
        "refusal",
        "session",
        "authorizer",
        "storing",
        "worker-clock",
        "pages",
        "try-bytes",
        "try-removed",
    ] {
        ensure!(lines.contains_key(check), "no {check} in {lines:?}");
    }
    let added = lines["try-add"]["came"].as_str().unwrap_or_default();
    let infohash = added.rsplit(' ').next().unwrap_or_default();
    ensure!(infohash.len() == 40, "{added}");
    let left = [
        world.keys("files/")?,
        world.keys("torrents/")?,
        world.keys("manifests/")?,
    ]
    .concat();
    ensure!(!left.iter().any(|key| key.contains(infohash)), "{left:?}");
    Ok(())
}

pub(crate) fn a_box_that_is_away_is_named(world: &World) -> Result<()> {
    world.stack().deluge().stop();
    let outcome = without_heartbeats(world);
    world.stack().deluge().restart()?;
    outcome?;
    world.wait_for("the next heartbeat", || {
        let workers = world.product.ask("api/workers")?.body;
        Ok((workers["workers"][0]["live"] == true).then_some(()))
    })
}

/// A worker whose Deluge is away does not register. Its row is made old, which takes no two minutes.
fn without_heartbeats(world: &World) -> Result<()> {
    let table = world.stack().outputs().table.clone();
    let workers = world.product.ask("api/workers")?.body;
    let id = workers["workers"][0]["id"].as_str().context("a worker")?;
    let key = format!(r#"{{"pk":{{"S":"worker#{id}"}}}}"#);
    let old = r#"{":old":{"S":"2026-01-02T03:04:05Z"}}"#;
    let update = [
        "dynamodb",
        "update-item",
        "--table-name",
        &table,
        "--key",
        &key,
    ];
    let set = [
        "--update-expression",
        "SET last_seen = :old",
        "--expression-attribute-values",
        old,
    ];
    world.aws(&[&update[..], &set].concat())?;
    let ended = cli(world)?.run(&["doctor", "--try", "--json", "--timeout", "20"])?;
    ensure!(ended.code == Some(6), "{ended:?}");
    let lines = lines(&ended)?;
    let worker = &lines["worker"];
    ensure!(worker["outcome"] == "failed", "{worker}");
    let cause = worker["cause"].as_str().unwrap_or_default();
    ensure!(
        cause.contains("Deluge or the agent does not run"),
        "{worker}"
    );
    for check in ["deluge", "disk", "worker-clock", "try-add"] {
        ensure!(lines[check]["outcome"] == "not_tried", "{lines:?}");
    }
    for check in ["public", "authorizer", "storing"] {
        ensure!(lines[check]["outcome"] == "ok", "{lines:?}");
    }
    Ok(())
}
