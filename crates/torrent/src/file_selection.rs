use std::fmt;
use std::num::ParseIntError;
use std::ops::RangeInclusive;

use serde::{Deserialize, Serialize};

/// Some of a torrent's files, by their indices in its own list. As text it is ranges, `0-4,7`: a choice out
/// of 100,000 files must fit a DynamoDB item, which a list of numbers does not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct FileSelection {
    /// In order, none empty, none touching the next.
    ranges: Vec<RangeInclusive<u32>>,
}

/// The text is no selection of files.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileSelectionError {
    /// It selects nothing.
    #[error("no files are selected")]
    Empty,
    /// One of its parts is neither a number nor two of them.
    #[error("{0:?} is neither an index nor a range of indices such as 0-4")]
    NotARange(String),
    /// A range ends before it starts.
    #[error("the range {0:?} ends before it starts")]
    Backwards(String),
    /// Beyond [`FileSelection::TEXT_BYTES_MAX`].
    #[error("the selection has too many gaps; select whole folders, or all files")]
    TooManyGaps,
}

impl FileSelection {
    /// Leaves room for the rest of a record in a DynamoDB item of 400 KB.
    pub const TEXT_BYTES_MAX: usize = 256 * 1024;

    /// The files with these indices, in any order, each once or more often.
    ///
    /// # Errors
    /// When there are none, or the choice cannot be written down.
    pub fn new(indices: impl IntoIterator<Item = u32>) -> Result<Self, FileSelectionError> {
        Self::of_ranges(indices.into_iter().map(|index| index..=index).collect())
    }

    fn of_ranges(mut parts: Vec<RangeInclusive<u32>>) -> Result<Self, FileSelectionError> {
        parts.sort_unstable_by_key(|range| *range.start());
        let mut ranges: Vec<RangeInclusive<u32>> = Vec::new();
        for range in parts {
            match ranges.last_mut() {
                Some(last) if *range.start() <= last.end().saturating_add(1) => {
                    *last = *last.start()..=*last.end().max(range.end());
                }
                _ => ranges.push(range),
            }
        }
        let selection = Self { ranges };
        if selection.ranges.is_empty() {
            Err(FileSelectionError::Empty)
        } else if selection.to_string().len() > Self::TEXT_BYTES_MAX {
            Err(FileSelectionError::TooManyGaps)
        } else {
            Ok(selection)
        }
    }

    /// Whether the file at `index` is one of them.
    #[must_use]
    pub fn contains(&self, index: usize) -> bool {
        let Ok(index) = u32::try_from(index) else {
            return false;
        };
        let after = self.ranges.partition_point(|range| *range.start() <= index);
        after > 0 && self.ranges[after - 1].contains(&index)
    }

    /// The indices in order.
    pub fn iter(&self) -> impl Iterator<Item = u32> {
        self.ranges.iter().cloned().flatten()
    }
}

impl fmt::Display for FileSelection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, range) in self.ranges.iter().enumerate() {
            if at > 0 {
                f.write_str(",")?;
            }
            write!(f, "{}", range.start())?;
            if range.end() > range.start() {
                write!(f, "-{}", range.end())?;
            }
        }
        Ok(())
    }
}

impl std::str::FromStr for FileSelection {
    type Err = FileSelectionError;

    fn from_str(text: &str) -> Result<Self, FileSelectionError> {
        if text.trim().is_empty() {
            return Err(FileSelectionError::Empty);
        }
        Self::of_ranges(text.split(',').map(range).collect::<Result<_, _>>()?)
    }
}

fn range(text: &str) -> Result<RangeInclusive<u32>, FileSelectionError> {
    let (start, end) = text.split_once('-').unwrap_or((text, text));
    let index = |text: &str| text.trim().parse();
    let read = || Ok::<_, ParseIntError>(index(start)?..=index(end)?);
    let range = read().map_err(|_| FileSelectionError::NotARange(text.to_owned()))?;
    if range.is_empty() {
        return Err(FileSelectionError::Backwards(text.to_owned()));
    }
    Ok(range)
}

impl TryFrom<String> for FileSelection {
    type Error = FileSelectionError;

    fn try_from(text: String) -> Result<Self, FileSelectionError> {
        text.parse()
    }
}

impl From<FileSelection> for String {
    fn from(selection: FileSelection) -> Self {
        selection.to_string()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;

    #[test]
    fn neighbours_become_ranges() {
        let selection = FileSelection::new([7, 2, 0, 1, 4, 3, 2]).unwrap();
        assert_eq!(selection.to_string(), "0-4,7");
        assert_eq!(" 3-4, 0 - 2,7".parse(), Ok(selection));
    }

    #[test]
    fn what_is_no_selection_says_why() {
        let refused = |text: &str| text.parse::<FileSelection>().unwrap_err();
        assert_eq!(refused(""), FileSelectionError::Empty);
        assert_eq!(refused("4-2"), FileSelectionError::Backwards("4-2".into()));
        for bad in ["a", "1,,2", "-1", "1-2-3", "4294967296", "+"] {
            assert!(
                matches!(refused(bad), FileSelectionError::NotARange(_)),
                "{bad}"
            );
        }
        let gaps = FileSelection::new((0..100_000).map(|index| index * 2));
        assert_eq!(gaps, Err(FileSelectionError::TooManyGaps));
        assert_eq!(
            FileSelection::new(0..100_000).unwrap().to_string(),
            "0-99999"
        );
    }

    proptest! {
        #[test]
        fn it_contains_what_was_put_in(indices in prop::collection::btree_set(0..60_u32, 1..40)) {
            let selection = FileSelection::new(indices.iter().copied()).unwrap();
            let found: BTreeSet<_> = (0..60).filter(|index| selection.contains(*index as usize)).collect();
            prop_assert_eq!(&found, &indices);
            prop_assert_eq!(selection.iter().collect::<BTreeSet<_>>(), indices);
            prop_assert_eq!(selection.to_string().parse::<FileSelection>(), Ok(selection));
        }
    }
}
