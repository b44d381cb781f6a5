use std::convert::Infallible;

use api::Problem;
use edge::{Changed, EdgeError, EdgeStore};
use lambda_http::http::{StatusCode, header};
use lambda_http::{Body, Request, Response};
use proof::Keys;
use serde::de::DeserializeOwned;
use store::{Access, AccessChange, Caller, Presented};
use torrent::Timestamp;

use crate::route::Route;

/// What the function needs of the world.
pub(crate) struct SignIn {
    pub(crate) access: Access,
    pub(crate) edge: EdgeStore,
}

pub(crate) type Answer = Result<Response<Body>, Problem>;

/// Every body that is taken here is far smaller.
const BODY_BYTES_MAX: usize = 4096;

impl SignIn {
    pub(crate) async fn answer(&self, request: Request) -> Result<Response<Body>, Infallible> {
        let answer = self.route(&request).await;
        Ok(answer.unwrap_or_else(Problem::into_response))
    }

    async fn route(&self, request: &Request) -> Answer {
        let now = Timestamp::now();
        let route = Route::find(request.method(), request.uri().path())?;
        if route == Route::SignIn {
            return self.sign_in(request, now).await;
        }
        // API Gateway's authorizer has asked before; a route without one is a mistake that opens nothing.
        let caller = self.caller(request, now).await?;
        match route {
            Route::SignIn | Route::Session => self.session(&caller, now).await,
            Route::SignOut => Ok(Self::sign_out()),
            Route::Tokens => self.tokens(&caller).await,
            Route::MakeToken => self.make_token(&caller, request, now).await,
            Route::RevokeToken(id) => self.revoke_token(&caller, id, now).await,
            Route::Shares => self.shares(request, now).await,
            Route::MakeShare => self.make_share(request, now).await,
            Route::RevokeShare(id) => self.revoke_share(id, now).await,
        }
    }

    async fn caller(&self, request: &Request, now: Timestamp) -> Result<Caller, Problem> {
        let presented = Presented {
            cookie: header(request, "cookie"),
            authorization: header(request, "authorization"),
        };
        let caller = self.access.caller(presented, seconds(now)).await?;
        caller.ok_or_else(|| {
            let detail = "sign in, or send a token";
            Problem::new(StatusCode::UNAUTHORIZED, "no-proof", detail)
        })
    }

    pub(crate) async fn keys(&self) -> Result<Keys, Problem> {
        self.access
            .keys()
            .await?
            .ok_or_else(|| unavailable(&EdgeError::NoKeys))
    }

    /// Tells the edge what has changed in the table since `change` was begun.
    pub(crate) async fn tell_edge(
        &self,
        change: &AccessChange,
        changed: Changed<'_>,
        now: Timestamp,
    ) -> Result<(), Problem> {
        let told = self.edge.tell(&self.access, change, changed, seconds(now));
        told.await.map_err(|error| unavailable(&error))
    }
}

fn unavailable(error: &EdgeError) -> Problem {
    tracing::error!(%error, "a request could not be served");
    Problem::unavailable()
}

/// Reads a JSON body. Only as `application/json`, which a page of another site cannot send without asking first
/// (Fetch standard, "CORS-safelisted request-header").
pub(crate) fn body<T: DeserializeOwned>(request: &Request) -> Result<T, Problem> {
    api::only_json(header(request, "content-type"))?;
    let bytes: &[u8] = match request.body() {
        Body::Text(text) => text.as_bytes(),
        Body::Binary(bytes) => bytes,
        _ => &[],
    };
    let bytes = &bytes[..BODY_BYTES_MAX.min(bytes.len())];
    // The error's own text could show what is secret.
    serde_json::from_slice(bytes).map_err(|_| {
        let detail = "the request body is not the JSON object that belongs here";
        Problem::new(StatusCode::BAD_REQUEST, "not-json", detail)
    })
}

pub(crate) fn header<'a>(request: &'a Request, name: &str) -> Option<&'a str> {
    request.headers().get(name)?.to_str().ok()
}

pub(crate) fn seconds(at: Timestamp) -> u64 {
    u64::try_from(at.as_second()).unwrap_or_default()
}

pub(crate) fn time(seconds: u64) -> Timestamp {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    Timestamp::from_second(seconds).unwrap_or(Timestamp::MAX)
}

/// An answer without a body.
pub(crate) fn done() -> Response<Body> {
    Response::builder()
        .status(StatusCode::NO_CONTENT)
        .header(header::CACHE_CONTROL, "no-store")
        .body(Body::Empty)
        .expect("the headers are constants")
}
