use std::path::PathBuf;
use std::process::{Child, Command, Stdio};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;
use xtask::local_build;

/// The command line as somebody has it who installed it just now.
pub struct Cli {
    program: PathBuf,
    address: String,
    token: String,
    /// Has nothing in it, so that no configuration of this machine's plays a part.
    home: TempDir,
}

/// How a command ended and what it said.
#[derive(Debug)]
pub struct Ended {
    /// The exit status; `None` after a signal.
    pub code: Option<i32>,
    /// Standard output.
    pub stdout: String,
    /// Standard error.
    pub stderr: String,
}

impl Cli {
    /// The program that was built with the stack, told the address of a running product and its owner's token.
    ///
    /// # Errors
    /// When there is no room for its home.
    pub fn new(address: &str, token: &str) -> Result<Self> {
        Ok(Self {
            program: local_build::program("torrent2s3"),
            address: address.to_owned(),
            token: token.to_owned(),
            home: TempDir::new()?,
        })
    }

    /// The same program for the product at another address.
    ///
    /// # Errors
    /// When there is no room for its home.
    pub fn at(&self, address: &str) -> Result<Self> {
        Ok(Self {
            program: self.program.clone(),
            address: address.to_owned(),
            token: self.token.clone(),
            home: TempDir::new()?,
        })
    }

    /// Runs it to its end.
    ///
    /// # Errors
    /// When it does not start, or says what is not UTF-8.
    pub fn run(&self, arguments: &[&str]) -> Result<Ended> {
        let output = self.command(arguments).output()?;
        Ok(Ended {
            code: output.status.code(),
            stdout: String::from_utf8(output.stdout)?,
            stderr: String::from_utf8(output.stderr)?,
        })
    }

    /// Runs it with `--json` and reads every line of standard output.
    ///
    /// # Errors
    /// When it fails, or a line is no JSON.
    pub fn json(&self, arguments: &[&str]) -> Result<Vec<Value>> {
        let ended = self.run(&[arguments, &["--json"]].concat())?;
        ensure!(ended.code == Some(0), "{arguments:?}: {ended:?}");
        ended.json()
    }

    /// Starts it and leaves it running.
    ///
    /// # Errors
    /// When it does not start.
    pub fn start(&self, arguments: &[&str]) -> Result<Child> {
        Ok(self.command(arguments).spawn()?)
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command
            .args(arguments)
            .env_clear()
            .env("HOME", self.home.path())
            .env("TORRENT2S3_URL", &self.address)
            .env("TORRENT2S3_TOKEN", &self.token)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped());
        command
    }
}

impl Ended {
    /// Every line of standard output as JSON.
    ///
    /// # Errors
    /// When a line is none.
    pub fn json(&self) -> Result<Vec<Value>> {
        lines(&self.stdout)
    }

    /// Every line of standard error as JSON.
    ///
    /// # Errors
    /// When a line is none.
    pub fn problems(&self) -> Result<Vec<Value>> {
        lines(&self.stderr)
    }
}

fn lines(text: &str) -> Result<Vec<Value>> {
    let read =
        |line: &str| serde_json::from_str(line).with_context(|| format!("no JSON: {line:?}"));
    text.lines().map(read).collect()
}
