//! `cargo xtask costs`: what the product costs on AWS, estimated from counted requests and a file of prices.
//!
//! The prices are `crates/pages/prices.json`, the counts `costs/counted.json`, and what is neither is in
//! `costs/assumed.rs`. The tables go into the documents, and a test sees when they are not what is estimated now.

mod assumed;
mod bill;
mod count;
mod counted;
mod docs;
mod item;
mod markdown;
mod money;
mod owner;
mod prices;
mod scenario;
mod template;
mod usage;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result};

use self::counted::Counted;
use self::docs::PLACES;
use self::markdown::Facts;
use self::prices::Prices;
use self::template::Made;
use crate::paths;

const PRICES: &str = include_str!("../../crates/pages/prices.json");
const TEMPLATE: &str = include_str!("../../template.yaml");

/// What to do before the tables are written.
#[derive(Debug, Clone, Copy)]
pub struct CostsOptions {
    /// Whether to count requests anew, on a local stack of its own: about a quarter of an hour.
    pub count: bool,
    /// Whether to build the functions for that; without it they must have been built before.
    pub build: bool,
}

/// Estimates, prints the table of months, and writes all tables into the documents.
///
/// # Errors
/// When the stack does not come up or the torrent does not arrive, when something was asked for that has no price, or
/// when a document has no place for its table.
pub fn run(options: CostsOptions) -> Result<()> {
    if options.count {
        let counted = count::run(options.build)?;
        let json = serde_json::to_string_pretty(&counted)? + "\n";
        fs::write(counted_file(), json).context("counted.json")?;
    }
    let facts = facts()?;
    println!("{}", facts.months()?);
    for place in PLACES {
        let file = paths::root().join(place.document);
        let text = fs::read_to_string(&file).context(place.document)?;
        fs::write(&file, place.renewed(&text, &facts)?).context(place.document)?;
    }
    Ok(())
}

fn facts() -> Result<Facts> {
    let json = fs::read_to_string(counted_file()).context("counted.json")?;
    let counted: Counted = serde_json::from_str(&json).context("counted.json")?;
    Ok(Facts {
        prices: Prices::parse(PRICES).context("prices.json")?,
        counted,
        made: Made::by(TEMPLATE),
    })
}

fn counted_file() -> PathBuf {
    paths::root().join("xtask/src/costs/counted.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A price, a count, an assumption or an alarm has changed? Then `cargo xtask costs`.
    #[test]
    fn the_documents_have_the_tables_that_are_estimated_now() {
        let facts = facts().unwrap();
        for place in PLACES {
            let text = fs::read_to_string(paths::root().join(place.document)).unwrap();
            let renewed = place.renewed(&text, &facts).unwrap();
            assert!(
                text == renewed,
                "{} is out of date: run `cargo xtask costs`",
                place.document
            );
        }
    }
}
