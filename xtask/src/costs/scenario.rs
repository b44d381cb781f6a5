//! Counts and assumptions made into months.

use anyhow::{Result, bail};

use super::assumed::{
    BOX_UPDATE_GETS, BOX_UPDATE_MINUTES, DISK_GIB, MINUTES_PER_MONTH, PART_BYTES,
    POLLERS_PER_QUEUE, POLLS_PER_MINUTE, READ_UNITS_PER_QUERY, RUN_MS_MIN, SENT_PERCENT,
    SITE_FILES, TABLE_MIB, TORRENT_FILES, TORRENT_MB, WRITE_UNITS, WRITE_UNITS_PER_HEARTBEAT,
};
use super::counted::{Asked, Calls, Counted, Runs, Sample};
use super::item::Item;
use super::template::Made;
use super::usage::{Column, Usage};

/// The template's name of the box's role.
const BOX_ROLE: &str = "BoxRole";

const MINUTES_PER_HOUR: u64 = 60;

/// A month in which so many torrents come.
///
/// # Errors
/// When something was counted that has no price here, or the torrents do not fit into a month.
pub(super) fn month(counted: &Counted, made: &Made, torrents: u64) -> Result<Usage> {
    let sample = &counted.torrent;
    let Some(idle_minutes) = MINUTES_PER_MONTH.checked_sub(torrents * sample.minutes) else {
        bail!("{torrents} torrents take longer than a month");
    };
    let mut usage = made.month();
    usage.add_rate(
        &asked(&counted.idle.asked)?,
        idle_minutes,
        counted.idle.minutes,
    );
    usage.add_times(&torrent(sample)?, torrents);
    by_the_minute(made, &mut usage);
    the_box(&mut usage);
    // A month of logs is kept.
    usage.add(
        Column::Requests,
        Item::LogByteMonths,
        usage.of(Item::LogBytes),
    );
    Ok(usage)
}

/// What goes on whether somebody does something or not, and is not in the emulator's list.
fn by_the_minute(made: &Made, usage: &mut Usage) {
    let polls = made.polled_queues * POLLERS_PER_QUEUE * POLLS_PER_MINUTE * MINUTES_PER_MONTH;
    let ticks = made.minute_schedules * MINUTES_PER_MONTH;
    for (item, quantity) in [
        (Item::SqsRequests, polls),
        (Item::SchedulerInvocations, ticks),
        (Item::DynamodbMibMonths, TABLE_MIB),
        (Item::DynamodbRecoveryMibMonths, TABLE_MIB),
    ] {
        usage.add(Column::Requests, item, quantity);
    }
}

fn the_box(usage: &mut Usage) {
    let hours = MINUTES_PER_MONTH / MINUTES_PER_HOUR;
    let gets = MINUTES_PER_MONTH / BOX_UPDATE_MINUTES * BOX_UPDATE_GETS;
    for (item, quantity) in [
        (Item::T3SmallHours, hours),
        (Item::AddressHours, hours),
        (Item::DiskGibMonths, DISK_GIB),
        (Item::S3Gets, gets),
    ] {
        usage.add(Column::Box, item, quantity);
    }
}

/// What was counted for the sample, and what the real one has more of.
fn torrent(sample: &Sample) -> Result<Usage> {
    let mut usage = asked(&sample.asked)?;
    let file_bytes = TORRENT_MB * 1_000_000 / TORRENT_FILES;
    // One to begin, one for each part, one to end, instead of the one that was counted.
    let more_puts = TORRENT_FILES * (file_bytes.div_ceil(PART_BYTES) + 1);
    let page = sample.owner.page_requests + SITE_FILES;
    let edge = page + sample.owner.api_requests;
    // Of each file and the manifest: S3 tells SNS, which tells SQS. What a function is fed with is deleted after it;
    // receiving it was one of the polls.
    let notices = TORRENT_FILES + 1;
    let fed = sample.asked.runs_of("WatchQueue") + sample.asked.runs_of("CompletePage");
    for (item, quantity) in [
        (Item::S3Puts, more_puts),
        (Item::S3Gets, page),
        (Item::SnsPublishes, notices),
        (Item::SqsRequests, notices + fed),
        (Item::HttpApiRequests, sample.owner.api_requests),
        (Item::CloudfrontRequests, edge),
        (Item::CloudfrontFunctionCalls, edge + TORRENT_FILES),
        (Item::CloudfrontKeyValueReads, 2 * edge),
    ] {
        usage.add(Column::Requests, item, quantity);
    }
    let stored_mib = (TORRENT_MB * 1_000_000).div_ceil(1024 * 1024);
    usage.add(Column::Storage, Item::S3MibMonths, stored_mib);
    let sent = TORRENT_MB * SENT_PERCENT / 100;
    usage.add(Column::Transfer, Item::InternetMbOut, sent);
    usage.add(Column::Transfer, Item::CloudfrontMb, TORRENT_MB);
    Ok(usage)
}

