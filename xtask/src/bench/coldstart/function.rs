use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::{local_build, paths};

/// A function with its name in the template and the event it gets.
pub(super) struct Function {
    pub(super) name: &'static str,
    logical_id: &'static str,
    event: &'static str,
    pub(super) is_right: fn(&Value) -> bool,
}

pub(super) const FUNCTIONS: [Function; 5] = [
    Function {
        name: "add-torrent",
        logical_id: "AddTorrent",
        event: "add-torrent-file",
        is_right: |answer| answer["statusCode"] == 202,
    },
    Function {
        name: "manage-torrent",
        logical_id: "ManageTorrent",
        event: "manage-torrent-list",
        is_right: |answer| answer["statusCode"] == 200,
    },
    Function {
        name: "watch-queue",
        logical_id: "WatchQueue",
        event: "watch-queue-file-transferring",
        is_right: no_failures,
    },
    Function {
        name: "status-page",
        logical_id: "StatusPage",
        event: "status-page-schedule",
        is_right: Value::is_null,
    },
    Function {
        name: "complete-page",
        logical_id: "CompletePage",
        event: "complete-page-stored",
        is_right: no_failures,
    },
];

fn no_failures(answer: &Value) -> bool {
    answer["batchItemFailures"]
        .as_array()
        .is_some_and(Vec::is_empty)
}

impl Function {
    /// What SAM built, or what the local stack runs.
    fn built(&self, local: bool) -> PathBuf {
        if local {
            return local_build::program(self.name);
        }
        let built = paths::root().join(".aws-sam/build");
        built.join(self.logical_id).join("bootstrap")
    }

    /// Where [`Function::keep`] puts it.
    pub(super) fn bootstrap(&self, dir: &Path) -> PathBuf {
        dir.join("functions").join(self.name).join("bootstrap")
    }

    /// Copies it, so that a build that starts meanwhile does not change what is measured.
    pub(super) fn keep(&self, dir: &Path, local: bool, logs: &Path) -> Result<()> {
        let (built, kept) = (self.built(local), self.bootstrap(dir));
        if let Some(folder) = kept.parent() {
            fs::create_dir_all(folder)?;
        }
        if local {
            return local_build::strip(&built, &kept, logs);
        }
        fs::copy(&built, kept).with_context(|| built.display().to_string())?;
        Ok(())
    }

    pub(super) fn event(&self) -> Result<String> {
        let file = paths::root()
            .join("events")
            .join(self.event)
            .with_extension("json");
        fs::read_to_string(&file).with_context(|| file.display().to_string())
    }
}
