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

/// Measures all trials in turns, `rounds` times after a first round that does not count: it fills the page
/// cache. Rows come in the order of the trials.
pub(super) fn interleave(
    bench: &'static str,
    rounds: usize,
    mut trials: Vec<Trial<'_>>,
) -> Result<Vec<Row>> {
    let mut samples = vec![Vec::new(); trials.len()];
    for round in 0..=rounds {
        for (trial, samples) in trials.iter_mut().zip(&mut samples) {
            interrupt::check()?;
            let figures = (trial.measure)()
                .with_context(|| format!("{bench}: {}, {}", trial.case, trial.subject))?;
            if round > 0 {
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
