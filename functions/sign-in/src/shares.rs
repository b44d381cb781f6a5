use api::Problem;
use lambda_http::Request;
use lambda_http::http::StatusCode;
use proof::ShareScope;
use serde::Deserialize;
use serde_json::json;
use store::ShareRow;
use torrent::Timestamp;

use crate::handler::{Answer, SignIn, body, done, seconds, time};

/// What somebody may choose, in seconds: an hour, a day, a week, 30 days.
const LENGTHS: [u64; 4] = [3600, 86_400, 604_800, 2_592_000];

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewShare {
    path: ShareScope,
    seconds: u64,
}

impl SignIn {
    /// The share links that work, the last to end first.
    pub(crate) async fn shares(&self, now: Timestamp) -> Answer {
        let mut shares = self.access.shares().await?;
        shares.retain(|share| !share.revoked && share.expires_at > seconds(now));
        shares.sort_by_key(|share| std::cmp::Reverse(share.expires_at));
        let shares: Vec<_> = shares.iter().map(shown).collect();
        Ok(api::json(StatusCode::OK, &json!({ "shares": shares })))
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
            self.access.put_share(&revoked).await?;
            self.publish(now).await?;
        }
        Ok(done())
    }
}

fn shown(share: &ShareRow) -> serde_json::Value {
    json!({
        "id": share.id,
        "path": share.scope,
        "created_at": share.created_at,
        "expires_at": time(share.expires_at),
    })
}
