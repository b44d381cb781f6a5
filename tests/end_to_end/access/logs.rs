//! What is secret stands in no log.

use anyhow::{Context, Result, ensure};
use tests::World;

use super::door::Door;

/// Of everything that the run has logged, by any process and in any function's log group.
pub(crate) fn nothing_secret_is_logged(world: &World) -> Result<()> {
    let door = Door::of(world)?;
    let (password, logs) = {
        let stack = world.stack();
        (stack.deluge_password().to_owned(), stack.logs().to_owned())
    };
    let keys = serde_json::to_value(&door.keys)?;
    let keys = keys.as_object().context("keys are an object")?;
    let mut secrets = vec![
        ("Deluge's password", password),
        ("the token", door.token.clone()),
        (
            "the session",
            world.product.cookie().unwrap_or_default().to_owned(),
        ),
    ];
    for (name, key) in keys {
        secrets.push((name, key.as_str().context("a key is text")?.to_owned()));
    }
    ensure!(
        secrets.iter().all(|(_, secret)| secret.len() >= 32),
        "a secret is empty"
    );
    let mut all: Vec<_> = world
        .function_logs()?
        .into_iter()
        .map(|(group, lines)| (group, lines.join("\n")))
        .collect();
    for entry in std::fs::read_dir(&logs)? {
        let path = entry?.path();
        if path.is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
            all.push((path.display().to_string(), text));
        }
    }
    let functions = all
        .iter()
        .filter(|(name, text)| name.contains("Log") && !text.is_empty());
    ensure!(
        functions.count() >= 5,
        "hardly any function has logged: {:?}",
        all.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
    let mut faults = Vec::new();
    for (place, text) in &all {
        for (name, secret) in &secrets {
            if text.contains(secret) {
                faults.push(format!("{place} has {name}"));
            }
        }
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}
