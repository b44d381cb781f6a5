use std::collections::BTreeMap;

use serde::Serialize;

/// What one subject took for one case. The end of a name is its unit.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub(super) struct Figures {
    pub(super) wall_s: f64,
    /// User and system time of the subject's own process.
    pub(super) cpu_s: f64,
    pub(super) peak_rss_mib: f64,
    /// Requests to AWS.
    pub(super) requests: u64,
    /// A bench's own columns.
    #[serde(flatten)]
    pub(super) extra: BTreeMap<&'static str, f64>,
}

impl Figures {
    /// Every figure on its own: the medians need not be of one and the same round.
    pub(super) fn medians(samples: &[Self]) -> Self {
        let of = |figure: &dyn Fn(&Self) -> f64| median(samples.iter().map(figure).collect());
        let mut requests: Vec<_> = samples.iter().map(|sample| sample.requests).collect();
        requests.sort_unstable();
        let names = samples.iter().flat_map(|sample| sample.extra.keys());
        Self {
            wall_s: of(&|sample| sample.wall_s),
            cpu_s: of(&|sample| sample.cpu_s),
            peak_rss_mib: of(&|sample| sample.peak_rss_mib),
            requests: requests
                .get(requests.len() / 2)
                .copied()
                .unwrap_or_default(),
            extra: names
                .map(|name| {
                    (
                        *name,
                        of(&|sample| sample.extra.get(name).copied().unwrap_or(f64::NAN)),
                    )
                })
                .collect(),
        }
    }

    /// Names and values in the order of the table.
    pub(super) fn columns(&self) -> Vec<(&'static str, f64)> {
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52 requests")]
        let requests = self.requests as f64;
        let mut columns = vec![("wall_s", self.wall_s)];
        columns.extend(self.extra.iter().map(|(name, value)| (*name, *value)));
        columns.extend([
            ("cpu_s", self.cpu_s),
            ("peak_rss_mib", self.peak_rss_mib),
            ("requests", requests),
        ]);
        columns
    }
}

/// Between two middle values the higher one; `NaN` of none.
fn median(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_figure_has_its_own_median() {
        let sample = |wall_s, requests, init_s| Figures {
            wall_s,
            requests,
            extra: [("init_s", init_s)].into(),
            ..Figures::default()
        };
        let medians = Figures::medians(&[
            sample(3.0, 1, 0.1),
            sample(1.0, 2, 0.3),
            sample(2.0, 2, 0.2),
        ]);
        assert_eq!(medians, sample(2.0, 2, 0.2));
    }
}
