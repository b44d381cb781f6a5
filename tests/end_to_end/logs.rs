//! What the functions log, and what is watched.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tests::World;

/// A torrent's way through the functions: a part of the log group's name, and what is logged there.
const WAY: [(&str, &str); 4] = [
    ("AddTorrentLog", "torrent added"),
    ("WatchQueueLog", "torrent given to a worker"),
    ("CompletePageLog", "torrent complete"),
    ("CompletedWebhookLog", "the webhook has taken the news"),
];

/// A line of ours: the function's log group, and what it says.
struct Line {
    group: String,
    json: Value,
}

impl Line {
    fn message(&self) -> &str {
        self.json["fields"]["message"].as_str().unwrap_or_default()
    }
}

fn lines(world: &World) -> Result<Vec<Line>> {
    let mut lines = Vec::new();
    for (group, text) in world.function_logs()? {
        // What Lambda itself says of a function has no level of ours.
        let ours = text
            .iter()
            .filter_map(|line| serde_json::from_str(line).ok())
            .filter(|json: &Value| json["level"].is_string() && json["fields"].is_object());
        lines.extend(ours.map(|json| Line {
            group: group.clone(),
            json,
        }));
    }
    Ok(lines)
}

/// A torrent can be followed through all functions by its info-hash, and each request by its id.
pub(crate) fn logs_name_torrent_and_request(world: &World) -> Result<()> {
    let lines = lines(world)?;
    for line in &lines {
        ensure!(
            line.json["span"]["requestId"].is_string()
                || line.json["spans"][0]["requestId"].is_string(),
            "no request: {}",
            line.json
        );
    }
    let mut followed: Option<BTreeSet<&str>> = None;
    for (group, message) in WAY {
        let there = lines
            .iter()
            .filter(|line| line.group.contains(group) && line.message() == message);
        let named: BTreeSet<_> = there
            .map(|line| {
                let infohash = line.json["fields"]["infohash"].as_str();
                infohash.with_context(|| format!("no torrent: {}", line.json))
            })
            .collect::<Result<_>>()?;
        followed = Some(match followed {
            None => named,
            Some(before) => before.intersection(&named).copied().collect(),
        });
    }
    let followed = followed.unwrap_or_default();
    ensure!(
        followed.len() >= 3,
        "only {followed:?} can be followed all the way"
    );
    Ok(())
}

/// Every queue of dead letters has an alarm.
pub(crate) fn what_goes_wrong_is_watched(world: &World) -> Result<()> {
    let alarms = world.aws(&["cloudwatch", "describe-alarms"])?;
    let alarms = alarms["MetricAlarms"].as_array().context("alarms")?;
    let queues = world.aws(&["sqs", "list-queues"])?;
    let queues = queues["QueueUrls"].as_array().context("queues")?;
    let names = queues.iter().filter_map(Value::as_str);
    let names = names.filter_map(|url| url.rsplit('/').next());
    let dead: Vec<_> = names.filter(|name| name.contains("DeadLetters")).collect();
    ensure!(dead.len() == 4, "{dead:?}");
    for queue in dead {
        let watched = alarms.iter().any(|alarm| {
            alarm["Dimensions"][0]["Value"] == queue && alarm["AlarmActions"][0].is_string()
        });
        ensure!(watched, "nothing watches {queue}");
    }
    Ok(())
}
