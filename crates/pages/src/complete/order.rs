use std::cmp::Ordering;

/// The order of paths as people number things: folder by folder, `Part 2` before `Part 10`.
pub(crate) fn by_name(a: &str, b: &str) -> Ordering {
    let names = a.split('/').zip(b.split('/'));
    let different = names.map(|(a, b)| name(a, b)).find(|order| order.is_ne());
    different.unwrap_or_else(|| a.split('/').count().cmp(&b.split('/').count()))
}

/// Two names are equal only if they are the same.
fn name(a: &str, b: &str) -> Ordering {
    let (mut rest_a, mut rest_b) = (a, b);
    while let (Some(first_a), Some(first_b)) = (rest_a.chars().next(), rest_b.chars().next()) {
        let (number_a, number_b) = (digits(rest_a), digits(rest_b));
        let order = if number_a.is_empty() || number_b.is_empty() {
            rest_a = &rest_a[first_a.len_utf8()..];
            rest_b = &rest_b[first_b.len_utf8()..];
            first_a.cmp(&first_b)
        } else {
            rest_a = &rest_a[number_a.len()..];
            rest_b = &rest_b[number_b.len()..];
            let (a, b) = (
                number_a.trim_start_matches('0'),
                number_b.trim_start_matches('0'),
            );
            a.len().cmp(&b.len()).then_with(|| a.cmp(b))
        };
        if order.is_ne() {
            return order;
        }
    }
    rest_a.len().cmp(&rest_b.len()).then_with(|| a.cmp(b))
}

fn digits(text: &str) -> &str {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_count_and_folders_stay_together() {
        let mut paths = vec![
            "S1/E10.mkv",
            "S1/E2.mkv",
            "S10/E1.mkv",
            "S1 extra/a",
            "S2/E1.mkv",
            "S1/E02.mkv",
            "S1",
            "ü1",
            "ü01",
            "",
            "S1/E100000000000000000000000.mkv",
        ];
        paths.sort_by(|a, b| by_name(a, b));
        assert_eq!(
            paths,
            [
                "",
                "S1",
                "S1/E02.mkv",
                "S1/E2.mkv",
                "S1/E10.mkv",
                "S1/E100000000000000000000000.mkv",
                "S1 extra/a",
                "S2/E1.mkv",
                "S10/E1.mkv",
                "ü01",
                "ü1",
            ]
        );
    }
}
