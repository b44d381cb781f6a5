//! `cargo xtask bench`: what the product costs, measured beside something a reader knows.
//!
//! A bench takes its subjects in turns, so that whatever else the machine does meets all of them, and reports
//! medians. Goals are printed as met or missed; they do not decide how the command ends.

mod coldstart;
mod edge;
mod figures;
mod parse;
mod report;
mod runtime_api;
mod status;
mod transfer;
mod trial;
mod usage;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, bail, ensure};

use report::Report;
use trial::Plan;

use crate::sam_local::Outcome;

/// What to measure.
#[derive(Debug, Clone, Default)]
pub struct BenchOptions {
    /// One bench by its name; all of them when absent.
    pub name: Option<String>,
    /// Where the rows go, as a JSON array; a file that is there is replaced.
    pub json: Option<PathBuf>,
    /// How often each subject is measured; each bench has its own default.
    pub rounds: Option<usize>,
    /// Only the cases whose name contains this.
    pub case: Option<String>,
    /// Once, with little work and the local stack's unoptimised programs: whether the bench runs, not how fast.
    pub small: bool,
}

struct Bench {
    name: &'static str,
    rounds: usize,
    run: fn(&Plan<'_>) -> Result<Report>,
}

/// A new bench is a function that measures as planned, and a line here.
const BENCHES: [Bench; 5] = [
    Bench {
        name: "coldstart",
        rounds: 11,
        run: coldstart::run,
    },
    Bench {
        name: "parse",
        rounds: 11,
        run: parse::run,
    },
    Bench {
        name: "transfer",
        rounds: 5,
        run: transfer::run,
    },
    Bench {
        name: "edge",
        rounds: 5,
        run: edge::run,
    },
    Bench {
        name: "status",
        rounds: 11,
        run: status::run,
    },
];

/// Runs every bench once, small.
///
/// # Errors
/// Names the bench that does not run.
pub(crate) fn check() -> Result<Outcome> {
    run(&BenchOptions {
        small: true,
        ..BenchOptions::default()
    })?;
    Ok(Outcome::Passed)
}

/// Measures, prints a table per bench, and writes the rows.
///
/// # Errors
/// When there is no such bench, a subject cannot be built, does not answer or answers wrongly, or on Ctrl-C.
/// A goal that is missed is no error.
pub fn run(options: &BenchOptions) -> Result<()> {
    let benches: Vec<_> = BENCHES
        .iter()
        .filter(|bench| {
            options
                .name
                .as_deref()
                .is_none_or(|name| name == bench.name)
        })
        .collect();
    if benches.is_empty() {
        let names: Vec<_> = BENCHES.iter().map(|bench| bench.name).collect();
        bail!("there is no such bench; there is: {}", names.join(", "));
    }
    if options.rounds == Some(0) {
        bail!("at least one round is needed");
    }
    let mut rows = Vec::new();
    for bench in benches {
        let rounds = if options.small { 1 } else { bench.rounds };
        let rounds = options.rounds.unwrap_or(rounds);
        let mut report = (bench.run)(&Plan {
            rounds,
            case: options.case.as_deref(),
            small: options.small,
        })
        .with_context(|| format!("the bench `{}` does not run", bench.name))?;
        if options.small {
            // Of unoptimised programs they say nothing.
            report.goals.clear();
        }
        ensure!(
            !report.rows.is_empty() || options.case.is_some(),
            "the bench `{}` measured nothing",
            bench.name
        );
        println!("\n{} (medians of {rounds} rounds)\n\n{report}", bench.name);
        rows.extend(report.rows);
    }
    if rows.is_empty() {
        bail!("no case of any bench is called that");
    }
    if let Some(file) = &options.json {
        fs::write(file, report::to_json(&rows)?).with_context(|| file.display().to_string())?;
    }
    Ok(())
}
