//! No process outlives its owner: neither the program that was started, nor what that program started.

use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant};

use xtask::{Process, process};

const LIMIT: Duration = Duration::from_secs(15);

fn shell(script: &str) -> Command {
    let mut command = Command::new("/bin/sh");
    command.args(["-c", script]);
    command
}

/// Whether a process with this id exists and is no zombie.
fn runs(pid: u32) -> bool {
    std::fs::read_to_string(format!("/proc/{pid}/stat")).is_ok_and(|stat| {
        !stat
            .rsplit(')')
            .next()
            .unwrap_or_default()
            .starts_with(" Z")
    })
}

fn wait_for(what: &str, mut condition: impl FnMut() -> bool) {
    let start = Instant::now();
    while !condition() {
        assert!(
            start.elapsed() < LIMIT,
            "{what} did not happen within {LIMIT:?}"
        );
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn pid_in(log: &Path) -> u32 {
    let mut pid = None;
    wait_for("a process id in the log", || {
        pid = std::fs::read_to_string(log)
            .ok()
            .and_then(|text| text.trim().parse().ok());
        pid.is_some()
    });
    pid.unwrap()
}

#[test]
fn stopping_a_process_ends_its_children_too() {
    let logs = tempfile::tempdir().unwrap();
    let mut process =
        Process::start("parent", shell("sleep 300 & echo $!; wait"), logs.path()).unwrap();
    let (parent, child) = (process.pid().unwrap(), pid_in(process.log()));
    assert!(runs(parent) && runs(child));
    process.stop();
    assert!(!runs(parent) && !runs(child));
    assert!(!process.is_alive());
}

#[test]
fn children_of_a_program_that_has_ended_are_found() {
    let logs = tempfile::tempdir().unwrap();
    let mut process = Process::start("gone", shell("sleep 300 & echo $!"), logs.path()).unwrap();
    let child = pid_in(process.log());
    wait_for("the end of the parent", || !process.is_alive());
    assert!(runs(child));
    drop(process);
    assert!(!runs(child));
}

#[test]
fn a_deaf_process_is_killed() {
    let logs = tempfile::tempdir().unwrap();
    let script = "trap '' TERM; echo $$; while :; do sleep 0.1; done";
    let process = Process::start("deaf", shell(script), logs.path()).unwrap();
    let pid = pid_in(process.log());
    let start = Instant::now();
    drop(process);
    assert!(!runs(pid));
    assert!(
        start.elapsed() >= Duration::from_secs(10),
        "it had 10 s to end by itself"
    );
}

/// A second one says to many programs, `cargo xtask` among them, not to clean up.
#[test]
fn a_process_is_asked_once_to_end() {
    let logs = tempfile::tempdir().unwrap();
    let script = "trap 'echo asked' TERM; echo ready; while :; do sleep 0.01; done";
    let process = Process::start("asked", shell(script), logs.path()).unwrap();
    let mut process = process.with_grace(Duration::from_millis(500));
    wait_for("the trap", || process.tail() == "ready");
    process.stop();
    // The shell also says that its `sleep` was terminated.
    let log = process.tail();
    assert_eq!(log.matches("asked").count(), 1, "{log}");
}

#[test]
fn a_stopped_process_starts_again_and_goes_on_in_its_log() {
    let logs = tempfile::tempdir().unwrap();
    let mut process = Process::start("again", shell("echo hello; sleep 300"), logs.path()).unwrap();
    wait_for("the first start", || process.tail() == "hello");
    process.stop();
    process.restart().unwrap();
    wait_for("the second start", || process.tail() == "hello\nhello");
    assert!(process.is_alive());
}

#[test]
fn a_failure_shows_the_end_of_the_log() {
    let logs = tempfile::tempdir().unwrap();
    let error = process::run("build", shell("seq 100; exit 3"), logs.path())
        .unwrap_err()
        .to_string();
    assert!(error.contains("build failed (exit status: 3)"), "{error}");
    assert!(
        error.contains("build.log") && error.ends_with("99\n100"),
        "{error}"
    );
    assert!(!error.contains("\n50\n"), "{error}");
}

#[test]
fn output_is_returned_and_errors_are_not_part_of_it() {
    let logs = tempfile::tempdir().unwrap();
    let text = process::output("tool", shell("seq 20000; echo bad >&2"), logs.path()).unwrap();
    assert_eq!(text.lines().count(), 20_000);
    assert_eq!(process::tail(&logs.path().join("tool.log"), 5), "bad");
}

/// Named in the environment of this same test program when it plays the owner that is killed.
const OWNER: &str = "XTASK_TEST_OWNER_LOGS";

#[test]
fn the_watchdog_ends_what_a_killed_owner_left() {
    if let Some(logs) = std::env::var_os(OWNER) {
        let script = "echo $$; sleep 300 & echo $!; wait";
        let _process = Process::start("orphan", shell(script), Path::new(&logs)).unwrap();
        let script = format!(
            "exec > {}/attached.log; {script}",
            Path::new(&logs).display()
        );
        process::attached(shell(&script)).unwrap();
        return;
    }
    let logs = tempfile::tempdir().unwrap();
    let mut owner = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "the_watchdog_ends_what_a_killed_owner_left"])
        .env(OWNER, logs.path())
        .spawn()
        .unwrap();
    let mut pids: Vec<u32> = Vec::new();
    wait_for("four processes", || {
        let read = |log| std::fs::read_to_string(logs.path().join(log)).unwrap_or_default();
        let log = read("orphan.log") + &read("attached.log");
        pids = log.lines().filter_map(|line| line.parse().ok()).collect();
        pids.len() == 4
    });
    assert!(pids.iter().all(|&pid| runs(pid)));
    owner.kill().unwrap();
    owner.wait().unwrap();
    wait_for("the end of the orphans", || {
        !pids.iter().any(|&pid| runs(pid))
    });
}

/// Named in the environment of a copy of this test program that is to remove its own file.
const REMOVED: &str = "XTASK_TEST_REMOVED";

/// Cargo replaces `target/debug/xtask` while `cargo xtask test` runs: what it compiles for the tests is another variant.
#[test]
fn a_program_whose_file_was_removed_starts_itself_again() {
    if std::env::var_os(REMOVED).is_some() {
        std::fs::remove_file(std::env::current_exe().unwrap()).unwrap();
        let again = process::this_program().arg("--list").output().unwrap();
        assert!(
            String::from_utf8_lossy(&again.stdout).contains("a_program_whose_file_was_removed")
        );
        return;
    }
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("copy");
    std::fs::copy(std::env::current_exe().unwrap(), &copy).unwrap();
    let name = "a_program_whose_file_was_removed_starts_itself_again";
    let output = Command::new(&copy)
        .args(["--exact", name])
        .env(REMOVED, "1")
        .output()
        .unwrap();
    assert!(output.status.success(), "{output:?}");
    assert!(!copy.exists());
}
