use std::fmt;

use serde::{Deserialize, Serialize};

/// What an owner files torrents under: 1 to 50 letters, digits, spaces, `.`, `_` and `-`, the first a letter
/// or a digit.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Label(String);

/// The text is no label.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error(
    "a label has 1 to 50 letters, digits, spaces, `.`, `_` and `-`, and starts with a letter or a digit"
)]
pub struct LabelError;

impl Label {
    const CHARS_MAX: usize = 50;

    /// As text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for Label {
    type Error = LabelError;

    fn try_from(text: String) -> Result<Self, LabelError> {
        let starts_well = text.starts_with(char::is_alphanumeric);
        let goes_on_well = text
            .chars()
            .all(|c| c.is_alphanumeric() || " ._-".contains(c));
        if starts_well && goes_on_well && text.chars().count() <= Self::CHARS_MAX {
            Ok(Self(text))
        } else {
            Err(LabelError)
        }
    }
}

impl From<Label> for String {
    fn from(label: Label) -> Self {
        label.0
    }
}

impl fmt::Display for Label {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_are_plain_words() {
        for good in ["a", "7", "Linux ISOs", "été-2026_v1.0", &"x".repeat(50)] {
            assert!(Label::try_from(good.to_owned()).is_ok(), "{good}");
        }
        for bad in ["", " a", "-a", "a/b", "a\n", "<b>", &"x".repeat(51)] {
            assert_eq!(Label::try_from(bad.to_owned()), Err(LabelError), "{bad}");
        }
    }
}
