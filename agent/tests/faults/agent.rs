use std::os::unix::process::CommandExt;
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use tokio::io::AsyncReadExt;
use tokio::process::Child;
use tokio::time::timeout;

use crate::bucket::Bucket;
use crate::content::Content;
use crate::proxy::Proxy;

/// Longer than any healthy run, with all the patience that the agent has.
const LIMIT: Duration = Duration::from_secs(100);

/// Debian's `nobody`.
const NOBODY: u32 = 65_534;

/// A run of the real agent; killed when dropped.
pub(crate) struct Agent {
    child: Child,
}

/// How a run ended.
pub(crate) struct Ended {
    pub(crate) status: ExitStatus,
    pub(crate) log: String,
    pub(crate) took: Duration,
}

impl Ended {
    /// What it said last.
    pub(crate) fn error(&self) -> &str {
        let start = self.log.rfind("Error:").unwrap_or_default();
        &self.log[start..]
    }
}

impl Agent {
    pub(crate) fn start(content: &Content, bucket: &Bucket, proxy: &Proxy) -> Self {
        Self::spawn(Self::command(content, bucket, proxy))
    }

    /// Reading no more than `bandwidth` per second.
    pub(crate) fn start_slowly(
        content: &Content,
        bucket: &Bucket,
        proxy: &Proxy,
        bandwidth: &str,
    ) -> Self {
        let mut command = Self::command(content, bucket, proxy);
        command.args(["--bandwidth", bandwidth]);
        Self::spawn(command)
    }

    /// As a user who may not read everything. A test that runs as root has to become one.
    pub(crate) fn start_unprivileged(content: &Content, bucket: &Bucket, proxy: &Proxy) -> Self {
        let mut command = Self::command(content, bucket, proxy);
        if rustix::process::geteuid().is_root() {
            command.uid(NOBODY).gid(NOBODY);
        }
        Self::spawn(command)
    }

    /// With a clock that is off by so much, as `+10m`.
    pub(crate) fn start_with_clock(
        content: &Content,
        bucket: &Bucket,
        proxy: &Proxy,
        offset: &str,
    ) -> Self {
        xtask::apt::install(&["libfaketime"]).expect("libfaketime");
        let mut command = Self::command(content, bucket, proxy);
        command
            .env("LD_PRELOAD", "/usr/$LIB/faketime/libfaketimeMT.so.1")
            .env("FAKETIME", offset)
            .env("FAKETIME_DONT_FAKE_MONOTONIC", "1");
        Self::spawn(command)
    }

    fn command(content: &Content, bucket: &Bucket, proxy: &Proxy) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_torrent2s3-agent"));
        command
            .args(["--once", "--files-bucket", &bucket.name, "--dir"])
            .arg(&content.dir)
            .arg("--torrent")
            .arg(&content.torrent);
        xtask::aws::AwsEnv::new(proxy.url.clone(), &content.dir).apply(&mut command);
        command
            .env_remove("FILES_BUCKET")
            .stdout(Stdio::null())
            .stderr(Stdio::piped());
        command
    }

    pub(crate) fn spawn(mut command: Command) -> Self {
        command.stdin(Stdio::null());
        let mut command = tokio::process::Command::from(command);
        let child = command
            .kill_on_drop(true)
            .spawn()
            .expect("the agent starts");
        Self { child }
    }

    /// SIGKILL. `false` when it had ended by itself.
    pub(crate) async fn kill(mut self) -> bool {
        let ended = self.child.try_wait().expect("its state");
        self.child.kill().await.expect("it can be killed");
        ended.is_none()
    }

    pub(crate) fn is_alive(&mut self) -> bool {
        self.child.try_wait().expect("its state").is_none()
    }

    /// SIGTERM.
    pub(crate) fn terminate(&self) {
        let pid = self.child.id().expect("it runs");
        let pid = i32::try_from(pid).ok();
        let pid = pid.and_then(rustix::process::Pid::from_raw);
        rustix::process::kill_process(pid.expect("a process"), rustix::process::Signal::TERM)
            .expect("a signal");
    }

    /// Waits for its end.
    pub(crate) async fn ended(mut self) -> Ended {
        let begin = Instant::now();
        let mut log = String::new();
        let mut stderr = self.child.stderr.take().expect("its standard error");
        let wait = async {
            stderr.read_to_string(&mut log).await.expect("its log");
            self.child.wait().await.expect("its status")
        };
        let status = timeout(LIMIT, wait).await.expect("it ends in time");
        Ended {
            status,
            log,
            took: begin.elapsed(),
        }
    }

    pub(crate) async fn succeeds(self) -> Ended {
        let ended = self.ended().await;
        assert!(ended.status.success(), "{}:\n{}", ended.status, ended.log);
        ended
    }

    /// Ends with an error, which must say one of these words.
    pub(crate) async fn fails(self, words: &[&str]) -> Ended {
        let ended = self.ended().await;
        assert_eq!(ended.status.code(), Some(1), "{}", ended.log);
        let says = |word: &&str| ended.error().contains(*word);
        assert!(
            words.iter().any(says),
            "none of {words:?} in\n{}",
            ended.log
        );
        ended
    }
}