fn asked(asked: &Asked) -> Result<Usage> {
    let mut usage = Usage::default();
    for calls in &asked.calls {
        if let Some((item, each)) = billed(calls)? {
            usage.add(column(calls), item, calls.count * each);
        }
    }
    for runs in &asked.runs {
        let ms = runs.duration_ms.max(runs.count * RUN_MS_MIN);
        let Runs {
            memory_mib,
            count,
            log_bytes,
            ..
        } = *runs;
        usage.add(Column::Requests, Item::LambdaRequests, count);
        usage.add(Column::Requests, Item::LambdaMibMs, memory_mib * ms);
        usage.add(Column::Requests, Item::LogBytes, log_bytes);
    }
    Ok(usage)
}

/// What the box asks for by itself ends with the box; what it does for a torrent does not.
fn column(calls: &Calls) -> Column {
    if calls.role == BOX_ROLE && calls.action.starts_with("dynamodb:") {
        Column::Box
    } else {
        Column::Requests
    }
}

/// As what a call is billed, and how many of it; `None` when it is free.
fn billed(calls: &Calls) -> Result<Option<(Item, u64)>> {
    let (service, operation) = calls.action.split_once(':').unwrap_or((&calls.action, ""));
    let starts = |words: &[&str]| words.iter().any(|word| operation.starts_with(word));
    Ok(match service {
        "dynamodb" if operation == "Query" => Some((Item::DynamodbReadUnits, READ_UNITS_PER_QUERY)),
        "dynamodb" if operation == "GetItem" => Some((Item::DynamodbReadUnits, 1)),
        "dynamodb" if calls.role == BOX_ROLE && operation == "PutItem" => {
            Some((Item::DynamodbWriteUnits, WRITE_UNITS_PER_HEARTBEAT))
        }
        "dynamodb" if starts(&["Put", "Update", "Delete"]) => {
            Some((Item::DynamodbWriteUnits, WRITE_UNITS))
        }
        "s3" if starts(&["Delete", "Abort"]) => None,
        "s3" if starts(&["Get", "Head"]) => Some((Item::S3Gets, 1)),
        "s3" if starts(&["Put", "List"]) => Some((Item::S3Puts, 1)),
        "sqs" => Some((Item::SqsRequests, 1)),
        "sns" if operation == "Publish" => Some((Item::SnsPublishes, 1)),
        // The scheduler's own, which is billed as its invocation and the function's run.
        "lambda" if operation == "InvokeFunction" => None,
        _ => bail!("{} was asked for, and has no price here", calls.action),
    })
}

/// One `t4g.small` instead of everything: it keeps what it downloads on its disk, and its owner fetches it from there.
pub(super) fn one_instance(torrents: u64) -> Usage {
    let hours = MINUTES_PER_MONTH / MINUTES_PER_HOUR;
    let kept_gib = (torrents * TORRENT_MB * 1_000_000).div_ceil(1 << 30);
    let fetched = torrents * TORRENT_MB;
    let sent = fetched * SENT_PERCENT / 100;
    let mut usage = Usage::default();
    usage.add(Column::Box, Item::T4gSmallHours, hours);
    usage.add(Column::Box, Item::AddressHours, hours);
    usage.add(Column::Box, Item::DiskGibMonths, DISK_GIB + kept_gib);
    usage.add(Column::Transfer, Item::InternetMbOut, sent + fetched);
    usage
}

#[cfg(test)]
mod tests {
    use super::super::counted::{Idle, Owner};
    use super::*;

    fn calls(role: &str, action: &str, count: u64) -> Calls {
        Calls {
            role: role.to_owned(),
            action: action.to_owned(),
            count,
        }
    }

    fn runs(count: u64, duration_ms: u64) -> Vec<Runs> {
        vec![Runs {
            function: "WatchQueue".to_owned(),
            memory_mib: 256,
            count,
            duration_ms,
            log_bytes: 1_000,
        }]
    }

