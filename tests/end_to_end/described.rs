//! The API is what `openapi.yaml` says, for whatever somebody may send.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use tests::World;
use xtask::tools::Venv;
use xtask::{paths, process};

/// Calls of one operation, per phase. The same ones in every run, so that a run can be repeated.
const EXAMPLES: &str = "20";

pub(crate) fn schemathesis_finds_nothing(world: &World) -> Result<()> {
    let (page, token) = {
        let stack = world.stack();
        (stack.page_url(), stack.owner_token().to_owned())
    };
    // Not every resolver knows the page's name: it goes into the header alone.
    let host = page.trim_start_matches("http://").trim_end_matches('/');
    let port = host.rsplit_once(':').context("the page has a port")?.1;
    let url = format!("http://127.0.0.1:{port}/api");
    let root = paths::root();
    let mut command = Command::new(Venv::Schemathesis.program("schemathesis"));
    command
        .arg("--config-file")
        .arg(root.join("tests/end_to_end/schemathesis.toml"))
        .arg("run")
        .arg(root.join("openapi.yaml"))
        .args(["--url", &url, "--checks", "all"])
        .args(["--header", &format!("Host: {host}")])
        .args(["--header", &format!("Authorization: Bearer {token}")])
        // What a schema cannot say makes a call right: that text is a torrent, a URL leads to one, a cursor is
        // from a listing.
        .args(["--exclude-checks", "positive_data_acceptance"])
        .args(["--max-examples", EXAMPLES, "--generation-deterministic"])
        .args(["--request-timeout", "30"])
        .env(
            "SCHEMATHESIS_HOOKS",
            root.join("tests/end_to_end/schemathesis_hooks.py"),
        )
        // It keeps what it found in `.schemathesis`.
        .current_dir(paths::local());
    let status = process::attached(command)?;
    ensure!(
        status.success(),
        "schemathesis: {status}; its report stands above"
    );
    Ok(())
}
