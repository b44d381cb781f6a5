//! `sam local invoke`: the functions in AWS's own Runtime Interface Emulator, with the sample events.
//!
//! It needs a Docker engine. Where there is none and this is root, podman answers in its place.

mod engine;
mod environment;
mod events;
mod podman;
mod reach;
mod relay;
mod scene;

use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use self::engine::Engine;
use self::podman::Podman;
pub use self::reach::Reach;
use crate::aws::AwsEnv;
use crate::interrupt::{self, Interrupted};
use crate::process::Process;
use crate::sam::{Optimisation, Project};
use crate::steps::{say, step};
use crate::tools::Purpose;
use crate::{Stack, StackOptions, paths, tools};

/// With a Docker engine the first invocation also fetches AWS's base image.
const TIME_LIMIT: Duration = Duration::from_mins(5);

/// A container engine and what was built for it.
#[derive(Debug)]
pub struct SamLocal {
    engine: Engine,
    project: Project,
    logs: PathBuf,
    // Kept for its `Drop`.
    _podman: Option<Podman>,
}

/// What became of a check that not every machine can make.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Every event was answered as it should be.
    Passed,
    /// There is no container engine; that was said loudly.
    Skipped,
}

/// Builds the functions as for Lambda, starts a stack beside them, and has every event answered in `sam local invoke`.
///
/// # Errors
/// When an answer is not what it should be; and without a container engine when `CI` is `true`.
pub fn check() -> Result<Outcome> {
    let logs = paths::logs().join("sam-local");
    tools::setup(Purpose::Local)?;
    let Some(sam) = SamLocal::prepare(&logs)? else {
        return Ok(Outcome::Skipped);
    };
    step("build the functions (sam build)", || {
        sam.project.build(Optimisation::Quick, &logs)
    })?;
    let mut stack = Stack::start(&StackOptions {
        dir: dir().join("stack"),
        logs,
        completed_webhook_url: "http://127.0.0.1:9/".to_owned(),
        ..StackOptions::default()
    })?;
    sam.check_events(&mut stack)?;
    Ok(Outcome::Passed)
}

/// For somebody who has Docker: as long as the answer lives, `sam local invoke` works against `stack` with
/// `.local/env.json`. `None` where no Docker engine answers.
///
/// # Errors
/// When the stack cannot be asked or the file cannot be written; or on Ctrl-C.
pub fn offer(stack: &Stack) -> Result<Option<Reach>> {
    SamLocal::with_docker(stack.logs())?
        .map(|sam| sam.reach(stack, &paths::local().join("env.json")))
        .transpose()
}

impl SamLocal {
    /// Uses the Docker engine that answers, or else, as root, podman, which it installs and sets up first
    /// (about two minutes, once). `None` where neither can be had, after saying why.
    ///
    /// # Errors
    /// When neither can be had and `CI` is `true`; or on Ctrl-C.
    pub fn prepare(logs: &Path) -> Result<Option<Self>> {
        if let Some(sam) = Self::with_docker(logs)? {
            return Ok(Some(sam));
        }
        let error = match Self::with_podman(logs) {
            Ok(sam) => return Ok(Some(sam)),
            Err(error) if error.is::<Interrupted>() => return Err(error),
            Err(error) => {
                error.context("no Docker engine answers, and there is no podman in its place")
            }
        };
        if std::env::var_os("CI").is_some_and(|value| value == "true") {
            return Err(error);
        }
        say(
            "  !!!! SKIPPED: sam local invoke. The functions were not tried in AWS's own emulator.",
        );
        say(&format!("       {error:#}"));
        Ok(None)
    }

    /// Asking is all it does; it installs nothing.
    fn with_docker(logs: &Path) -> Result<Option<Self>> {
        match Engine::ask(None, logs) {
            Ok(engine) => Ok(Some(Self::new(engine, None, logs))),
            Err(error) if error.is::<Interrupted>() => Err(error),
            Err(_) => Ok(None),
        }
    }

    fn with_podman(logs: &Path) -> Result<Self> {
        let podman = Podman::start(&dir(), logs)?;
        let engine = Engine::ask(Some(podman.docker_host()), logs)?;
        Ok(Self::new(engine, Some(podman), logs))
    }

    fn new(engine: Engine, podman: Option<Podman>, logs: &Path) -> Self {
        Self {
            engine,
            project: Project::checkout(),
            logs: logs.to_owned(),
            _podman: podman,
        }
    }

    /// Lets containers reach `stack`, and writes the variables of its functions to `env_file`.
    ///
    /// # Errors
    /// When the stack cannot be asked, the file cannot be written or an address is taken.
    pub fn reach(&self, stack: &Stack, env_file: &Path) -> Result<Reach> {
        Reach::open(&self.engine, stack, env_file)
    }

    /// What `function`, a logical id of the template, answers to the event in a file. Variables that the
    /// template does not declare do not get through from `env_file`.
    ///
    /// # Errors
    /// When it does not answer within five minutes, or with an error, with the end of what SAM printed;
    /// or on Ctrl-C.
    pub fn invoke(
        &self,
        function: &str,
        event: &Path,
        env_file: &Path,
        aws: &AwsEnv,
    ) -> Result<Value> {
        let stem = event.file_stem().and_then(|stem| stem.to_str());
        let name = log_name(stem.context("an event is a file")?);
        let mut command = self.project.sam(&["local", "invoke", function])?;
        command
            .arg("--event")
            .arg(event)
            .arg("--env-vars")
            .arg(env_file)
            .arg("--skip-pull-image");
        // The function gets SAM's own credentials.
        aws.apply(&mut command);
        if let Some(host) = self.engine.docker_host() {
            command.env("DOCKER_HOST", host);
        }
        answer(&name, command, &self.logs)
    }

    /// Has every event in `events/` answered by its function against `stack`, prints each answer, and looks
    /// at what it did. Afterwards the events' torrent is there, complete.
    ///
    /// # Errors
    /// At the first answer that is not what it should be; when an event has no check or a check no event.
    pub fn check_events(&self, stack: &mut Stack) -> Result<()> {
        events::check(self, stack, &dir().join("env.json"))
    }
}

/// What SAM printed for an event is in `LOGS/NAME.log`.
fn log_name(event: &str) -> String {
    format!("sam-local-{event}")
}

/// Everything that is kept from one run to the next: podman's storage with the image.
fn dir() -> PathBuf {
    paths::local().join("sam-local")
}

fn answer(name: &str, command: Command, logs: &Path) -> Result<Value> {
    let log = logs.join(format!("{name}.log"));
    if log.exists() {
        fs::remove_file(&log).with_context(|| log.display().to_string())?;
    }
    let (mut sam, stdin, mut stdout) = Process::start_piped(name, command, logs)?;
    drop(stdin);
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    let end = Instant::now() + TIME_LIMIT;
    while sam.is_alive() {
        if Instant::now() > end {
            return Err(sam.failure(&format!("has not answered after {TIME_LIMIT:?}")));
        }
        interrupt::sleep(Duration::from_millis(20))?;
    }
    let status = sam.wait()?;
    let Ok(text) = reader.join() else {
        bail!("the output of {name} could not be read");
    };
    let text = text?;
    if !status.success() {
        return Err(sam.failure(&format!("failed ({status})")));
    }
    // SAM succeeds whatever becomes of the function: an error is an answer too, which its case judges.
    serde_json::from_str(text.trim())
        .map_err(|_| sam.failure(&format!("answered {text:?}, which is not JSON")))
}
