use std::collections::BTreeMap;

use proof::Keys;
use store::{ShareRow, TokenRow};

/// Keys and values of the store at `now`, in seconds since 1970: `keys`; `token:<id>` with its hash for every
/// token; `revoked:<id>` for every share link that was revoked and has not ended by itself.
///
/// # Panics
/// Never: keys are text.
#[must_use]
pub fn entries(
    keys: &Keys,
    tokens: &[TokenRow],
    shares: &[ShareRow],
    now: u64,
) -> BTreeMap<String, String> {
    let keys = serde_json::to_string(keys).expect("keys are text");
    let tokens = tokens
        .iter()
        .map(|token| (format!("token:{}", token.id.as_str()), token.hash.clone()));
    let revoked = shares
        .iter()
        .filter(|share| share.revoked && share.expires_at > now)
        .map(|share| (format!("revoked:{}", share.id), "1".to_owned()));
    std::iter::once(("keys".to_owned(), keys))
        .chain(tokens)
        .chain(revoked)
        .collect()
}
