use proof::{ShareScope, TokenId};
use serde::{Deserialize, Serialize};
use torrent::Timestamp;

/// A token, without what is secret of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TokenRow {
    /// Names it.
    pub id: TokenId,
    /// What its owner calls it.
    pub name: String,
    /// See [`proof::TokenHash`].
    pub hash: String,
    /// Whether it is the secret itself, which alone makes and revokes the others.
    pub owner: bool,
    /// When it was made.
    pub created_at: Timestamp,
}

/// A share link, without its signature.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ShareRow {
    /// See [`proof::ShareId`].
    pub id: String,
    /// What it opens.
    pub scope: ShareScope,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it ends, in seconds since 1970.
    pub expires_at: u64,
    /// It ended early.
    pub revoked: bool,
}
