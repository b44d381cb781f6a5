use api::Problem;
use lambda_http::http::{HeaderValue, StatusCode, header};
use lambda_http::{Body, Request, Response};
use proof::{Keys, SESSION_COOKIE, SESSION_SECONDS, Session, VIEWER_HEADER};
use serde::Deserialize;
use serde_json::json;
use store::{Caller, TokenRow};
use torrent::Timestamp;

use crate::handler::{Answer, SignIn, body, done, header, seconds, time};
use crate::tries::Tries;

/// A session is renewed once this much of it has gone: a cookie a day is enough.
const RENEWED_AFTER_SECONDS: u64 = 24 * 60 * 60;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Token {
    token: String,
}

impl SignIn {
    /// Whatever is wrong with a token, the answer is the same and so is the work before it: two counts, the keys,
    /// one hash, one read.
    pub(crate) async fn sign_in(&self, request: &Request, now: Timestamp) -> Answer {
        let Token { token } = body(request)?;
        let keys = self.keys().await?;
        let viewer = header(request, VIEWER_HEADER).and_then(|viewer| keys.viewer(viewer));
        Tries {
            access: &self.access,
        }
        .count(viewer, seconds(now))
        .await?;
        let Some(token) = self.access.holder(&keys, &token).await? else {
            let detail = "this is no token of this service";
            let status = StatusCode::UNAUTHORIZED;
            return Err(Problem::new(status, "wrong-token", detail));
        };
        tracing::info!(token = token.id.as_str(), "somebody signed in");
        Ok(signed_in(&keys, &token, now))
    }

    /// Says who is there, and renews the session of a browser that is used.
    pub(crate) async fn session(&self, caller: &Caller, now: Timestamp) -> Answer {
        let Some(session) = &caller.session else {
            return Ok(api::json(StatusCode::OK, &shown(&caller.token, None)));
        };
        if session.expires > seconds(now) + SESSION_SECONDS - RENEWED_AFTER_SECONDS {
            let shown = shown(&caller.token, Some(session.expires));
            return Ok(api::json(StatusCode::OK, &shown));
        }
        Ok(signed_in(&self.keys().await?, &caller.token, now))
    }

    pub(crate) fn sign_out() -> Response<Body> {
        let mut answer = done();
        set_cookie(&mut answer, "", 0);
        answer
    }
}

fn signed_in(keys: &Keys, token: &TokenRow, now: Timestamp) -> Response<Body> {
    let expires = seconds(now) + SESSION_SECONDS;
    let session = Session {
        token: token.id.clone(),
        expires,
    };
    let mut answer = api::json(StatusCode::OK, &shown(token, Some(expires)));
    set_cookie(&mut answer, &keys.seal_session(&session), SESSION_SECONDS);
    answer
}

fn shown(token: &TokenRow, expires: Option<u64>) -> serde_json::Value {
    let mut shown =
        json!({ "token": { "id": token.id, "name": token.name, "owner": token.owner } });
    if let Some(expires) = expires {
        shown["expires_at"] = json!(time(expires));
    }
    shown
}

fn set_cookie(answer: &mut Response<Body>, value: &str, max_age: u64) {
    let cookie = format!(
        "{SESSION_COOKIE}={value}; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age={max_age}"
    );
    let cookie = HeaderValue::try_from(cookie).expect("base64url and dots belong in a header");
    answer.headers_mut().insert(header::SET_COOKIE, cookie);
}
