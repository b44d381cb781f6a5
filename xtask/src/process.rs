//! Child processes that end with their owner.

use std::fs::{File, OpenOptions};
use std::io::{Read, Seek, SeekFrom};
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, bail};
use rustix::process::{Pid, Signal, kill_process_group, setpriority_pgrp, test_kill_process_group};

use crate::{interrupt, paths, watchdog};

/// From SIGTERM to SIGKILL.
const GRACE: Duration = Duration::from_secs(10);
const POLL: Duration = Duration::from_millis(50);
const TAIL_LINES: usize = 25;
/// As nice(1) counts.
const LOWEST_PRIORITY: i32 = 19;

/// A program that can be started, stopped and started again, alone in its process group.
///
/// Its output goes to `LOGS/NAME.log`, which a restart continues. `Drop` stops it.
#[derive(Debug)]
pub struct Process {
    name: String,
    command: Command,
    log: PathBuf,
    child: Option<Child>,
    grace: Duration,
}

impl Process {
    /// Starts `command`, whose standard input becomes empty and whose output goes to `LOGS/NAME.log`.
    ///
    /// # Errors
    /// When the program or the log file cannot be opened.
    pub fn start(name: &str, mut command: Command, logs: &Path) -> Result<Self> {
        let log = open_log(name, logs)?;
        command
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log);
        Self::launch(name, command, logs)
    }

    /// As [`Process::start`], but its standard input and output are the caller's; only standard error is
    /// logged. It cannot be restarted by [`Process::restart`] without losing the pipes.
    ///
    /// # Errors
    /// As [`Process::start`].
    pub fn start_piped(
        name: &str,
        mut command: Command,
        logs: &Path,
    ) -> Result<(Self, ChildStdin, ChildStdout)> {
        let log = open_log(name, logs)?;
        command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(log);
        let mut process = Self::launch(name, command, logs)?;
        let child = process.child.as_mut().context("just started")?;
        let stdin = child.stdin.take().context("standard input is piped")?;
        let stdout = child.stdout.take().context("standard output is piped")?;
        Ok((process, stdin, stdout))
    }

    fn launch(name: &str, mut command: Command, logs: &Path) -> Result<Self> {
        command.process_group(0);
        let log = log_path(name, logs);
        let mut process = Self {
            name: name.to_owned(),
            command,
            log,
            child: None,
            grace: GRACE,
        };
        process.restart()?;
        Ok(process)
    }

    /// Starts it again with the same arguments and environment; does nothing while it runs.
    ///
    /// # Errors
    /// When the program cannot be started.
    pub fn restart(&mut self) -> Result<()> {
        if self.is_alive() {
            return Ok(());
        }
        self.stop();
        watchdog::ready()?;
        let program = self.command.get_program().to_owned();
        let child = self
            .command
            .spawn()
            .with_context(|| format!("cannot start {} ({})", self.name, program.display()))?;
        let group = child.id();
        self.child = Some(child);
        watchdog::watch(group)
    }

    /// What it is called in messages and in its log's file name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The file that takes its output.
    #[must_use]
    pub fn log(&self) -> &Path {
        &self.log
    }

    /// Its process id, which is its group's too; `None` once stopped.
    #[must_use]
    pub fn pid(&self) -> Option<u32> {
        self.child.as_ref().map(Child::id)
    }

    /// Whether the program itself still runs, whatever became of its own children.
    pub fn is_alive(&mut self) -> bool {
        matches!(self.child.as_mut().map(Child::try_wait), Some(Ok(None)))
    }

    /// Waits until `ready` says so, asking every 50 ms.
    ///
    /// # Errors
    /// When the program ends first, `timeout` passes, `ready` errs, or on Ctrl-C. The first two show the
    /// end of its log.
    pub fn wait_until(
        &mut self,
        timeout: Duration,
        mut ready: impl FnMut() -> Result<bool>,
    ) -> Result<()> {
        let start = Instant::now();
        while !ready()? {
            if !self.is_alive() {
                return Err(self.failure("ended while it was waited for"));
            }
            if start.elapsed() > timeout {
                return Err(self.failure(&format!("is not ready after {timeout:?}")));
            }
            interrupt::sleep(POLL)?;
        }
        Ok(())
    }

    /// Waits for its end, however long that takes.
    ///
    /// # Errors
    /// On Ctrl-C, or when it was stopped before.
    pub fn wait(&mut self) -> Result<ExitStatus> {
        loop {
            let child = self.child.as_mut().context("the process was stopped")?;
            if let Some(status) = child.try_wait()? {
                return Ok(status);
            }
            interrupt::sleep(POLL)?;
        }
    }

    /// Waits for its end, which must be a good one.
    fn succeed(mut self) -> Result<()> {
        let status = self.wait()?;
        if !status.success() {
            return Err(self.failure(&format!("failed ({status})")));
        }
        Ok(())
    }

    /// The same process, which has this long to end after SIGTERM.
    #[must_use]
    pub fn with_grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// SIGTERM to the group, 10 s of patience unless [`Self::with_grace`] says otherwise, then SIGKILL; returns when
    /// all of it is gone.
    pub fn stop(&mut self) {
        let Some(mut child) = self.child.take() else {
            return;
        };
        let id = child.id();
        let group = pid(id);
        let start = Instant::now();
        let mut signal = Signal::TERM;
        // Once: to programs such as this one a second signal says not to clean up.
        if let Some(group) = group {
            send(group, signal);
        }
        while let Some(group) = group {
            // Reaping comes first: a zombie counts as a member of its group.
            let reaped = !matches!(child.try_wait(), Ok(None));
            if reaped && test_kill_process_group(group).is_err() {
                break;
            }
            if start.elapsed() >= self.grace && signal == Signal::TERM {
                signal = Signal::KILL;
                send(group, signal);
            } else if start.elapsed() >= self.grace + GRACE {
                break;
            }
            std::thread::sleep(POLL / 2);
        }
        if let Err(error) = watchdog::unwatch(id) {
            crate::steps::say(&format!("{}: {error:#}", self.name));
        }
    }

    /// An error that says what happened and shows the end of the log.
    #[must_use]
    pub fn failure(&self, what: &str) -> anyhow::Error {
        anyhow!(
            "{} {what}; the end of {}:\n{}",
            self.name,
            self.log.display(),
            self.tail()
        )
    }

    /// The last lines of its log.
    #[must_use]
    pub fn tail(&self) -> String {
        tail(&self.log, TAIL_LINES)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.stop();
    }
}

