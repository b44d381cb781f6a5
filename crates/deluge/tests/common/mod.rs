//! A real deluged and deluge-web for a test: own folder, free ports, ended when dropped.

mod config;
mod process;
mod relay;
mod sample;

use std::fs;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::time::Duration;

use deluge::{Client, Limits};
use tempfile::TempDir;
use tokio::time::{sleep, timeout};

use process::Process;
pub(crate) use relay::{Loss, Relay};
pub(crate) use sample::Sample;

pub(crate) const PASSWORD: &str = "correct horse battery staple";

/// Shorter than the default, so that what has to run into its limit does so soon.
pub(crate) const LIMITS: Limits = Limits {
    call: Duration::from_secs(4),
    connect: Duration::from_secs(1),
};

/// Runs a test, and fails it when it takes longer than any healthy run.
pub(crate) async fn in_time(test: impl Future<Output = ()>) {
    timeout(Duration::from_secs(50), test)
        .await
        .expect("the test takes too long");
}

pub(crate) struct Deluge {
    programs: PathBuf,
    daemon: Option<Process>,
    web: Option<Process>,
    daemon_port: u16,
    web_port: u16,
    folder: TempDir,
}

impl Deluge {
    /// deluged and deluge-web, up, but not connected to each other, as after a boot.
    pub(crate) async fn start() -> Self {
        let mut deluge = Self {
            programs: programs(),
            daemon: None,
            web: None,
            daemon_port: free_port(),
            web_port: free_port(),
            folder: tempfile::tempdir().expect("a temporary folder"),
        };
        fs::create_dir(deluge.downloads()).expect("a folder for downloads");
        config::write_daemon(&deluge.daemon_config(), &deluge.downloads());
        // Both come up at the same time: each takes a second or two of one core.
        deluge.spawn_daemon();
        deluge.spawn_web();
        deluge.wait_for_daemon().await;
        deluge.wait_for_web().await;
        deluge
    }

    pub(crate) fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.web_port)
    }

    pub(crate) fn web_port(&self) -> u16 {
        self.web_port
    }

    pub(crate) fn client(&self) -> Client {
        self.client_with_password(PASSWORD)
    }

    pub(crate) fn client_with_password(&self, password: &str) -> Client {
        Client::new(&self.url(), password, LIMITS).expect("a client")
    }

    pub(crate) fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    /// deluged answers an add before the torrent is on disk.
    pub(crate) async fn wait_until_saved(&self, id: &str) {
        let state = self.daemon_config().join("state/torrents.state");
        let is_saved = || {
            let state = fs::read(&state).unwrap_or_default();
            state.windows(id.len()).any(|bytes| bytes == id.as_bytes())
        };
        while !is_saved() {
            sleep(Duration::from_millis(20)).await;
        }
    }

    /// How many connections to this deluged were made since it started.
    pub(crate) fn daemon_connections(&self) -> usize {
        let log = fs::read_to_string(self.log("deluged")).expect("deluged's log");
        log.matches("Deluge Client connection made").count()
    }

    /// How many sign-ins this deluge-web has accepted since it started.
    pub(crate) fn sign_ins(&self) -> usize {
        let log = fs::read_to_string(self.log("deluge-web")).expect("deluge-web's log");
        log.matches("Login success").count()
    }

    /// SIGKILL: no goodbye, no saved state.
    pub(crate) fn kill_daemon(&mut self) {
        self.daemon.take().expect("a running daemon").kill();
    }

    pub(crate) async fn start_daemon(&mut self) {
        self.spawn_daemon();
        self.wait_for_daemon().await;
    }

    pub(crate) fn freeze_daemon(&self) {
        self.daemon
            .as_ref()
            .expect("a running daemon")
            .signal("STOP");
    }

    pub(crate) fn thaw_daemon(&self) {
        self.daemon
            .as_ref()
            .expect("a running daemon")
            .signal("CONT");
    }

    /// Replaces deluge-web by one that knows none of the sessions, on the same port.
    pub(crate) async fn restart_web(&mut self) {
        self.kill_web();
        self.spawn_web();
        self.wait_for_web().await;
    }

    pub(crate) fn kill_web(&mut self) {
        self.web.take().expect("a running deluge-web").kill();
    }

    /// Makes the daemon refuse deluge-web, or accept it again, from its next start on.
    pub(crate) fn set_daemon_password(&self, right: bool) {
        let password = if right {
            config::DAEMON_PASSWORD
        } else {
            "another"
        };
        config::write_daemon_accounts(&self.daemon_config(), password);
    }

    fn daemon_config(&self) -> PathBuf {
        self.folder.path().join("deluged")
    }

    fn log(&self, name: &str) -> PathBuf {
        self.folder.path().join(format!("{name}.log"))
    }

    fn spawn_daemon(&mut self) {
        let port = self.daemon_port.to_string();
        // -u: the control port's address; -i: BitTorrent's.
        let arguments = ["-u", "127.0.0.1", "-i", "127.0.0.1", "-p", &port];
        self.daemon = Some(self.spawn("deluged", &self.daemon_config(), &arguments));
    }

    fn spawn_web(&mut self) {
        let config = self.folder.path().join("deluge-web");
        config::write_web(&config, PASSWORD, self.daemon_port);
        let port = self.web_port.to_string();
        self.web = Some(self.spawn("deluge-web", &config, &["-i", "127.0.0.1", "-p", &port]));
    }

    fn spawn(&self, name: &str, config: &Path, arguments: &[&str]) -> Process {
        let log = self.log(name);
        Process::spawn(
            &self.programs.join(name),
            config,
            &log,
            self.folder.path(),
            arguments,
        )
    }

    async fn wait_for_daemon(&mut self) {
        let daemon = self.daemon.as_mut().expect("a started daemon");
        daemon.wait_for_port(self.daemon_port).await;
    }

    async fn wait_for_web(&mut self) {
        let web = self.web.as_mut().expect("a started deluge-web");
        web.wait_for_port(self.web_port).await;
    }
}

fn programs() -> PathBuf {
    let folder = std::env::var_os("DELUGE_BIN_DIR").map_or_else(
        || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../.local/venv/deluge/bin"),
        PathBuf::from,
    );
    for name in ["deluged", "deluge-web"] {
        let program = folder.join(name);
        assert!(
            program.is_file(),
            "{} is missing: run `cargo xtask setup`, or set DELUGE_BIN_DIR to the folder that \
             holds deluged and deluge-web",
            program.display(),
        );
    }
    folder
}

fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}
