//! Another secret.

use std::process::Command;

use anyhow::{Result, ensure};
use proof::ShareScope;
use tests::World;
use xtask::process;
use xtask::tools::Venv;

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
    rotate(world)?;
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

/// As the stack's owner does it: with the command that the stack printed.
fn rotate(world: &World) -> Result<()> {
    let stack = world.stack();
    let path = std::env::var_os("PATH").unwrap_or_default();
    let path = [Venv::Aws.bin()]
        .into_iter()
        .chain(std::env::split_paths(&path));
    let mut command = Command::new("sh");
    command.arg("-c").arg(&stack.outputs().rotate_token);
    stack.aws().apply(&mut command);
    command
        .env("PATH", std::env::join_paths(path)?)
        .env("SAM_CLI_TELEMETRY", "0");
    process::run("rotate-token", command, stack.logs())
}
