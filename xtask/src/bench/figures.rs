/// What one subject took for one case. The end of a name is its unit.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Figures {
    pub(super) wall_s: f64,
    /// User and system time of the subject's own process.
    pub(super) cpu_s: f64,
    pub(super) peak_rss_mib: f64,
    /// Requests to AWS.
    pub(super) requests: u64,
    /// A bench's own columns, the same for all its rows.
    pub(super) extra: Vec<(&'static str, f64)>,
}

impl Figures {
    /// Every figure on its own: the medians need not be of one and the same round.
    pub(super) fn medians(samples: &[Self]) -> Self {
        let of = |figure: &dyn Fn(&Self) -> f64| median(samples.iter().map(figure).collect());
        let mut requests: Vec<_> = samples.iter().map(|sample| sample.requests).collect();
        requests.sort_unstable();
        let names = samples.first().map(|sample| &sample.extra);
        let names = names.into_iter().flatten().map(|(name, _)| *name);
        Self {
            wall_s: of(&|sample| sample.wall_s),
            cpu_s: of(&|sample| sample.cpu_s),
            peak_rss_mib: of(&|sample| sample.peak_rss_mib),
            requests: requests
                .get(requests.len() / 2)
                .copied()
                .unwrap_or_default(),
            extra: names
                .map(|name| (name, of(&|sample| sample.extra(name))))
                .collect(),
        }
    }

    /// One of the bench's own figures; `NaN`, which meets no goal, when it has none of that name.
    pub(super) fn extra(&self, name: &str) -> f64 {
        let found = self.extra.iter().find(|(known, _)| *known == name);
        found.map_or(f64::NAN, |(_, value)| *value)
    }

    /// Names and values in the order of the table; `requests`, the one whole number, comes after them.
    pub(super) fn columns(&self) -> impl Iterator<Item = (&'static str, f64)> {
        [("wall_s", self.wall_s)]
            .into_iter()
            .chain(self.extra.iter().copied())
            .chain([("cpu_s", self.cpu_s), ("peak_rss_mib", self.peak_rss_mib)])
    }
}

/// Between two middle values the higher one; `NaN` of none.
pub(super) fn median(mut values: Vec<f64>) -> f64 {
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
            extra: vec![("init_s", init_s)],
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
