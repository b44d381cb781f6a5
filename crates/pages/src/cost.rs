use std::sync::LazyLock;

use serde::Deserialize;

/// AWS's list prices: `prices.json`, which says of which day and region they are.
#[derive(Debug, Deserialize)]
struct Prices {
    /// S3 Standard, the first 50 TB: what AWS calls a GB of storage has 2^30 bytes.
    storage_microdollars_per_gib_month: u64,
}

static PRICES: LazyLock<Prices> = LazyLock::new(|| {
    serde_json::from_str(include_str!("../prices.json")).expect("prices.json has every price")
});

/// What a month costs in US dollars, to the cent, as far as it can be known without asking anybody: the storage of
/// these bytes for a whole month. docs/costs.md says what it leaves out.
pub(crate) fn month_cost(stored_bytes: u64) -> f64 {
    let price = u128::from(PRICES.storage_microdollars_per_gib_month);
    let microdollars = u128::from(stored_bytes) * price / (1 << 30);
    let cents = u32::try_from((microdollars + 5_000) / 10_000).unwrap_or(u32::MAX);
    f64::from(cents) / 100.0
}

/// As people write dollars.
pub(crate) fn dollars(cost: f64) -> String {
    format!("${cost:.2}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn storage_costs_its_price_rounded_to_cents() {
        let dollars = |gib: u64| dollars(month_cost(gib << 30));
        assert_eq!(dollars(0), "$0.00");
        assert_eq!(dollars(1_000), "$23.00");
        assert_eq!([dollars(1), dollars(2)], ["$0.02", "$0.05"]);
        assert_eq!(dollars(1 << 30), "$24696061.95");
        assert_eq!(
            dollars((1 << 34) - 1),
            "$42949672.95",
            "more than anybody has"
        );
    }
}
