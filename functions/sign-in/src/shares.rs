use std::cmp::Reverse;

use api::Problem;
use edge::Changed;
use lambda_http::http::StatusCode;
use lambda_http::{Request, RequestExt};
use proof::{ShareScope, TokenId};
use serde::Deserialize;
use serde_json::json;
use store::ShareRow;
use torrent::Timestamp;

use crate::handler::{Answer, SignIn, body, done, seconds, time};

/// What somebody may choose, in seconds: an hour, a day, a week, 30 days.
const LENGTHS: [u64; 4] = [3600, 86_400, 604_800, 2_592_000];

/// Links of one answer. With the longest paths they have 4 MB, and Lambda answers at most 6 MB.
const PAGE_MAX: usize = 1000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewShare {
    path: ShareScope,
    seconds: u64,
}

impl SignIn {
    /// The share links that work, the last to end first, a page at a time.
    pub(crate) async fn shares(&self, request: &Request, now: Timestamp) -> Answer {
        let query = request.query_string_parameters();
        let after = query.first("cursor").map(place_of).transpose()?;
        let mut shares = self.access.shares().await?;
        shares.retain(|share| !share.revoked && share.expires_at > seconds(now));
        shares.sort_by(|a, b| place(a).cmp(&place(b)));
        let start = after.map_or(0, |after| {
            shares.partition_point(|share| place(share) <= after)
        });
        let rest = &shares[start..];
        let page = &rest[..PAGE_MAX.min(rest.len())];
        let mut body = json!({ "shares": page.iter().map(shown).collect::<Vec<_>>() });
        if let Some(last) = page.last().filter(|_| rest.len() > page.len()) {
            body["next"] = json!(format!("{}.{}", last.expires_at, last.id));
        }
        Ok(api::json(StatusCode::OK, &body))
    }

    /// The link itself is in this answer alone; who lost it makes another.
    pub(crate) async fn make_share(&self, request: &Request, now: Timestamp) -> Answer {
        let NewShare {
            path,
            seconds: length,
        } = body(request)?;
        if !LENGTHS.contains(&length) {
            let detail = format!("`seconds` is one of {LENGTHS:?}, not {length}");
            return Err(
                Problem::new(StatusCode::BAD_REQUEST, "bad-share", detail).in_field("seconds")
            );
        }
        let expires = seconds(now) + length;
        let signature = self.keys().await?.sign_share(&path, expires);
        let id = signature.id().as_str().to_owned();
        let link = if path.is_torrent() {
            format!("/complete/{}/index.html?s={signature}", path.infohash())
        } else {
            format!("{}?s={signature}", path.as_str())
        };
        // The same wish in the same second is the same link; revoked stays revoked.
        let known = self.access.share(&id).await?;
        let row = known.unwrap_or(ShareRow {
            id,
            scope: path,
            created_at: now,
            expires_at: expires,
            revoked: false,
        });
        self.access.put_share(&row).await?;
        let mut shown = shown(&row);
        shown["link"] = json!(link);
        Ok(api::json(StatusCode::CREATED, &shown))
    }

    /// Ends a link early; one that is not there has ended by itself.
    pub(crate) async fn revoke_share(&self, id: String, now: Timestamp) -> Answer {
        if let Some(share) = self.access.share(&id).await? {
            let revoked = ShareRow {
                revoked: true,
                ..share
            };
            let change = self.access.begin_change().await?;
            self.access.put_share(&revoked).await?;
            let changed = Changed::Share(&revoked.id);
            self.tell_edge(&change, changed, now).await?;
        }
        Ok(done())
    }
}

/// Where a link stands in the list.
fn place(share: &ShareRow) -> (Reverse<u64>, &str) {
    (Reverse(share.expires_at), &share.id)
}

/// Reads a cursor: `<expiry>.<id>` of the last link that was shown.
fn place_of(cursor: &str) -> Result<(Reverse<u64>, &str), Problem> {
    let place = cursor.split_once('.').and_then(|(expires, id)| {
        TokenId::try_from(id.to_owned()).ok()?;
        Some((Reverse(expires.parse().ok()?), id))
    });
    place.ok_or_else(|| {
        let detail = "`cursor` is the `next` of the page before";
        Problem::new(StatusCode::BAD_REQUEST, "bad-query", detail).in_field("cursor")
    })
}

fn shown(share: &ShareRow) -> serde_json::Value {
    json!({
        "id": share.id,
        "path": share.scope,
        "created_at": share.created_at,
        "expires_at": time(share.expires_at),
    })
}
