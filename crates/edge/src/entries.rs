use std::collections::BTreeMap;

use proof::Keys;
use store::{ShareRow, TokenRow};

const KEYS: &str = "keys";
const TOKEN: &str = "token:";
const REVOKED: &str = "revoked:";

/// One difference between the store and the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Change<'a> {
    Put(&'a str, &'a str),
    Delete(&'a str),
}

/// Keys and values of the store at `now`, in seconds since 1970: `keys`; `token:<id>` with its hash for every
/// token; `revoked:<id>` for every share link that was revoked and has not expired.
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
        .map(|token| (token_name(token.id.as_str()), token.hash.clone()));
    let revoked = shares
        .iter()
        .filter(|share| is_revoked(share, now))
        .map(|share| (revoked_name(&share.id), "1".to_owned()));
    std::iter::once((KEYS.to_owned(), keys))
        .chain(tokens)
        .chain(revoked)
        .collect()
}

pub(crate) fn token_name(id: &str) -> String {
    format!("{TOKEN}{id}")
}

pub(crate) fn revoked_name(id: &str) -> String {
    format!("{REVOKED}{id}")
}

/// Whether the edge has to know of this link: an expired one opens nothing anyway.
pub(crate) fn is_revoked(share: &ShareRow, now: u64) -> bool {
    share.revoked && share.expires_at > now
}

/// What makes `wanted` of `there`. They are made some at a time, so the order matters when it breaks off half-way:
/// whatever takes access away comes before whatever gives it. The keys are first of all, since with other keys no
/// earlier proof is valid.
pub(crate) fn changes<'a>(
    there: &'a BTreeMap<String, String>,
    wanted: &'a BTreeMap<String, String>,
) -> Vec<Change<'a>> {
    let puts = wanted
        .iter()
        .filter(|(key, value)| there.get(*key) != Some(*value))
        .map(|(key, value)| Change::Put(key, value));
    let deletes = there
        .keys()
        .filter(|key| !wanted.contains_key(*key))
        .map(|key| Change::Delete(key));
    let mut changes: Vec<_> = puts.chain(deletes).collect();
    changes.sort_by_key(|change| match change {
        Change::Put(KEYS, _) => 0,
        // Before the links, which need room in the store and may find none.
        Change::Delete(key) if key.starts_with(TOKEN) => 1,
        Change::Put(key, _) if key.starts_with(REVOKED) => 2,
        Change::Put(..) | Change::Delete(_) => 3,
    });
    changes
}
