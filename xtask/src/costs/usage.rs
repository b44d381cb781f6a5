use std::collections::BTreeMap;

use super::item::Item;

/// A column of the table. A free tier is used up in this order: what is shown is so what would remain without a box.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    Storage,
    Requests,
    Transfer,
    Box,
}

/// How much of what AWS bills is used, in a month or by one torrent.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Usage(BTreeMap<(Column, Item), u64>);

impl Usage {
    pub(super) fn add(&mut self, column: Column, item: Item, quantity: u64) {
        *self.0.entry((column, item)).or_default() += quantity;
    }

    /// So often `other`.
    pub(super) fn add_times(&mut self, other: &Self, times: u64) {
        for (&(column, item), quantity) in &other.0 {
            self.add(column, item, quantity * times);
        }
    }

    /// `other`, counted in `counted` minutes, for `minutes`: rounded up, so that what is rare is not lost.
    pub(super) fn add_rate(&mut self, other: &Self, minutes: u64, counted: u64) {
        for (&(column, item), quantity) in &other.0 {
            self.add(column, item, (quantity * minutes).div_ceil(counted));
        }
    }

    /// In all columns.
    pub(super) fn of(&self, wanted: Item) -> u64 {
        let of_item = self.0.iter().filter(|((_, item), _)| *item == wanted);
        of_item.map(|(_, quantity)| quantity).sum()
    }

    /// By column, then item.
    pub(super) fn entries(&self) -> impl Iterator<Item = (Column, Item, u64)> {
        self.0
            .iter()
            .map(|(&(column, item), &quantity)| (column, item, quantity))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantities_add_up_and_rates_round_up() {
        let mut once = Usage::default();
        once.add(Column::Requests, Item::S3Gets, 3);
        once.add(Column::Box, Item::S3Gets, 1);
        let mut all = Usage::default();
        all.add_times(&once, 10);
        assert_eq!(all.of(Item::S3Gets), 40);
        all.add_rate(&once, 10, 4);
        // 7.5 and 2.5 more.
        assert_eq!(all.of(Item::S3Gets), 40 + 8 + 3);
        assert_eq!(all.of(Item::S3Puts), 0);
    }
}
