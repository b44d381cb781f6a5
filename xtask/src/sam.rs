//! Building and deploying `template.yaml` with the AWS SAM command line.

use std::fs::{self, File};
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};

use crate::aws::{AwsEnv, path_with};
use crate::steps::say;
use crate::tools::{self, Venv};
use crate::{apt, interrupt, local_build, paths, process};

/// How much the compiler does for a function.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Optimisation {
    /// What `sam build` does by itself, for what is deployed and measured: half an hour for all functions.
    Full,
    /// The same programs without link-time optimisation, for the product on this machine.
    Quick,
}

/// In place of what Cargo.toml says of the release profile, and the agent's with it.
pub(crate) const QUICK: [(&str, &str); 4] = [
    ("CARGO_PROFILE_RELEASE_LTO", "off"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1"),
    ("AGENT_PROFILE", "release"),
];

/// What `sam deploy` is given: the settings of one's own deployment.
const CONFIG: &str = "samconfig.local.toml";
const TEMPLATE: &str = "template.yaml";
const DEFAULT_CONFIG: &str = "samconfig.toml";

/// Writes a `samconfig.local.toml` with the defaults, unless there is one.
///
/// # Errors
/// When it cannot be written.
pub fn write_config() -> Result<()> {
    let config = paths::root().join(CONFIG);
    if config.exists() {
        return Ok(());
    }
    fs::copy(paths::root().join(DEFAULT_CONFIG), &config)
        .with_context(|| config.display().to_string())?;
    say("Wrote samconfig.local.toml: the settings of your deployment. Git ignores it.");
    Ok(())
}

/// The project that SAM builds: a folder with a `template.yaml`.
#[derive(Debug, Clone)]
pub struct Project {
    root: PathBuf,
}

impl Project {
    /// The project in `root`.
    #[must_use]
    pub fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// The project as somebody has it who deploys it: `.local/checkout` has everything that is in the workspace, by
    /// links, and its own `samconfig.local.toml` and `.aws-sam`. A developer's own deployment is not touched by tests.
    #[must_use]
    pub fn checkout() -> Self {
        Self {
            root: paths::local().join("checkout"),
        }
    }

    /// Makes the links of [`Self::checkout`].
    pub(crate) fn link(&self) -> Result<()> {
        let root = &self.root;
        if root == paths::root() {
            return Ok(());
        }
        fs::create_dir_all(root).with_context(|| root.display().to_string())?;
        for entry in fs::read_dir(paths::root())? {
            let entry = entry?;
            let name = entry.file_name();
            let link = root.join(&name);
            // Cargo takes a program for current that was built from another folder's links into the same `target`.
            let own = [CONFIG, TEMPLATE, ".aws-sam", ".git", "target"];
            if own.iter().any(|own| name == *own) || link.is_symlink() {
                continue;
            }
            symlink(entry.path(), &link).with_context(|| link.display().to_string())?;
        }
        // SAM looks for the functions beside the file that a link leads to.
        fs::copy(paths::root().join(TEMPLATE), root.join(TEMPLATE))
            .with_context(|| root.join(TEMPLATE).display().to_string())?;
        Ok(())
    }

    /// As in a fresh clone.
    pub(crate) fn forget_config(&self) -> Result<()> {
        let config = self.root.join(CONFIG);
        if config.exists() {
            fs::remove_file(&config).with_context(|| config.display().to_string())?;
        }
        Ok(())
    }

    /// Its folder.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// The template that a build leaves, with the functions' folders beside it.
    #[must_use]
    pub fn built_template(&self) -> PathBuf {
        self.root.join(".aws-sam/build/template.yaml")
    }

    /// `sam` in this project, with cargo-lambda and zig on its `PATH`, and never with the settings of somebody's own
    /// deployment.
    ///
    /// # Errors
    /// When a folder's name cannot be part of a `PATH`.
    pub fn sam(&self, arguments: &[&str]) -> Result<Command> {
        let mut command = Command::new(Venv::Aws.program("sam"));
        command
            .args(arguments)
            .arg("--config-file")
            .arg(paths::root().join(DEFAULT_CONFIG))
            .current_dir(&self.root)
            .env("PATH", path_with(&[Venv::Aws.bin()])?)
            .env("SAM_CLI_BETA_RUST_CARGO_LAMBDA", "1")
            .env("SAM_CLI_TELEMETRY", "0")
            .env("AWS_DEFAULT_REGION", crate::aws::REGION);
        Ok(command)
    }

    /// Builds every function and the agent. `sam` writes to one folder, so builds take turns.
    ///
    /// # Errors
    /// When the build fails, with the end of its log.
    pub fn build(&self, optimisation: Optimisation, logs: &Path) -> Result<()> {
        interrupt::check()?;
        // For the function that is built by a Makefile.
        apt::install(&["make"])?;
        let _lock = lock()?;
        self.link()?;
        process::truncate("sam-build", logs)?;
        let mut command = self.sam(&["build"])?;
        if optimisation == Optimisation::Quick {
            command.envs(QUICK);
        }
        process::compile("sam-build", command, logs)
    }

    /// Deploys `template`, whose packages were built, as `stack`; `parameters` are the template's.
    ///
    /// # Errors
    /// When the deployment fails, with the end of its log.
    pub fn deploy(
        &self,
        template: &Path,
        stack: &str,
        aws: &AwsEnv,
        parameters: &[(&str, String)],
        logs: &Path,
    ) -> Result<()> {
        // Another command's build would take the packages away meanwhile.
        let _lock = if *template == local_build::template() {
            local_build::lock()?
        } else {
            lock()?
        };
        let template = template
            .to_str()
            .context("the project's path is not UTF-8")?;
        let mut command = self.sam(&["deploy", "--template-file", template])?;
        command
            .args(["--stack-name", stack, "--resolve-s3", "--no-progressbar"])
            .args(["--capabilities", "CAPABILITY_IAM", "CAPABILITY_AUTO_EXPAND"])
            .args(["--no-confirm-changeset", "--no-fail-on-empty-changeset"]);
        if !parameters.is_empty() {
            command.arg("--parameter-overrides");
            command.args(
                parameters
                    .iter()
                    .map(|(key, value)| format!("{key}={}", quoted(value))),
            );
        }
        aws.apply(&mut command);
        // Seconds; the default of 5 is for an AWS that limits requests.
        command.env("SAM_CLI_POLL_DELAY", "0.2");
        process::run("sam-deploy", command, logs)
    }
}

/// Taken while `.aws-sam` is written or read.
pub(crate) fn lock() -> Result<File> {
    tools::lock(&paths::local().join("sam-build.lock"))
}

/// SAM splits parameter values at blanks unless they are quoted.
fn quoted(value: &str) -> String {
    format!("\"{}\"", value.replace('\\', "\\\\").replace('"', "\\\""))
}
