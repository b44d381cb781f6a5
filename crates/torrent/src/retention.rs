use std::num::NonZeroU32;

use jiff::Timestamp;

/// How long files stay in S3: the days of the bucket's lifecycle rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Retention(NonZeroU32);

const DAY_SECONDS: i64 = 86_400;

impl Retention {
    /// `None` for 0 days, which keeps everything.
    #[must_use]
    pub fn from_days(days: u32) -> Option<Self> {
        NonZeroU32::new(days).map(Self)
    }

    /// When S3 takes away what was stored at `stored_at`: the days later, at the next midnight in UTC (Amazon S3
    /// guide, "Setting an S3 Lifecycle configuration", lifecycle rules based on an object's age). It may take S3
    /// some hours more.
    #[must_use]
    pub fn end(self, stored_at: Timestamp) -> Timestamp {
        let at = stored_at.as_second() + i64::from(self.0.get()) * DAY_SECONDS;
        let midnight = (at + DAY_SECONDS - 1).div_euclid(DAY_SECONDS) * DAY_SECONDS;
        Timestamp::from_second(midnight).unwrap_or(Timestamp::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_go_at_the_midnight_after_their_days() {
        let end = |days, at: &str| {
            let retention = Retention::from_days(days).unwrap();
            retention.end(at.parse().unwrap()).to_string()
        };
        assert_eq!(end(3, "2026-01-15T10:30:00Z"), "2026-01-19T00:00:00Z");
        assert_eq!(end(1, "2026-02-28T23:59:59Z"), "2026-03-02T00:00:00Z");
        assert_eq!(end(1, "2026-01-15T00:00:00Z"), "2026-01-16T00:00:00Z");
        assert_eq!(
            end(u32::MAX, "9999-01-01T00:00:00Z"),
            Timestamp::MAX.to_string()
        );
        assert_eq!(Retention::from_days(0), None);
    }
}
