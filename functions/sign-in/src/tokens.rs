use api::Problem;
use data_encoding::BASE64URL_NOPAD;
use edge::Changed;
use lambda_http::Request;
use lambda_http::http::StatusCode;
use proof::TokenId;
use serde::Deserialize;
use serde_json::json;
use store::{Caller, TokenRow};
use torrent::{Label, Timestamp};

use crate::handler::{Answer, SignIn, body, done};

/// They take 130 kB of the 5 MB that the edge's store holds, and their list fits one answer.
const TOKENS_MAX: usize = 2000;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct NewToken {
    /// As a label is: no control characters, not too long.
    name: Label,
}

impl SignIn {
    pub(crate) async fn tokens(&self, caller: &Caller) -> Answer {
        owner_only(caller)?;
        let mut tokens = self.access.tokens().await?;
        tokens.sort_by_key(|token| token.created_at);
        let tokens: Vec<_> = tokens.iter().map(shown).collect();
        Ok(api::json(StatusCode::OK, &json!({ "tokens": tokens })))
    }

    /// The one answer that has the token itself: only its hash is kept.
    pub(crate) async fn make_token(
        &self,
        caller: &Caller,
        request: &Request,
        now: Timestamp,
    ) -> Answer {
        owner_only(caller)?;
        let NewToken { name } = body(request)?;
        if self.access.tokens().await?.len() > TOKENS_MAX {
            let detail = format!("there are {TOKENS_MAX} tokens already; revoke one first");
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "too-many-tokens",
                detail,
            ));
        }
        let token = BASE64URL_NOPAD.encode(&random()?);
        let hash = self.keys().await?.token_hash(&token);
        let row = TokenRow {
            id: hash.id(),
            name: name.to_string(),
            hash: hash.as_str().to_owned(),
            owner: false,
            created_at: now,
        };
        let change = self.access.begin_change().await?;
        self.access.put_token(&row).await?;
        self.tell_edge(&change, Changed::Token(&row.id), now)
            .await?;
        let mut shown = shown(&row);
        shown["token"] = json!(token);
        Ok(api::json(StatusCode::CREATED, &shown))
    }

    /// Ends a token with all its sessions; one that is not there is revoked already.
    pub(crate) async fn revoke_token(
        &self,
        caller: &Caller,
        id: TokenId,
        now: Timestamp,
    ) -> Answer {
        owner_only(caller)?;
        if self
            .access
            .token(&id)
            .await?
            .is_some_and(|token| token.owner)
        {
            let detail = "the owner's own token ends by being rotated; docs/security.md says how";
            return Err(Problem::new(StatusCode::CONFLICT, "owner-token", detail));
        }
        let change = self.access.begin_change().await?;
        self.access.delete_token(&id).await?;
        self.tell_edge(&change, Changed::Token(&id), now).await?;
        Ok(done())
    }
}

/// A token that was lost with a phone must not have made others that outlive it.
fn owner_only(caller: &Caller) -> Result<(), Problem> {
    if caller.token.owner {
        return Ok(());
    }
    let detail = "only the owner's own token makes, lists and revokes tokens";
    Err(Problem::new(StatusCode::FORBIDDEN, "owner-only", detail))
}

fn shown(token: &TokenRow) -> serde_json::Value {
    json!({
        "id": token.id,
        "name": token.name,
        "owner": token.owner,
        "created_at": token.created_at,
    })
}

fn random() -> Result<[u8; 32], Problem> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| {
        tracing::error!(%error, "there is no randomness");
        Problem::unavailable()
    })?;
    Ok(bytes)
}
