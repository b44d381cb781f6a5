//! Where things are in the working tree.

use std::path::{Path, PathBuf};

/// The workspace's root: the folder that holds `template.yaml`.
#[must_use]
pub fn root() -> &'static Path {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask)
}

/// Everything a command leaves behind (tools, state, logs); ignored by git and safe to delete.
#[must_use]
pub fn local() -> PathBuf {
    root().join(".local")
}

/// Where Cargo puts what it builds.
#[must_use]
pub fn target() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from)
}

/// Logs of `cargo xtask` itself: one file per process that it started.
#[must_use]
pub fn logs() -> PathBuf {
    local().join("logs")
}
