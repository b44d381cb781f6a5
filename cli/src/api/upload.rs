use serde::{Deserialize, Serialize};
use torrent::Timestamp;

/// The answer of `POST /uploads`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct UploadTarget {
    pub(crate) upload: String,
    /// Takes one PUT.
    pub(crate) url: String,
    pub(crate) expires_at: Timestamp,
}
