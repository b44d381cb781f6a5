//! Somebody guesses.

use std::collections::BTreeSet;

use anyhow::{Context, Result, ensure};
use serde_json::json;
use tests::World;
use ureq::http::{Request, Response};

use super::door::Door;

pub(crate) fn tries_to_sign_in_are_limited(world: &World) -> Result<()> {
    let door = Door::of(world)?;
    let knock = |address: &str, token: &str| -> Result<Response<Vec<u8>>> {
        let request = Request::post(format!("{address}api/session"))
            .header("content-type", "application/json");
        // Who goes round the edge cannot choose an address to be counted under.
        let request = request.header("x-viewer", format!("192.0.2.{} x", token.len()));
        let request = request.header("x-forwarded-for", format!("192.0.2.{}", token.len()));
        door.http
            .send(request.body(serde_json::to_vec(&json!({ "token": token }))?)?)
    };
    let mut answers = BTreeSet::new();
    let mut limited = None;
    for length in 0..60 {
        let answer = knock(&door.direct, &"x".repeat(length))?;
        if answer.status() == 429 {
            limited = Some(answer);
            break;
        }
        ensure!(answer.status() == 401, "a wrong token: {}", answer.status());
        ensure!(
            answer.headers().get("set-cookie").is_none(),
            "a wrong token gets a cookie"
        );
        answers.insert(answer.into_body());
    }
    ensure!(
        answers.len() == 1,
        "what is wrong shows: {} answers",
        answers.len()
    );
    let limited = limited.context("60 wrong tokens are no reason to stop")?;
    let wait = limited
        .headers()
        .get("retry-after")
        .and_then(|wait| wait.to_str().ok());
    let wait: u64 = wait.context("nobody says when to come back")?.parse()?;
    ensure!((1..=600).contains(&wait), "come back in {wait} seconds");
    ensure!(
        knock(&door.direct, &door.token)?.status() == 429,
        "the right token gets round the limit"
    );
    // Who comes through the front door is counted apart.
    ensure!(
        knock(&door.page, &door.token)?.status() == 200,
        "others are kept out too"
    );
    Ok(())
}
