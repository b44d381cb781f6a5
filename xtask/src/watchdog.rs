//! Ends our process groups when we can no longer do it ourselves.
//!
//! `Drop` does not run after SIGKILL, a second Ctrl-C, or for a `static` in a test. So one small shell, in
//! a group of its own, holds the read end of a pipe: the pipe closes when this process ends, however it
//! ends, and the shell then ends every group that is still on its list.
//!
//! Not `PR_SET_PDEATHSIG` (`setpriv --pdeathsig`): it fires when the *thread* that spawned the child ends,
//! which a test's thread does before the program, and it does not reach grandchildren.

use std::io::Write;
use std::os::unix::process::CommandExt;
use std::process::{Child, Command, Stdio};
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result};

use crate::paths;

static WATCHDOG: Mutex<Option<Child>> = Mutex::new(None);

/// From now on the group ends with this process, unless [`unwatch`] comes first.
pub(crate) fn watch(group: u32) -> Result<()> {
    tell("add", &group.to_string())
}

/// The group has ended; its number may be given to somebody else.
pub(crate) fn unwatch(group: u32) -> Result<()> {
    tell("remove", &group.to_string())
}

/// From now on a shell's `line` is run after the groups have ended, if this process ends without another word; an
/// empty line takes it back.
pub(crate) fn finally(line: &str) -> Result<()> {
    tell("finally", line)
}

/// Starts it. What is started afterwards is unwatched for less time.
pub(crate) fn ready() -> Result<()> {
    started(&mut WATCHDOG.lock().unwrap_or_else(PoisonError::into_inner)).map(drop)
}

fn tell(verb: &str, what: &str) -> Result<()> {
    let mut watchdog = WATCHDOG.lock().unwrap_or_else(PoisonError::into_inner);
    let pipe = started(&mut watchdog)?.stdin.as_mut();
    let pipe = pipe.context("the watchdog has no pipe")?;
    writeln!(pipe, "{verb} {what}").context("the watchdog is gone")
}

fn started(watchdog: &mut Option<Child>) -> Result<&mut Child> {
    if watchdog.is_none() {
        *watchdog = Some(start().context("cannot start the watchdog (/bin/sh)")?);
    }
    watchdog.as_mut().context("just started")
}

fn start() -> std::io::Result<Child> {
    Command::new("/bin/sh")
        .arg(paths::root().join("xtask/watchdog.sh"))
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .process_group(0)
        .spawn()
}
