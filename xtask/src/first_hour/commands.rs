//! What docs/deploy.md tells a person to type.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};

use crate::paths;

/// What the check does with a command.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum How {
    /// Runs it, with these lines typed when it asks.
    Run(Answers),
    /// Does not, for this reason.
    Not(&'static str),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Answers {
    /// It asks nothing.
    None,
    /// `aws configure`.
    Credentials,
    /// `sam deploy --guided`.
    Guided,
    /// To a question that has to be answered with yes.
    Yes,
}

use Answers::{Credentials, Guided, None, Yes};
use How::{Not, Run};

/// Every command of the document, in its order. Words in capitals stand for what the reader puts there.
const COMMANDS: &[(&str, How)] = &[
    (
        "sudo apt-get install --yes git curl make gcc python3-venv",
        Not("this machine has them, and sudo is not everywhere"),
    ),
    (
        "curl --proto '=https' --tlsv1.2 -sSf https://sh.rustup.rs | sh",
        Not("this machine has Rust; tests reach package registries only"),
    ),
    (
        "git clone REPOSITORY torrent2s3 && cd torrent2s3",
        Not("it runs in a folder that has every file of this one"),
    ),
    ("cargo xtask setup deploy", Run(None)),
    (r#"export PATH="$PWD/.local/venv/aws/bin:$PATH""#, Run(None)),
    ("aws configure", Run(Credentials)),
    ("aws sts get-caller-identity", Run(None)),
    ("sam build", Run(None)),
    (
        "sam deploy --guided --config-file samconfig.local.toml",
        Run(Guided),
    ),
    ("SHOW_TOKEN", Run(None)),
    ("cargo install --path cli", Run(None)),
    (
        "export TORRENT2S3_URL=PAGE_URL TORRENT2S3_TOKEN=TOKEN",
        Run(None),
    ),
    ("torrent2s3 list", Run(None)),
    (
        "torrent2s3 doctor --try",
        Not("there is no box here; the end-to-end tests run it beside one"),
    ),
    (
        "aws ssm start-session --target INSTANCE",
        Not("the emulator has no instances"),
    ),
    ("sam deploy --config-file samconfig.local.toml", Run(Yes)),
    (
        "rustup target add aarch64-unknown-linux-gnu",
        Not("it changes the machine's Rust"),
    ),
    (
        "ARCHITECTURE=arm64 sam build --parameter-overrides Architecture=arm64",
        Not("a second build for another processor takes as long as the first"),
    ),
    ("sam delete --config-file samconfig.local.toml", Run(Yes)),
    ("aws s3 rb --force s3://FILES_BUCKET", Run(None)),
    ("aws s3 rb --force s3://SITE_BUCKET", Run(None)),
    ("aws dynamodb delete-table --table-name TABLE", Run(None)),
];

/// The document's commands, each with what to do with it.
///
/// # Errors
/// When the document and the list here do not have the same commands in the same order.
pub(super) fn read() -> Result<Vec<(String, How)>> {
    let path = paths::root().join("docs/deploy.md");
    let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let written = commands(&text);
    let known: Vec<_> = COMMANDS.iter().map(|(command, _)| *command).collect();
    let missing: BTreeSet<_> = known.iter().copied().collect();
    let missing = missing
        .difference(&written.iter().map(String::as_str).collect())
        .copied()
        .collect::<Vec<_>>();
    ensure!(
        missing.is_empty(),
        "docs/deploy.md has no more: {missing:?}"
    );
    let new: Vec<_> = written
        .iter()
        .filter(|command| !known.contains(&command.as_str()))
        .collect();
    ensure!(
        new.is_empty(),
        "xtask/src/first_hour/commands.rs does not know of docs/deploy.md's {new:?}"
    );
    ensure!(
        written == known,
        "docs/deploy.md has its commands in another order: {written:?}"
    );
    Ok(written
        .into_iter()
        .zip(COMMANDS.iter().map(|(_, how)| *how))
        .collect())
}

/// The lines of indented code blocks, without the remark at the end of a line.
fn commands(markdown: &str) -> Vec<String> {
    let mut commands = Vec::new();
    let mut after_blank = true;
    let mut in_block = false;
    for line in markdown.lines() {
        let code = line
            .strip_prefix("    ")
            .filter(|_| after_blank || in_block);
        in_block = code.is_some();
        if let Some(code) = code {
            let command = code.split("  # ").next().unwrap_or_default();
            commands.push(command.trim_end().to_owned());
        }
        after_blank = line.trim().is_empty();
    }
    commands
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_document_says_what_the_check_knows() {
        read().unwrap();
    }

    #[test]
    fn only_code_is_a_command() {
        let text =
            "text\n    no code\n\n    one   # remark\n    two\n\nmore\n- item\n    no code\n";
        assert_eq!(commands(text), ["one", "two"]);
    }
}
