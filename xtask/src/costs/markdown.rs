//! What goes into the documents.

use std::fmt::Write as _;

use anyhow::Result;

use super::assumed::{MONTH_GB, TORRENT_FILES, TORRENT_GB, TORRENTS_PER_MONTH};
use super::bill::{Bill, FreeTiers};
use super::counted::{Asked, Counted};
use super::item::Item;
use super::money::Picodollars;
use super::prices::Prices;
use super::scenario;
use super::template::Made;
use super::usage::{Column, Usage};

/// What the tables are made of.
pub(super) struct Facts {
    pub(super) prices: Prices,
    pub(super) counted: Counted,
    pub(super) made: Made,
}

/// A row of the first table: what to pay for each column.
struct Row {
    name: String,
    columns: [Picodollars; COLUMNS.len()],
    total: Picodollars,
}

const COLUMNS: [(Column, &str); 4] = [
    (Column::Box, "the box"),
    (Column::Storage, "storage"),
    (Column::Requests, "requests, functions, secrets"),
    (Column::Transfer, "transfer"),
];

impl Row {
    fn of(name: String, bill: &Bill) -> Self {
        Self {
            name,
            columns: COLUMNS.map(|(column, _)| bill.column(column)),
            total: bill.total(),
        }
    }

    /// What `more` costs on top of this.
    fn difference(&self, name: String, more: &Self) -> Self {
        let mut columns = more.columns;
        for (more, less) in columns.iter_mut().zip(self.columns) {
            *more = *more - less;
        }
        Self {
            name,
            columns,
            total: more.total - self.total,
        }
    }

    fn without_box(&self) -> Picodollars {
        let others = self.columns.iter().zip(COLUMNS);
        others
            .filter(|(_, (column, _))| *column != Column::Box)
            .map(|(amount, _)| *amount)
            .sum()
    }
}

impl Facts {
    fn month(&self, torrents: u64) -> Result<Usage> {
        scenario::month(&self.counted, &self.made, torrents)
    }

    fn bill(&self, torrents: u64, free: FreeTiers) -> Result<Bill> {
        Ok(Bill::of(&self.month(torrents)?, &self.prices, free))
    }

    /// For docs/deploy.md: what a month costs, and what others ask for one.
    pub(super) fn months(&self) -> Result<String> {
        let Prices { as_of, region, .. } = &self.prices;
        let mut text = format!(
            "With AWS's list prices in {region} of {as_of} and its always-free tiers:\n\n{}",
            self.table(FreeTiers::Unused)?
        );
        let _ = write!(text, "\n{}\n", self.parts_of_box()?);
        let _ = write!(
            text,
            "\nWhere the account uses up its free tiers otherwise:\n\n{}",
            self.table(FreeTiers::UsedUp)?
        );
        let _ = write!(text, "\nBeside others, a month:\n\n{}", self.comparison()?);
        Ok(text)
    }

    fn table(&self, free: FreeTiers) -> Result<String> {
        let row = |name: String, torrents| {
            let bill = self.bill(torrents, free);
            bill.map(|bill| Row::of(name, &bill))
        };
        let idle = row("idle month".to_owned(), 0)?;
        let busy = row(format!("month with {MONTH_GB} GB"), TORRENTS_PER_MONTH)?;
        let one = row(String::new(), 1)?;
        let one = idle.difference(
            format!("one torrent more: {TORRENT_GB} GB, {TORRENT_FILES} files"),
            &one,
        );
        let mut text = String::from("| |");
        for (_, heading) in COLUMNS {
            let _ = write!(text, " {heading} |");
        }
        text.push_str(" in all | without the box |\n| --- |");
        text.push_str(&" --- |".repeat(COLUMNS.len() + 2));
        text.push('\n');
        for row in [idle, busy, one] {
            let _ = write!(text, "| {} |", row.name);
            for amount in row.columns {
                let _ = write!(text, " {amount} |");
            }
            let _ = writeln!(text, " **{}** | {} |", row.total, row.without_box());
        }
        Ok(text)
    }

    /// What the box's column is made of: a box that is stopped still pays for its disk.
    fn parts_of_box(&self) -> Result<String> {
        let bill = self.bill(0, FreeTiers::Unused)?;
        let [instance, disk, address] =
            [Item::T3SmallHours, Item::DiskGibMonths, Item::AddressHours]
                .map(|item| bill.item(item));
        let rest = bill.column(Column::Box) - (instance + disk + address);
        Ok(format!(
            "The box is {instance} for the instance, {disk} for its disk, {address} for its IPv4 address and {rest} \
             for its heartbeats and looks for updates."
        ))
    }

