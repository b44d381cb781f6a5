//! API Gateway asks before every route but `POST /api/session` whether a request may pass. The edge has asked the
//! same of what came through it; this is for what did not.

mod decision;
mod request;

use lambda_runtime::{Error, LambdaEvent, run, service_fn};
use store::{Access, Presented, required};
use torrent::Timestamp;

use decision::{Verdict, decide};
use request::AuthorizerRequest;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_runtime::tracing::init_default_subscriber();
    let aws = store::lambda_aws_config()?;
    let access = Access::new(&aws, required("ACCESS_TABLE")?);
    // CloudFront's own name serves the page beside a domain of its owner's.
    let sites: Vec<_> = required("SITE_URLS")?
        .split_whitespace()
        .map(str::to_owned)
        .collect();
    access.warm_up().await;
    let (access, sites) = (&access, sites.as_slice());
    run(service_fn(
        |event: LambdaEvent<AuthorizerRequest>| async move {
            answer(access, sites, &event.payload).await
        },
    ))
    .await
}

/// An error becomes API Gateway's 500: nobody passes.
async fn answer(
    access: &Access,
    sites: &[String],
    request: &AuthorizerRequest,
) -> Result<serde_json::Value, Error> {
    let presented = Presented {
        cookie: request.header("cookie"),
        authorization: request.header("authorization"),
    };
    let now = u64::try_from(Timestamp::now().as_second())?;
    let caller = access.caller(presented, now).await?;
    let verdict = decide(caller.as_ref(), request, sites);
    if verdict == Verdict::ForeignSite {
        tracing::warn!("a request with a session's cookie was made by another site");
    }
    Ok(serde_json::json!({ "isAuthorized": verdict == Verdict::Passes }))
}
