//! Words and numbers as a terminal gets them.

use std::fmt::Write as _;

use serde::Serialize;
use torrent::{Activity, State, Timestamp, TorrentRecord};

/// Text of a stranger, on one line and without power over a terminal or a reader: control characters (ESC and
/// its 8-bit kin too), marks that turn the direction of writing and other invisible ones become U+FFFD.
pub(crate) fn clean(text: &str) -> String {
    let shown = |c| {
        if is_unsafe(c) {
            char::REPLACEMENT_CHARACTER
        } else {
            c
        }
    };
    text.chars().map(shown).collect()
}

fn is_unsafe(c: char) -> bool {
    c.is_control()
        || matches!(c,
            // The same width for everybody, or none: soft hyphen, zero-width characters, line ends, tags.
            '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e007f}')
}

/// A value as one line of JSON. What [`clean`] would replace is escaped: such characters stand in strings only.
pub(crate) fn json_line(value: &impl Serialize) -> String {
    let json = serde_json::to_string(value).expect("only maps with text keys are written");
    let mut line = String::with_capacity(json.len());
    for c in json.chars() {
        if is_unsafe(c) {
            for unit in c.encode_utf16(&mut [0; 2]) {
                write!(line, "\\u{unit:04x}").expect("a string takes all");
            }
        } else {
            line.push(c);
        }
    }
    line
}

/// Bytes in binary units: `512 B`, `1.5 MiB`.
pub(crate) fn size(bytes: u64) -> String {
    bytesize::ByteSize::b(bytes).display().iec().to_string()
}

/// A span in its two largest units: `45 s`, `3 min 20 s`, `2 h 5 min`, `3 d 4 h`.
pub(crate) fn duration(seconds: u64) -> String {
    const UNITS: [(u64, &str); 4] = [(86_400, "d"), (3_600, "h"), (60, "min"), (1, "s")];
    let first = UNITS
        .iter()
        .position(|(length, _)| seconds >= *length)
        .unwrap_or(UNITS.len() - 1);
    let (length, unit) = UNITS[first];
    let large = format!("{} {unit}", seconds / length);
    match UNITS.get(first + 1) {
        Some((small, name)) if seconds % length >= *small => {
            format!("{large} {} {name}", seconds % length / small)
        }
        _ => large,
    }
}

/// `1 file`, `3 files`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// A moment to the minute.
pub(crate) fn moment(at: Timestamp) -> String {
    let iso = format!("{at:.0}");
    let minute = iso.rsplit_once(':').map_or(&*iso, |(minute, _)| minute);
    format!("{} UTC", minute.replace('T', " "))
}

/// The first digits of an info-hash: enough to tell a person's torrents apart, and to name one.
pub(crate) fn short(record: &TorrentRecord) -> String {
    record.infohash.to_string()[..8].to_owned()
}

/// The state in a word: of a torrent that could download, what keeps it from that.
pub(crate) fn state(record: &TorrentRecord) -> &'static str {
    if record.paused && matches!(record.state, State::Queued | State::Downloading) {
        return "paused";
    }
    match activity(record) {
        Some(Activity::Waiting) => "waiting",
        Some(Activity::Checking) => "checking",
        Some(Activity::Stopped) => "stopped",
        _ => record.state.as_str(),
    }
}

/// Whether its owner has to see to it.
pub(crate) fn is_stopped(record: &TorrentRecord) -> bool {
    activity(record) == Some(Activity::Stopped)
}

/// What Deluge does with a torrent that is to be downloaded.
fn activity(record: &TorrentRecord) -> Option<Activity> {
    let progress = record.progress.as_ref();
    progress
        .filter(|_| record.state == State::Downloading)?
        .activity
}

/// Whole percent, rounded down so that 100 means all; `None` while nobody knows.
pub(crate) fn percent(record: &TorrentRecord) -> Option<u64> {
    let whole = record.size_bytes?;
    let part = match record.state {
        State::Complete => return Some(100),
        State::Transferring => record.stored_bytes,
        State::Downloading => record.progress.as_ref()?.downloaded_bytes?,
        State::Queued | State::Failed | State::Removed => return None,
    };
    if part >= whole {
        return Some(100);
    }
    u64::try_from(u128::from(part) * 100 / u128::from(whole)).ok()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    #[test]
    fn nothing_gets_power_over_a_terminal() {
        let hostile = "a\u{1b}]0;owned\u{7}b\u{9b}31mc\u{202e}gpj.exe\r\n\u{7f}\u{200b}d";
        assert_eq!(
            clean(hostile),
            "a\u{fffd}]0;owned\u{fffd}b\u{fffd}31mc\u{fffd}gpj.exe\u{fffd}\u{fffd}\u{fffd}\u{fffd}d"
        );
        assert_eq!(clean("Größe 日本語 🎵"), "Größe 日本語 🎵");
        assert_eq!(
            json_line(&json!({ "name": "a\u{1b}\u{9b}\u{202e}\u{e0041}" })),
            r#"{"name":"a\u001b\u009b\u202e\udb40\udc41"}"#
        );
    }

    #[test]
    fn sizes_and_spans_are_for_people() {
        assert_eq!(
            [0, 1023, 1024, 1_572_864].map(size),
            ["0 B", "1023 B", "1.0 KiB", "1.5 MiB"]
        );
        assert_eq!(
            [0, 45, 60, 7_505, 273_700].map(duration),
            ["0 s", "45 s", "1 min", "2 h 5 min", "3 d 4 h"]
        );
        assert_eq!(
            moment("2026-03-01T05:06:07.891Z".parse().unwrap()),
            "2026-03-01 05:06 UTC"
        );
    }

    #[test]
    fn a_state_says_what_keeps_a_torrent_from_downloading() {
        let state = |state: &str, activity: &str, paused: bool| {
            let record = json!({
                "infohash": "0".repeat(40), "name": "n", "state": state, "paused": paused, "stored_bytes": 0,
                "source": { "type": "file" }, "added_at": "2026-01-01T00:00:00Z", "since": {},
                "progress": { "at": "2026-01-01T00:00:00Z", "activity": activity },
            });
            super::state(&serde_json::from_value(record).unwrap())
        };
        assert_eq!(state("downloading", "downloading", false), "downloading");
        assert_eq!(state("downloading", "waiting", false), "waiting");
        assert_eq!(state("downloading", "stopped", false), "stopped");
        assert_eq!(state("downloading", "stopped", true), "paused");
        assert_eq!(state("downloading", "of the future", false), "downloading");
        assert_eq!(state("complete", "paused", true), "complete");
        assert_eq!(state("transferring", "checking", false), "transferring");
    }

    proptest! {
        #[test]
        fn a_json_line_reads_back_the_same_and_is_one_line(text in any::<String>()) {
            let line = json_line(&text);
            prop_assert!(!line.chars().any(is_unsafe));
            prop_assert_eq!(serde_json::from_str::<Value>(&line).unwrap(), Value::from(text));
        }
    }
}
