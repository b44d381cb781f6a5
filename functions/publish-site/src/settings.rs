use std::collections::BTreeMap;

use anyhow::ensure;

/// The file `published/box/current`: the release, and the settings that go with it. A shell reads it, so a value is
/// of letters, digits and `.:/-` alone.
///
/// # Errors
/// When a name or value is anything else.
pub(crate) fn current(
    release: &str,
    settings: &BTreeMap<String, String>,
) -> anyhow::Result<String> {
    let mut text = format!("RELEASE={release}\n");
    for (name, value) in settings {
        let plain = |text: &str, others: &str| {
            text.chars()
                .all(|c| c.is_ascii_alphanumeric() || others.contains(c))
        };
        ensure!(
            !name.is_empty() && plain(name, "_") && plain(value, ".:/-"),
            "the setting {name} of the box has a value that a shell could misread"
        );
        text.extend([name, "=", value, "\n"]);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(name: &str, value: &str) -> anyhow::Result<String> {
        current("r1", &BTreeMap::from([(name.into(), value.into())]))
    }

    #[test]
    fn settings_are_lines() {
        assert_eq!(
            one("SEED_RATIO", "1.5").unwrap(),
            "RELEASE=r1\nSEED_RATIO=1.5\n"
        );
    }

    #[test]
    fn what_a_shell_would_run_is_refused() {
        for value in ["$(reboot)", "1\nPATH=/tmp", "a b", "`id`", "'"] {
            assert!(one("SEED_RATIO", value).is_err(), "{value}");
        }
        assert!(one("A=B C", "1").is_err());
    }
}
