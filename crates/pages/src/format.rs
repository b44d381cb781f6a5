use askama::Template;
use bytesize::ByteSize;
use torrent::Timestamp;

/// Bytes in binary units: `512 B`, `1.5 MiB`.
#[must_use]
pub fn size(bytes: u64) -> String {
    ByteSize::b(bytes).display().iec().to_string()
}

/// How much of how much, as far as either is known.
pub(crate) fn part_of(part: Option<u64>, whole: Option<u64>) -> String {
    match (part.map(size), whole.map(size)) {
        (Some(part), Some(whole)) => format!("{part} of {whole}"),
        (Some(part), None) => format!("{part}, full size unknown"),
        (None, Some(whole)) => format!("an unknown part of {whole}"),
        (None, None) => "size unknown".to_owned(),
    }
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

/// Whole percent of `whole`, rounded down so that 100 means all of it. Nothing of nothing is all of it.
pub(crate) fn percent(part: u64, whole: u64) -> u64 {
    if part >= whole {
        return 100;
    }
    u64::try_from(u128::from(part) * 100 / u128::from(whole)).unwrap_or(100)
}

/// `1 file`, `3 files`.
pub(crate) fn count(number: u64, noun: &str) -> String {
    let plural = if number == 1 { "" } else { "s" };
    format!("{number} {noun}{plural}")
}

/// A moment as HTML: ISO 8601 to the second for machines, to the minute in UTC for people.
#[derive(Template)]
#[template(
    source = r#"<time datetime="{{ iso }}">{{ text }}</time>"#,
    ext = "html"
)]
pub(crate) struct Moment {
    iso: String,
    text: String,
}

impl From<Timestamp> for Moment {
    fn from(at: Timestamp) -> Self {
        let iso = format!("{at:.0}");
        let minute = iso.rsplit_once(':').map_or(&*iso, |(minute, _)| minute);
        let text = format!("{} UTC", minute.replace('T', " "));
        Self { iso, text }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_binary() {
        let seen = [0, 1023, 1024, 1_572_864, 5 << 40].map(size);
        assert_eq!(seen, ["0 B", "1023 B", "1.0 KiB", "1.5 MiB", "5.0 TiB"]);
        assert_eq!(size(u64::MAX), "16.0 EiB");
    }

    #[test]
    fn what_is_missing_is_unknown_and_never_0() {
        assert_eq!(part_of(Some(1), Some(2)), "1 B of 2 B");
        assert_eq!(part_of(Some(1), None), "1 B, full size unknown");
        assert_eq!(part_of(None, Some(2)), "an unknown part of 2 B");
        assert_eq!(part_of(None, None), "size unknown");
    }

    #[test]
    fn durations_have_two_units_at_most() {
        let seen = [0, 45, 60, 200, 3_600, 7_505, 3_661, 86_399, 273_700].map(duration);
        assert_eq!(
            seen,
            [
                "0 s",
                "45 s",
                "1 min",
                "3 min 20 s",
                "1 h",
                "2 h 5 min",
                "1 h 1 min",
                "23 h 59 min",
                "3 d 4 h"
            ]
        );
    }

    #[test]
    fn only_all_of_it_is_100_percent() {
        assert_eq!(percent(999, 1_000), 99);
        assert_eq!(percent(u64::MAX - 1, u64::MAX), 99);
        assert_eq!(percent(1_001, 1_000), 100);
        assert_eq!(percent(0, 0), 100);
    }

    #[test]
    fn moments_are_cut_never_rounded() {
        let at: Timestamp = "2026-03-01T05:06:07.891Z".parse().unwrap();
        assert_eq!(
            Moment::from(at).render().unwrap(),
            r#"<time datetime="2026-03-01T05:06:07Z">2026-03-01 05:06 UTC</time>"#
        );
    }
}
