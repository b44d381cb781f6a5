use anyhow::{Context, Result};

use super::figures::Figures;
use super::report::Row;
use crate::interrupt;

/// One subject at one case, ready to be measured again and again.
pub(super) struct Trial<'a> {
    pub(super) case: &'static str,
    pub(super) subject: &'static str,
    pub(super) measure: Box<dyn FnMut() -> Result<Figures> + 'a>,
}

/// How a bench is run.
#[derive(Debug, Clone)]
pub(super) struct Plan<'a> {
    /// How often each subject is measured.
    pub(super) rounds: usize,
    /// Only the cases whose name contains this.
    pub(super) case: Option<&'a str>,
    /// Little work, and the programs of the local stack.
    pub(super) small: bool,
}

impl Plan<'_> {
    pub(super) fn wants(&self, case: &str) -> bool {
        self.case.is_none_or(|part| case.contains(part))
    }
}

/// Measures all wanted trials in turns, after `warm_ups` rounds that do not count: one fills the page cache. Rows
/// come in the order of the trials.
pub(super) fn interleave(
    bench: &'static str,
    plan: &Plan<'_>,
    warm_ups: usize,
    mut trials: Vec<Trial<'_>>,
) -> Result<Vec<Row>> {
    let warm_ups = if plan.small { 0 } else { warm_ups };
    trials.retain(|trial| plan.wants(trial.case));
    let mut samples = vec![Vec::new(); trials.len()];
    for round in 0..warm_ups + plan.rounds {
        for (trial, samples) in trials.iter_mut().zip(&mut samples) {
            interrupt::check()?;
            let figures = (trial.measure)()
                .with_context(|| format!("{bench}: {}, {}", trial.case, trial.subject))?;
            if round >= warm_ups {
                samples.push(figures);
            }
        }
    }
    Ok(trials
        .iter()
        .zip(samples)
        .map(|(trial, samples)| Row {
            bench,
            case: trial.case,
            subject: trial.subject,
            figures: Figures::medians(&samples),
        })
        .collect())
}
