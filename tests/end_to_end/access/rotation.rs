//! Another secret.

use anyhow::{Context, Result, ensure};
use proof::ShareScope;
use tests::World;

use super::door::{Door, NOBODY, now};

/// The last of all that need the old session.
pub(crate) fn after_rotation_nothing_old_counts(world: &World) -> Result<()> {
    let old = Door::of(world)?;
    let file = format!("files/{NOBODY}/a.txt");
    let share = old
        .keys
        .sign_share(&ShareScope::torrent(NOBODY.parse()?), now()? + 3600);
    let shared = format!("{file}?s={share}");
    ensure!(old.get(&shared)? != 401, "the share link is refused before");
    let function = world.stack().outputs().rotate_secret_function.clone();
    let payload = r#"{"rotate":true}"#;
    let out = xtask::paths::local().join("rotated.json");
    let out = out.to_str().context("the project's path is UTF-8")?;
    let command = ["lambda", "invoke", "--function-name", &function];
    let answer = world.aws(&[&command[..], &["--payload", payload, out]].concat())?;
    ensure!(answer["FunctionError"].is_null(), "{answer}");
    for proof in old.proofs()? {
        for (address, refusal) in [(&old.page, 401), (&old.direct, 403)] {
            let answer = old.send(
                "GET",
                &format!("{address}api/torrents"),
                proof.header.as_ref(),
            )?;
            ensure!(
                answer.status() == refusal,
                "{} still counts: {}",
                proof.name,
                answer.status()
            );
        }
    }
    ensure!(
        old.get(&shared)? == 401,
        "the share link still opens its torrent"
    );
    world.stack().read_owner_token()?;
    let new = Door::of(world)?;
    ensure!(new.token != old.token, "it is the same token");
    for proof in new.proofs()?.iter().filter(|proof| proof.right) {
        let answer = new.send(
            "GET",
            &format!("{}api/torrents", new.page),
            proof.header.as_ref(),
        )?;
        ensure!(
            answer.status() == 200,
            "{} of the new secret: {}",
            proof.name,
            answer.status()
        );
    }
    Ok(())
}
