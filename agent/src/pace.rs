use std::str::FromStr;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use torrent::Timestamp;

const DAY_SECONDS: i64 = 24 * 60 * 60;

/// A limit on bytes per second, all day or in some hours of it.
///
/// Reading is slowed down, and sending with it. Parts that S3 has already count too, since they are read.
#[derive(Debug, Default)]
pub(crate) struct Pace {
    /// `None` is no limit.
    pub(crate) bytes_per_second: Option<u64>,
    /// When the limit holds; `None` is always.
    pub(crate) hours: Option<Hours>,
    next: Mutex<Option<Instant>>,
}

/// A part of every day, in UTC; it may go over midnight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Hours {
    start_seconds: i64,
    end_seconds: i64,
}

/// The text is no part of a day.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("hours are written as 08:00-18:30 (UTC)")]
pub(crate) struct HoursError;

impl Pace {
    pub(crate) fn new(bytes_per_second: Option<u64>, hours: Option<Hours>) -> Self {
        Self {
            bytes_per_second: bytes_per_second.filter(|rate| *rate > 0),
            hours,
            next: Mutex::default(),
        }
    }

    /// Blocks the thread until so many bytes may be read.
    pub(crate) fn wait(&self, bytes: usize) {
        let now = Instant::now();
        if let Some(pause) = self.pause(bytes, now, Timestamp::now()) {
            std::thread::sleep(pause);
        }
    }

    fn pause(&self, bytes: usize, now: Instant, time: Timestamp) -> Option<Duration> {
        let rate = self.bytes_per_second?;
        if self.hours.is_some_and(|hours| !hours.contains(time)) {
            return None;
        }
        let nanos = u64::try_from(bytes).ok()?.saturating_mul(1_000_000_000) / rate;
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let start = next.map_or(now, |next| next.max(now));
        *next = Some(start + Duration::from_nanos(nanos));
        Some(start - now)
    }
}

impl Hours {
    fn contains(self, time: Timestamp) -> bool {
        let seconds = time.as_second().rem_euclid(DAY_SECONDS);
        if self.start_seconds <= self.end_seconds {
            (self.start_seconds..self.end_seconds).contains(&seconds)
        } else {
            !(self.end_seconds..self.start_seconds).contains(&seconds)
        }
    }
}

impl FromStr for Hours {
    type Err = HoursError;

    fn from_str(text: &str) -> Result<Self, HoursError> {
        let (start, end) = text.split_once('-').ok_or(HoursError)?;
        Ok(Self {
            start_seconds: time_of_day(start)?,
            end_seconds: time_of_day(end)?,
        })
    }
}

fn time_of_day(text: &str) -> Result<i64, HoursError> {
    let (hours, minutes) = text.split_once(':').ok_or(HoursError)?;
    let number = |digits: &str, max: i64| {
        let number = digits.parse().map_err(|_| HoursError)?;
        if (0..=max).contains(&number) {
            Ok(number)
        } else {
            Err(HoursError)
        }
    };
    let seconds = number(hours, 24)? * 3600 + number(minutes, 59)? * 60;
    if seconds <= DAY_SECONDS {
        Ok(seconds)
    } else {
        Err(HoursError)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(time: &str) -> Timestamp {
        format!("2026-03-01T{time}:00Z").parse().unwrap()
    }

    #[test]
    fn reading_takes_as_long_as_the_limit_says() {
        let pace = Pace::new(Some(1000), None);
        let (now, time) = (Instant::now(), at("12:00"));
        let pauses = [500, 250, 250].map(|bytes| pace.pause(bytes, now, time).unwrap().as_millis());
        assert_eq!(pauses, [0, 500, 750]);
        let later = now + Duration::from_secs(5);
        assert_eq!(pace.pause(1, later, time), Some(Duration::ZERO));
        assert_eq!(Pace::new(None, None).pause(1, now, time), None);
    }

    #[test]
    fn the_limit_holds_in_its_hours_also_over_midnight() {
        let holds = |hours: &str, time| hours.parse::<Hours>().unwrap().contains(at(time));
        assert!(holds("08:00-18:30", "08:00") && holds("08:00-18:30", "18:29"));
        assert!(!holds("08:00-18:30", "18:30") && !holds("08:00-18:30", "07:59"));
        assert!(holds("22:00-06:00", "23:00") && holds("22:00-06:00", "05:59"));
        assert!(!holds("22:00-06:00", "06:00") && !holds("22:00-06:00", "12:00"));
        assert!(holds("00:00-24:00", "23:59"));
        for wrong in [
            "8-18",
            "08:00",
            "25:00-26:00",
            "08:60-09:00",
            "24:01-25:00",
            "-1:00-2:00",
        ] {
            assert_eq!(wrong.parse::<Hours>(), Err(HoursError), "{wrong}");
        }
    }
}
