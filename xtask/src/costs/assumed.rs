//! What is neither counted nor in the price file. Each errs, where it errs, on the dear side.

use std::fmt::Write as _;

/// As AWS counts it: 730 hours.
pub(super) const MINUTES_PER_MONTH: u64 = 730 * 60;

/// `VolumeGib`'s default.
pub(super) const DISK_GIB: u64 = 50;

/// The torrent of the table.
pub(super) const TORRENT_FILES: u64 = 20;
pub(super) const TORRENT_MB: u64 = 5_000;
/// In the busy month: 100 GB.
pub(super) const TORRENTS_PER_MONTH: u64 = 20;
pub(super) const TORRENT_GB: u64 = TORRENT_MB / 1_000;
pub(super) const MONTH_GB: u64 = TORRENT_GB * TORRENTS_PER_MONTH;

/// `PartPlan::PART_BYTES_MIN` of crates/torrent.
pub(super) const PART_BYTES: u64 = 16 * 1024 * 1024;

/// Of what is downloaded, what the box sends to peers meanwhile.
pub(super) const SENT_PERCENT: u64 = 25;

/// Lambda's pollers of one queue. AWS, "Configuring scaling behavior for SQS event source mappings": five batches
/// at a time, "as few as 2" when little comes.
pub(super) const POLLERS_PER_QUEUE: u64 = 5;
/// Each waits 20 s, SQS's longest poll.
pub(super) const POLLS_PER_MINUTE: u64 = 60 / 20;

/// A look at S3 every five minutes, `aws s3 cp`'s HEAD and GET.
pub(super) const BOX_UPDATE_MINUTES: u64 = 5;
pub(super) const BOX_UPDATE_GETS: u64 = 2;

/// A run of a function is taken to last this long at least: 256 MiB come with a seventh of a processor, the emulator's
/// functions had a whole one.
pub(super) const RUN_MS_MIN: u64 = 200;

/// Per query: 16 KiB of an index, eventually consistent, which is the list of some 20 torrents.
pub(super) const READ_UNITS_PER_QUERY: u64 = 2;
/// A worker's row: below 1 KiB, and once more in the index `by-kind`.
pub(super) const WRITE_UNITS_PER_HEARTBEAT: u64 = 2;
/// A torrent's record: below 2 KiB, and once more in one of the two indexes.
pub(super) const WRITE_UNITS: u64 = 4;
/// Some 5,000 records.
pub(super) const TABLE_MIB: u64 = 10;

/// Files of the site that a browser without a cache loads for the two pages.
pub(super) const SITE_FILES: u64 = 80;

/// As a list in Markdown.
pub(super) fn list() -> String {
    let lines = [
        format!(
            "A month has {MINUTES_PER_MONTH} minutes. The box is a `t3.small` with {DISK_GIB} GiB (the defaults), and \
             runs all month."
        ),
        format!(
            "A torrent has {TORRENT_GB} GB in {TORRENT_FILES} files and comes at 10 MB/s; a slower one has the status page \
             made more often, which is cents. The month with {MONTH_GB} GB has {TORRENTS_PER_MONTH} of them, one after \
             the other. All is kept for the whole month and fetched once through CloudFront; the owner watches the page \
             while they download."
        ),
        format!(
            "The counted torrent has as many files and takes as long, with a fiftieth of the bytes. So each file went \
             up in one request; a real one goes in parts of {} MiB, which are estimated.",
            PART_BYTES / 1024 / 1024
        ),
        format!(
            "While it downloads, the box sends {SENT_PERCENT} % as much to its peers. With a seeding goal it is more."
        ),
        format!(
            "Lambda asks each queue that feeds a function with {POLLERS_PER_QUEUE} pollers, {POLLS_PER_MINUTE} times a \
             minute each, whether anything is in it or not. AWS's guide (\"Configuring scaling behavior for SQS event \
             source mappings\") says five batches at a time, and down to two when little comes: it may be less than \
             half. The emulator's own polls are not counted."
        ),
        format!(
            "A run of a function lasts as long as on the emulator, but {RUN_MS_MIN} ms at least."
        ),
        format!(
            "A query reads {READ_UNITS_PER_QUERY} units, any other read 1; a heartbeat writes \
             {WRITE_UNITS_PER_HEARTBEAT}, everything else {WRITE_UNITS}; the table has {TABLE_MIB} MiB."
        ),
        format!(
            "The box looks for a new release every {BOX_UPDATE_MINUTES} minutes, with {BOX_UPDATE_GETS} requests."
        ),
        format!(
            "With each torrent its owner loads {SITE_FILES} files of the site. Every request runs the edge function, \
             which reads its store twice, and goes through to S3; a file's answer runs a second function."
        ),
        "Functions log as much as on the emulator, and a month of it is kept.".to_owned(),
    ];
    lines.iter().fold(String::new(), |mut list, line| {
        let _ = writeln!(list, "- {line}");
        list
    })
}