fn send(group: Pid, signal: Signal) {
    // An error means that the group has just ended, which is what was wanted.
    let _gone = kill_process_group(group, signal);
}

/// The command that starts this program again, also when its file was replaced since (proc(5), `/proc/pid/exe`).
#[must_use]
pub fn this_program() -> Command {
    Command::new(format!("/proc/{}/exe", std::process::id()))
}

/// Cargo, the one that has started this program, in the workspace's root; blanks part the arguments.
pub(crate) fn cargo(arguments: &str) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(arguments.split(' ')).current_dir(paths::root());
    cargo
}

/// Runs a program to its end.
///
/// # Errors
/// When it cannot start or does not succeed (with the end of its log), or on Ctrl-C.
pub fn run(name: &str, command: Command, logs: &Path) -> Result<()> {
    Process::start(name, command, logs)?.succeed()
}

/// Runs a compiler to its end at the lowest priority, so that tests with time limits are not slowed down.
///
/// # Errors
/// As [`run`].
pub fn compile(name: &str, command: Command, logs: &Path) -> Result<()> {
    let process = Process::start(name, command, logs)?;
    if let Some(group) = process.pid().and_then(pid) {
        setpriority_pgrp(Some(group), LOWEST_PRIORITY)?;
    }
    process.succeed()
}

fn pid(id: u32) -> Option<Pid> {
    i32::try_from(id).ok().and_then(Pid::from_raw)
}

/// Runs a program to its end with its output on this terminal and nothing to read.
///
/// # Errors
/// When it cannot start, or on Ctrl-C, after its process group has ended.
pub fn attached(mut command: Command) -> Result<ExitStatus> {
    command.stdin(Stdio::null());
    let name = command.get_program().to_string_lossy().into_owned();
    Process::launch(&name, command, Path::new(""))?.wait()
}

/// Runs a program to its end and returns what it wrote on standard output.
///
/// # Errors
/// As [`run`]; also when the output is not UTF-8.
pub fn output(name: &str, command: Command, logs: &Path) -> Result<String> {
    let (mut process, stdin, mut stdout) = Process::start_piped(name, command, logs)?;
    drop(stdin);
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        stdout.read_to_string(&mut text).map(|_| text)
    });
    let status = process.wait()?;
    if !status.success() {
        return Err(process.failure(&format!("failed ({status})")));
    }
    match reader.join() {
        Ok(text) => text.with_context(|| format!("the output of {name}")),
        Err(_) => bail!("the output of {name} could not be read"),
    }
}

/// The last `lines` lines of a log, or a word about why there are none.
#[must_use]
pub fn tail(log: &Path, lines: usize) -> String {
    /// Enough for any screen; logs can be long.
    const BYTES: u64 = 64 * 1024;
    let read = || -> std::io::Result<String> {
        let mut file = File::open(log)?;
        let length = file.metadata()?.len();
        file.seek(SeekFrom::Start(length.saturating_sub(BYTES)))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    match read() {
        Ok(text) => {
            let all: Vec<&str> = text.lines().collect();
            all[all.len().saturating_sub(lines)..].join("\n")
        }
        Err(error) => format!("(cannot be read: {error})"),
    }
}

/// Empties the log `LOGS/NAME.log` of an earlier run.
pub(crate) fn truncate(name: &str, logs: &Path) -> Result<()> {
    std::fs::create_dir_all(logs)?;
    std::fs::write(log_path(name, logs), "").context("cannot empty the log")
}

fn log_path(name: &str, logs: &Path) -> PathBuf {
    logs.join(format!("{name}.log"))
}

fn open_log(name: &str, logs: &Path) -> Result<File> {
    let path = log_path(name, logs);
    std::fs::create_dir_all(logs).with_context(|| logs.display().to_string())?;
    OpenOptions::new()
        .create(true)
        .append(true)
        .open(&path)
        .with_context(|| path.display().to_string())
}
