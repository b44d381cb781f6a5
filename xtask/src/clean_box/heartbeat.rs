use std::fs;
use std::time::{Duration, UNIX_EPOCH};

use anyhow::{Context, Result, bail};
use serde::Deserialize;

use super::machine::Machine;
use crate::Stack;

/// As the emulator lists them.
#[derive(Deserialize)]
struct Call {
    /// Seconds since 1970.
    at: f64,
    role: String,
    action: String,
    allowed: bool,
}

/// From the first file that user data writes to the first row that the box writes.
pub(super) fn first(stack: &mut Stack, machine: &Machine) -> Result<Duration> {
    let file = fs::metadata(machine.path("etc/torrent2s3/stack.env")).context("user data")?;
    let start = file.modified()?.duration_since(UNIX_EPOCH)?;
    let calls = fs::read_to_string(stack.ministack().calls())?;
    for line in calls.lines() {
        let call: Call = serde_json::from_str(line)?;
        let is_row = call.role.contains("BoxRole") && call.action == "dynamodb:PutItem";
        let after = Duration::from_secs_f64(call.at).checked_sub(start);
        if let Some(after) = after.filter(|_| is_row && call.allowed) {
            return Ok(after);
        }
    }
    bail!("the box has written no row")
}
