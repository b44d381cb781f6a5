//! The AWS environment of the local stack, and the aws command line in it.

mod commands;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result};
use serde::de::DeserializeOwned;

use self::commands::Commands;

/// The one region that the stack knows.
pub const REGION: &str = "us-east-1";
/// The emulator's root user; roles of functions get credentials of their own.
const KEY: &str = "test";

/// How children reach the emulator, and nothing but the emulator.
#[derive(Debug, Clone)]
pub struct AwsEnv {
    endpoint: String,
    logs: PathBuf,
    /// Command lines that wait for their next command; they end with the last clone.
    idle: Arc<Mutex<Vec<Commands>>>,
}

impl AwsEnv {
    /// `endpoint` is the emulator's address without a slash at the end.
    #[must_use]
    pub fn new(endpoint: String, logs: &Path) -> Self {
        Self {
            endpoint,
            logs: logs.to_owned(),
            idle: Arc::default(),
        }
    }

    /// The emulator's address without a slash at the end.
    #[must_use]
    pub fn endpoint(&self) -> &str {
        &self.endpoint
    }

    /// Variables for any SDK. The last four keep a developer's own AWS account out of the game.
    #[must_use]
    pub fn variables(&self) -> [(&'static str, &str); 9] {
        [
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_ACCESS_KEY_ID", KEY),
            ("AWS_SECRET_ACCESS_KEY", KEY),
            ("AWS_REGION", REGION),
            ("AWS_DEFAULT_REGION", REGION),
            ("AWS_EC2_METADATA_DISABLED", "true"),
            ("AWS_CONFIG_FILE", "/dev/null"),
            ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null"),
            ("NO_PROXY", "127.0.0.1,localhost,.localhost"),
        ]
    }

    /// Puts [`AwsEnv::variables`] into a command's environment and takes out what would override them.
    pub fn apply(&self, command: &mut Command) {
        command.envs(self.variables());
        for variable in ["AWS_PROFILE", "AWS_DEFAULT_PROFILE", "AWS_SESSION_TOKEN"] {
            command.env_remove(variable);
        }
    }

    /// Runs a command of the aws command line and returns its output. The first of several at once takes a second.
    ///
    /// # Errors
    /// When it does not succeed, with what it printed.
    pub fn cli(&self, arguments: &[&str]) -> Result<String> {
        let waiting = self.idle().pop();
        let mut commands = match waiting {
            Some(commands) => commands,
            None => Commands::start(self, &self.logs)?,
        };
        // As an argument too: version 1's `sqs` takes no notice of the variable.
        let always = ["--endpoint-url", &self.endpoint, "--cli-read-timeout", "60"];
        let output = commands.run(&[&always, arguments].concat());
        if commands.is_idle() {
            self.idle().push(commands);
        }
        output
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Commands>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `query` (`JMESPath`) finds in the answer to a command.
    ///
    /// # Errors
    /// As [`AwsEnv::cli`]; also when the finding is not a `T`.
    pub fn query<T: DeserializeOwned>(&self, command: &[&str], query: &str) -> Result<T> {
        let json = self.cli(&[command, &["--query", query, "--output", "json"]].concat())?;
        serde_json::from_str(&json).with_context(|| format!("{query} of aws {}", command.join(" ")))
    }

    /// Variables that give a program the rights of a role, for 12 hours.
    ///
    /// # Errors
    /// When the emulator has no such role.
    pub fn assume_role(&self, role: &str) -> Result<[(&'static str, String); 3]> {
        let command = ["sts", "assume-role", "--role-arn", role];
        let session = [
            "--role-session-name",
            "local",
            "--duration-seconds",
            "43200",
        ];
        let query = "Credentials.[AccessKeyId,SecretAccessKey,SessionToken]";
        let [key, secret, token] = self.query(&[&command[..], &session].concat(), query)?;
        Ok([
            ("AWS_ACCESS_KEY_ID", key),
            ("AWS_SECRET_ACCESS_KEY", secret),
            ("AWS_SESSION_TOKEN", token),
        ])
    }
}

/// `PATH` with these folders in front.
pub(crate) fn path_with(folders: &[PathBuf]) -> Result<std::ffi::OsString> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    let all = folders.iter().cloned().chain(std::env::split_paths(&path));
    Ok(std::env::join_paths(all)?)
}
