use std::error::Error as StdError;

/// An AWS call failed for good, after the SDK's own retries, or answered what we never wrote.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The call itself failed; the same call may succeed later.
    #[error("{operation} failed: {detail}")]
    Aws {
        /// Service and operation, as in IAM.
        operation: &'static str,
        /// The SDK's error with its causes.
        detail: String,
    },
    /// A record, message or object is not what this version writes; a retry does not help.
    #[error("{what} is malformed: {detail}")]
    Malformed {
        /// Which one.
        what: String,
        /// What is wrong with it.
        detail: String,
    },
    /// An object that a stranger wrote is larger than it may be; it was not read.
    #[error("{what} has {size_bytes} bytes, more than are read")]
    TooLarge {
        /// Which one.
        what: String,
        /// Its length.
        size_bytes: usize,
    },
}

impl StoreError {
    /// Wraps an SDK error, which alone displays nothing of its cause.
    pub(crate) fn aws(operation: &'static str) -> impl Fn(Box<dyn StdError + Send + Sync>) -> Self {
        move |error| {
            let mut detail = error.to_string();
            let mut cause = error.source();
            while let Some(error) = cause {
                let text = error.to_string();
                if !detail.contains(&text) {
                    detail = format!("{detail}: {text}");
                }
                cause = error.source();
            }
            Self::Aws { operation, detail }
        }
    }

    pub(crate) fn malformed(what: impl Into<String>, detail: &impl ToString) -> Self {
        Self::Malformed {
            what: what.into(),
            detail: detail.to_string(),
        }
    }

    /// Whether the same call can succeed later.
    #[must_use]
    pub const fn is_retryable(&self) -> bool {
        matches!(self, Self::Aws { .. })
    }
}
