use std::collections::BTreeMap;

use super::item::Item;
use super::money::Picodollars;
use super::prices::Prices;
use super::usage::{Column, Usage};

/// Whether AWS's always-free tiers are there to use; those of an account's first months never are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FreeTiers {
    Unused,
    /// By something else in the account.
    UsedUp,
}

/// What some usage costs.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Bill(BTreeMap<(Column, Item), Picodollars>);

impl Bill {
    pub(super) fn of(usage: &Usage, prices: &Prices, free: FreeTiers) -> Self {
        let mut left: BTreeMap<Item, u64> = BTreeMap::new();
        let mut bill = Self::default();
        for (column, item, quantity) in usage.entries() {
            let price = prices.of(item);
            let free = match free {
                FreeTiers::Unused => left.entry(item).or_insert(price.free),
                FreeTiers::UsedUp => &mut 0,
            };
            let paid = quantity.saturating_sub(*free);
            *free = free.saturating_sub(quantity);
            bill.0.insert((column, item), price.of(paid));
        }
        bill
    }

    pub(super) fn column(&self, wanted: Column) -> Picodollars {
        self.sum(|column, _| column == wanted)
    }

    pub(super) fn item(&self, wanted: Item) -> Picodollars {
        self.sum(|_, item| item == wanted)
    }

    pub(super) fn total(&self) -> Picodollars {
        self.sum(|_, _| true)
    }

    fn sum(&self, wanted: impl Fn(Column, Item) -> bool) -> Picodollars {
        let entries = self.0.iter();
        entries
            .filter(|((column, item), _)| wanted(*column, *item))
            .map(|(_, amount)| *amount)
            .sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn usage() -> Usage {
        let mut usage = Usage::default();
        usage.add(Column::Box, Item::SqsRequests, 20);
        usage.add(Column::Requests, Item::SqsRequests, 3);
        usage.add(Column::Requests, Item::SecretMonths, 6);
        usage
    }

    #[test]
    fn a_free_tier_is_used_once_and_by_the_box_last() {
        let bill = Bill::of(&usage(), &Prices::made_up(), FreeTiers::Unused);
        // Of 5 free ones the functions use 3, the box the other 2.
        assert_eq!(bill.column(Column::Box), Picodollars::of_micro(1_800_000));
        assert_eq!(
            bill.column(Column::Requests),
            Picodollars::of_micro(100_000)
        );
        assert_eq!(bill.total(), Picodollars::of_micro(1_900_000));
    }

    #[test]
    fn without_free_tiers_everything_is_paid() {
        let bill = Bill::of(&usage(), &Prices::made_up(), FreeTiers::UsedUp);
        assert_eq!(
            bill.item(Item::SqsRequests),
            Picodollars::of_micro(2_300_000)
        );
        assert_eq!(
            bill.item(Item::SecretMonths),
            Picodollars::of_micro(600_000)
        );
        assert_eq!(bill.total(), Picodollars::of_micro(2_900_000));
    }
}
