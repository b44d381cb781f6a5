//! A session lasts as long as somebody comes back.

use anyhow::{Context, Result, ensure};
use proof::{SESSION_COOKIE, SESSION_SECONDS, Session};
use tests::World;

use super::door::{Door, now};

const DAY: u64 = 86_400;

pub(crate) fn a_session_is_renewed_while_it_is_used(world: &World) -> Result<()> {
    let door = Door::of(world)?;
    let token = door.keys.token_hash(&door.token).id();
    for (left, renewed) in [
        (SESSION_SECONDS - 60, false),
        (SESSION_SECONDS - DAY - 60, true),
        (60, true),
    ] {
        let session = Session {
            token: token.clone(),
            expires: now()? + left,
        };
        let cookie = format!("{SESSION_COOKIE}={}", door.keys.seal_session(&session));
        let url = format!("{}api/session", door.page);
        let answer = door.send("GET", &url, Some(&("cookie", cookie)))?;
        ensure!(answer.status() == 200, "{left} s left: {}", answer.status());
        let Some(set) = answer.headers().get("set-cookie") else {
            ensure!(!renewed, "with {left} s left it is not renewed");
            continue;
        };
        ensure!(renewed, "with {left} s left it is renewed already");
        let value = set.to_str()?.split([';', '=']).nth(1);
        let session = door.keys.open_session(value.context("a cookie")?, now()?);
        let lasts = session.context("it is no session")?.expires - now()?;
        ensure!(
            (SESSION_SECONDS - 60..=SESSION_SECONDS).contains(&lasts),
            "it lasts {lasts} s"
        );
    }
    Ok(())
}