    fn comparison(&self) -> Result<String> {
        let mut text = format!("| | idle | with {MONTH_GB} GB | |\n| --- | --- | --- | --- |\n");
        let free = FreeTiers::Unused;
        let [idle, busy] = [0, TORRENTS_PER_MONTH].map(|torrents| self.bill(torrents, free));
        let (idle, busy) = (idle?, busy?);
        let others = |bill: &Bill| bill.total() - bill.column(Column::Box);
        let alone = |torrents| {
            let usage = scenario::one_instance(torrents);
            Bill::of(&usage, &self.prices, free).total()
        };
        let mut line = |name: &str, idle: Picodollars, busy: Picodollars, note: &str| {
            let _ = writeln!(text, "| {name} | {idle} | {busy} | {note} |");
        };
        line(
            "torrent2s3 today",
            idle.total(),
            busy.total(),
            "its box runs all month",
        );
        line(
            "torrent2s3 without the box",
            others(&idle),
            others(&busy),
            "what remains when nothing of it is there",
        );
        line(
            "a `t4g.small` with a Deluge of one's own",
            alone(0),
            alone(TORRENTS_PER_MONTH),
            "same disk and address; keeps the files on a larger disk; no S3, no links, no page",
        );
        for plan in &self.prices.elsewhere {
            let note = format!("{}; as known on {}", plan.note, plan.as_known_on);
            line(&plan.name, plan.month(), plan.month(), &note);
        }
        Ok(text)
    }

    /// For docs/costs.md: everything that is billed.
    pub(super) fn items(&self) -> Result<String> {
        let mut text = format!(
            "| | price | free each month | idle month | | month with {MONTH_GB} GB | |\n\
             | --- | --- | --- | --- | --- | --- | --- |\n"
        );
        let [idle, busy] = [0, TORRENTS_PER_MONTH].map(|torrents| self.month(torrents));
        let (idle, busy) = (idle?, busy?);
        let bill = |usage| Bill::of(usage, &self.prices, FreeTiers::Unused);
        let (idle_bill, busy_bill) = (bill(&idle), bill(&busy));
        for item in Item::ALL {
            if busy.of(item) == 0 && item != Item::AlarmMonths {
                continue;
            }
            let price = self.prices.of(item);
            let _ = writeln!(
                text,
                "| {} | {} | {} | {} | {} | {} | {} |",
                item.name(),
                price.shown(),
                quantity(item, price.free),
                quantity(item, idle.of(item)),
                idle_bill.item(item),
                quantity(item, busy.of(item)),
                busy_bill.item(item),
            );
        }
        let _ = writeln!(
            text,
            "| **in all** | | | | **{}** | | **{}** |",
            idle_bill.total(),
            busy_bill.total()
        );
        Ok(text)
    }

    /// For docs/costs.md: what the local stack was seen to ask for.
    pub(super) fn counts(&self) -> String {
        let Counted {
            date,
            idle,
            torrent,
        } = &self.counted;
        let mut text = format!(
            "Counted on {date}: {} idle minutes, and {} minutes around a torrent of {} files and {} MB, with {} \
             requests for pages and files and {} to the API.\n\n\
             | | idle | torrent |\n| --- | --- | --- |\n",
            idle.minutes,
            torrent.minutes,
            torrent.files,
            torrent.size_bytes / 1_000_000,
            torrent.owner.page_requests,
            torrent.owner.api_requests,
        );
        let (idle, torrent) = (lines(&idle.asked), lines(&torrent.asked));
        let mut names: Vec<_> = idle.iter().chain(&torrent).map(|(name, _)| name).collect();
        names.sort_unstable();
        names.dedup();
        for name in names {
            let of = |lines: &[(String, String)]| {
                let line = lines.iter().find(|(known, _)| known == name);
                line.map_or_else(|| "0".to_owned(), |(_, count)| count.clone())
            };
            let _ = writeln!(text, "| {name} | {} | {} |", of(&idle), of(&torrent));
        }
        text
    }
}

fn lines(asked: &Asked) -> Vec<(String, String)> {
    let calls = asked.calls.iter().map(|calls| {
        let name = format!("{}: `{}`", calls.role, calls.action);
        (name, grouped(calls.count))
    });
    let runs = asked.runs.iter().map(|runs| {
        let name = format!("{}: runs", runs.function);
        let seconds = runs.duration_ms.div_ceil(1000);
        let count = grouped(runs.count);
        (name, format!("{count} ({} s)", grouped(seconds)))
    });
    calls.chain(runs).collect()
}

fn quantity(item: Item, quantity: u64) -> String {
    grouped(quantity.div_ceil(item.shown_in()))
}

/// With a comma before each three digits.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped() {
        let shown = [0, 999, 1_000, 12_345, 1_234_567].map(grouped);
        assert_eq!(shown, ["0", "999", "1,000", "12,345", "1,234,567"]);
        assert_eq!(quantity(Item::LambdaMibMs, 1_024_001), "2");
    }

    #[test]
    fn a_difference_is_what_comes_on_top() {
        let row = |dollars: [u64; 4]| Row {
            name: String::new(),
            columns: dollars.map(|dollars| Picodollars::of_micro(dollars * 1_000_000)),
            total: Picodollars::of_micro(dollars.iter().sum::<u64>() * 1_000_000),
        };
        let more = row([10, 2, 3, 4]).difference(String::new(), &row([10, 5, 4, 4]));
        assert_eq!(more.columns, row([0, 3, 1, 0]).columns);
        assert_eq!(more.total, row([4, 0, 0, 0]).total);
        let without_box = row([10, 2, 3, 4]).without_box();
        assert_eq!(without_box, row([9, 0, 0, 0]).total);
    }
}