    /// Two idle minutes and a torrent of ten.
    fn counted() -> Counted {
        Counted {
            date: "2000-01-01".to_owned(),
            idle: Idle {
                minutes: 2,
                asked: Asked {
                    calls: vec![
                        calls(BOX_ROLE, "dynamodb:PutItem", 4),
                        calls("StatusPageRole", "dynamodb:Query", 6),
                    ],
                    runs: runs(2, 1_000),
                },
            },
            torrent: Sample {
                files: TORRENT_FILES,
                size_bytes: 100,
                minutes: 10,
                owner: Owner {
                    page_requests: 30,
                    api_requests: 3,
                },
                asked: Asked {
                    calls: vec![
                        calls(BOX_ROLE, "s3:PutObject", TORRENT_FILES),
                        calls("WatchQueueRole", "dynamodb:UpdateItem", 5),
                        calls("WatchQueueRole", "s3:DeleteObject", 5),
                    ],
                    runs: runs(7, 100),
                },
            },
        }
    }

    fn made() -> Made {
        Made {
            alarms: 8,
            secrets: 2,
            polled_queues: 3,
            minute_schedules: 1,
        }
    }

    #[test]
    fn an_idle_month_is_the_idle_minutes_so_often() {
        let usage = month(&counted(), &made(), 0).unwrap();
        assert_eq!(usage.of(Item::DynamodbReadUnits), 43_800 * 3 * 2);
        assert_eq!(usage.of(Item::DynamodbWriteUnits), 43_800 * 2 * 2);
        assert_eq!(usage.of(Item::LambdaRequests), 43_800);
        assert_eq!(usage.of(Item::LambdaMibMs), 43_800 * 500 * 256);
        assert_eq!(usage.of(Item::LogBytes), 43_800 * 500);
        assert_eq!(usage.of(Item::LogByteMonths), 43_800 * 500);
        assert_eq!(usage.of(Item::SqsRequests), 43_800 * 3 * 15);
        assert_eq!(usage.of(Item::SchedulerInvocations), 43_800);
        assert_eq!(usage.of(Item::SecretMonths), 2);
        assert_eq!(usage.of(Item::AlarmMonths), 8);
        assert_eq!(usage.of(Item::AddressHours), 730);
        assert_eq!(usage.of(Item::S3MibMonths), 0);
    }

    #[test]
    fn a_torrent_takes_the_place_of_idle_minutes() {
        let idle = month(&counted(), &made(), 0).unwrap();
        let two = month(&counted(), &made(), 2).unwrap();
        let more = |item| two.of(item) - idle.of(item);
        assert_eq!(
            two.of(Item::DynamodbReadUnits),
            (43_800 - 20) * 3 * 2,
            "none was counted for the torrent"
        );
        // 14 runs that last 200 ms each, instead of 20.
        assert_eq!(two.of(Item::LambdaRequests), 43_800 - 20 + 14);
        let mib_ms = ((43_800 - 20) * 500 + 14 * 200) * 256;
        assert_eq!(two.of(Item::LambdaMibMs), mib_ms);
        // 250 MB are 15 parts.
        assert_eq!(more(Item::S3Puts), 2 * 20 * (1 + 15 + 1));
        assert_eq!(more(Item::S3Gets), 2 * (30 + 80));
        assert_eq!(more(Item::SnsPublishes), 2 * 21);
        assert_eq!(more(Item::SqsRequests), 2 * (21 + 7));
        assert_eq!(more(Item::CloudfrontRequests), 2 * (30 + 80 + 3));
        assert_eq!(more(Item::S3MibMonths), 2 * 4_769);
        assert_eq!(more(Item::InternetMbOut), 2 * 1_250);
        assert_eq!(more(Item::CloudfrontMb), 10_000);
    }

    #[test]
    fn what_has_no_price_is_not_left_out() {
        let mut counted = counted();
        counted.idle.asked.calls = vec![calls("Role", "polly:Speak", 1)];
        let error = month(&counted, &made(), 0).unwrap_err().to_string();
        assert!(error.contains("polly:Speak"), "{error}");
        assert!(month(&super::tests::counted(), &made(), 4_381).is_err());
    }

    #[test]
    fn one_instance_keeps_it_all_on_its_disk() {
        let usage = one_instance(20);
        assert_eq!(usage.of(Item::DiskGibMonths), 50 + 94);
        assert_eq!(usage.of(Item::InternetMbOut), 125_000);
    }
}
