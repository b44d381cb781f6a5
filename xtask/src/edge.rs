//! The edge's function: `edge/edge.js` in Node, against its tests and against what the Rust code says.

use std::fs;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::sam_local::Outcome;
use crate::{npm, paths, process};

/// Has Rust make 10,000 requests with a verdict each, and Node put them to the edge's function.
///
/// # Errors
/// When they disagree or a test of the function fails; their output stands above.
pub fn check() -> Result<Outcome> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut example = Command::new(cargo);
    example
        .args([
            "run",
            "--quiet",
            "--package",
            "proof",
            "--example",
            "vectors",
        ])
        .current_dir(paths::root());
    let vectors = process::output("edge-vectors", example, &paths::logs())?;
    let file = paths::local().join("edge-vectors.json");
    fs::write(&file, vectors).with_context(|| file.display().to_string())?;
    let mut template = npm::node()?;
    template
        .args(["edge/into-template.js", "--check"])
        .current_dir(paths::root());
    let status = process::attached(template)?;
    if !status.success() {
        bail!("{status}");
    }
    let mut node = npm::node()?;
    node.args(["--test", "edge/tests/*.test.js"])
        .env("EDGE_VECTORS", &file)
        .current_dir(paths::root());
    let status = process::attached(node)?;
    if !status.success() {
        bail!("{status}");
    }
    Ok(Outcome::Passed)
}
