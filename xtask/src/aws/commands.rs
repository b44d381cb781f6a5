use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{ChildStdin, Command};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError};
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use super::AwsEnv;
use crate::tools::Venv;
use crate::{Process, interrupt, paths};

/// The aws command line, started once for many commands.
#[derive(Debug)]
pub(super) struct Commands {
    stdin: ChildStdin,
    answers: Receiver<String>,
    process: Process,
    /// Whether no command is under way.
    idle: bool,
}

/// How a command ended.
#[derive(Debug, Deserialize)]
struct Answer {
    status: i32,
    out: String,
    err: String,
}

impl Commands {
    pub(super) fn start(aws: &AwsEnv, logs: &Path) -> Result<Self> {
        let mut command = Command::new(Venv::Aws.program("python"));
        command.arg(paths::root().join("xtask/python/aws_commands.py"));
        aws.apply(&mut command);
        command.env("AWS_PAGER", "");
        let (process, stdin, stdout) = Process::start_piped("aws", command, logs)?;
        let (sender, answers) = mpsc::channel();
        // A thread, so that Ctrl-C need not wait for a command. It ends with the process.
        std::thread::spawn(move || {
            for line in BufReader::new(stdout).lines().map_while(Result::ok) {
                if sender.send(line).is_err() {
                    return;
                }
            }
        });
        Ok(Self {
            stdin,
            answers,
            process,
            idle: true,
        })
    }

    /// Whether it can take another command: not after it ended, or when Ctrl-C left one without an answer.
    pub(super) fn is_idle(&self) -> bool {
        self.idle
    }

    /// What a command printed.
    ///
    /// # Errors
    /// When it did not succeed, with what it said; when the command line itself ends; or on Ctrl-C.
    pub(super) fn run(&mut self, arguments: &[&str]) -> Result<String> {
        let mut line = serde_json::to_vec(arguments)?;
        line.push(b'\n');
        self.idle = false;
        let name = || format!("aws {}", arguments.join(" "));
        let ended = |process: &Process| process.failure(&format!("ended at `{}`", name()));
        if self.stdin.write_all(&line).is_err() {
            return Err(ended(&self.process));
        }
        let text = loop {
            match self.answers.recv_timeout(Duration::from_millis(50)) {
                Ok(text) => break text,
                Err(RecvTimeoutError::Timeout) => interrupt::check()?,
                Err(RecvTimeoutError::Disconnected) => return Err(ended(&self.process)),
            }
        };
        self.idle = true;
        let answer: Answer = serde_json::from_str(&text).with_context(name)?;
        ensure!(
            answer.status == 0,
            "`{}` failed ({}): {}",
            name(),
            answer.status,
            answer.err.trim()
        );
        Ok(answer.out)
    }
}
