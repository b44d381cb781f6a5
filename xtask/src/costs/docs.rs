//! The places in the documents that are written by this program.

use anyhow::{Context, Result};

use super::assumed;
use super::markdown::Facts;

/// A document and one of its places.
pub(super) struct Place {
    /// Below the workspace's root.
    pub(super) document: &'static str,
    name: &'static str,
    content: fn(&Facts) -> Result<String>,
}

pub(super) const PLACES: [Place; 4] = [
    Place {
        document: "docs/deploy.md",
        name: "months",
        content: Facts::months,
    },
    Place {
        document: "docs/costs.md",
        name: "items",
        content: Facts::items,
    },
    Place {
        document: "docs/costs.md",
        name: "assumed",
        content: |_| Ok(assumed::list()),
    },
    Place {
        document: "docs/costs.md",
        name: "counted",
        content: |facts| Ok(facts.counts()),
    },
];

impl Place {
    /// The document's text with what is true now.
    ///
    /// # Errors
    /// When the document has no such place.
    pub(super) fn renewed(&self, text: &str, facts: &Facts) -> Result<String> {
        replace(text, self.name, &(self.content)(facts)?)
            .with_context(|| format!("{} has no place for {}", self.document, self.name))
    }
}

fn replace(text: &str, name: &str, content: &str) -> Option<String> {
    let begin = format!("<!-- `cargo xtask costs` writes this: {name} -->\n");
    let end = format!("<!-- end of {name} -->\n");
    let (before, rest) = text.split_once(&begin)?;
    let (_, after) = rest.split_once(&end)?;
    Some(format!("{before}{begin}\n{content}\n{end}{after}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_is_between_the_marks_changes() {
        let document = |content: &str| {
            format!(
                "# One\n<!-- `cargo xtask costs` writes this: a -->\n{content}<!-- end of a -->\nmore\n"
            )
        };
        let renewed = replace(&document("old\n"), "a", "new\n");
        assert_eq!(renewed, Some(document("\nnew\n\n")));
        assert_eq!(replace(&document("old\n"), "b", "new\n"), None);
    }
}
