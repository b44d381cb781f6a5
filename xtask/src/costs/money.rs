use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};

/// 10⁻¹² US dollars: what one of something costs whose price is in micro-dollars per million.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Picodollars(pub(super) u128);

const PER_DOLLAR: u128 = 1_000_000_000_000;

impl Picodollars {
    pub(super) const fn of_micro(microdollars: u64) -> Self {
        // Widening; `From` is not const.
        Self(microdollars as u128 * 1_000_000)
    }
}

impl Add for Picodollars {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0 + other.0)
    }
}

impl Sub for Picodollars {
    type Output = Self;

    /// A price cannot be negative: it ends at nothing.
    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Picodollars {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::default(), Add::add)
    }
}

/// In dollars and cents; below ten cents with tenths of a cent.
impl fmt::Display for Picodollars {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let decimals = if self.0 == 0 || self.0 >= PER_DOLLAR / 10 {
            2
        } else {
            3
        };
        let unit = PER_DOLLAR / 10_u128.pow(decimals);
        let rounded = (self.0 + unit / 2) / unit;
        if rounded == 0 && self.0 > 0 {
            return f.write_str("<$0.001");
        }
        let one = 10_u128.pow(decimals);
        let width = decimals as usize;
        write!(f, "${}.{:0width$}", rounded / one, rounded % one)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_rounded_and_small_ones_have_a_tenth_of_a_cent() {
        let shown = |microdollars| Picodollars::of_micro(microdollars).to_string();
        assert_eq!(shown(0), "$0.00");
        assert_eq!(shown(1_234_567), "$1.23");
        assert_eq!(shown(1_235_000), "$1.24");
        assert_eq!(shown(99_499), "$0.099");
        assert_eq!(shown(99_500), "$0.100");
        assert_eq!(shown(400), "<$0.001");
        assert_eq!(shown(500), "$0.001");
    }
}
