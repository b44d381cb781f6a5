use std::collections::BTreeMap;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::item::Item;
use super::money::Picodollars;

/// `crates/pages/prices.json`: AWS's list prices and those of other services, with their days and sources.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Prices {
    /// The day of AWS's prices.
    pub(super) as_of: String,
    pub(super) region: String,
    storage_microdollars_per_gib_month: u64,
    aws: BTreeMap<Item, Price>,
    pub(super) elsewhere: Vec<Plan>,
}

/// What some units of an item cost.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Price {
    microdollars: u64,
    /// For how many of the item.
    per: u64,
    /// How AWS calls that many.
    pub(super) unit: String,
    /// How many of a month cost nothing, in every account and for ever.
    #[serde(default)]
    pub(super) free: u64,
    /// The page it is from.
    #[serde(rename = "source")]
    _source: String,
}

/// What somebody else asks for something like it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Plan {
    pub(super) name: String,
    microdollars_per_month: u64,
    pub(super) as_known_on: String,
    #[serde(rename = "source")]
    _source: String,
    pub(super) note: String,
}

impl Plan {
    pub(super) fn month(&self) -> Picodollars {
        Picodollars::of_micro(self.microdollars_per_month)
    }
}

impl Price {
    pub(super) fn of(&self, quantity: u64) -> Picodollars {
        let Picodollars(all) = Picodollars::of_micro(self.microdollars);
        Picodollars(all * u128::from(quantity) / u128::from(self.per))
    }

    /// As on AWS's page: the amount, and for what.
    pub(super) fn shown(&self) -> String {
        let cents = format!("{:.2}", self.dollars());
        let exact = self.dollars().to_string();
        let amount = if cents.len() > exact.len() {
            cents
        } else {
            exact
        };
        format!("${amount} per {}", self.unit)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "to show it; a price is far below 2^52 micro-dollars"
    )]
    fn dollars(&self) -> f64 {
        self.microdollars as f64 / 1e6
    }
}

impl Prices {
    /// Reads them.
    ///
    /// # Errors
    /// When one is missing, or is for nothing.
    pub(super) fn parse(json: &str) -> Result<Self> {
        let mut prices: Self = serde_json::from_str(json)?;
        // The one that crates/pages reads too.
        prices.aws.insert(
            Item::S3MibMonths,
            Price {
                microdollars: prices.storage_microdollars_per_gib_month,
                per: 1024,
                unit: "GiB and month".to_owned(),
                free: 0,
                _source: String::new(),
            },
        );
        for item in Item::ALL {
            let price = prices.aws.get(&item);
            let price = price.with_context(|| format!("there is no price of {item:?}"))?;
            ensure!(price.per > 0, "the price of {item:?} is for nothing");
        }
        Ok(prices)
    }

    pub(super) fn of(&self, item: Item) -> &Price {
        // `parse` has seen that all are there.
        &self.aws[&item]
    }
}

#[cfg(test)]
impl Prices {
    /// Everything costs 1,000,000 micro-dollars per 10, and 5 of each are free.
    pub(super) fn made_up() -> Self {
        let price = Price {
            microdollars: 1_000_000,
            per: 10,
            unit: "ten".to_owned(),
            free: 5,
            _source: String::new(),
        };
        Self {
            as_of: "2000-01-01".to_owned(),
            region: "nowhere-1".to_owned(),
            storage_microdollars_per_gib_month: 0,
            aws: Item::ALL.map(|item| (item, price.clone())).into(),
            elsewhere: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_price_is_for_so_many() {
        let prices = Prices::made_up();
        let price = prices.of(Item::SqsRequests);
        assert_eq!(price.of(0), Picodollars(0));
        assert_eq!(price.of(1), Picodollars::of_micro(100_000));
        assert_eq!(price.of(25), Picodollars::of_micro(2_500_000));
        assert_eq!(price.shown(), "$1.00 per ten");
    }

    #[test]
    fn a_price_that_is_missing_or_for_nothing_is_an_error() {
        let file = super::super::PRICES;
        let error = |from: &str, to: &str| {
            assert!(file.contains(from));
            let parsed = Prices::parse(&file.replace(from, to));
            format!("{:#}", parsed.unwrap_err())
        };
        assert!(error("\"secret_months\"", "\"secret\"").contains("unknown variant"));
        assert!(error("\"per\": 10000,", "\"per\": 0,").contains("is for nothing"));
        let without = file.replacen("\"aws\": {", "\"aws\": {}, \"unused\": {", 1);
        assert!(
            Prices::parse(&without)
                .unwrap_err()
                .to_string()
                .contains("no price")
        );
    }
}
