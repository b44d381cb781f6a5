use store::StoreError;

/// The edge could not be told. What was changed in the table counts at the API already; trying again helps.
#[derive(Debug, thiserror::Error)]
pub enum EdgeError {
    /// The key-value store did not take it.
    #[error("{operation} failed: {detail}")]
    Aws {
        /// Service and operation, as in IAM.
        operation: &'static str,
        /// The SDK's error with its causes.
        detail: String,
    },
    /// Others kept changing the store.
    #[error("the key-value store changed with every try")]
    Busy,
    /// The table could not be read.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There are no keys in the table: the stack's deploy has not ended.
    #[error("there are no keys yet")]
    NoKeys,
}
