//! Who may come in, for people and programs: sessions, named tokens, share links.

mod handler;
#[cfg(test)]
mod many_tests;
mod route;
mod session;
mod shares;
mod tokens;
mod tries;

use edge::EdgeStore;
use lambda_http::{Error, Request, run, service_fn};
use store::{Access, required};

use handler::SignIn;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    lambda_http::tracing::init_default_subscriber();
    let aws = store::lambda_aws_config()?;
    let sign_in = SignIn {
        access: Access::new(&aws, required("ACCESS_TABLE")?),
        edge: EdgeStore::new(&aws, required("EDGE_STORE")?),
    };
    sign_in.access.warm_up().await;
    run(service_fn(|request: Request| sign_in.answer(request))).await
}
