//! A real Deluge on loopback: deluged, and deluge-web in front of it.

mod config;

use std::fs;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::tools::Venv;
use crate::{Loopback, Process, ports};

const START: Duration = Duration::from_mins(1);

/// Both halves of a Deluge of our own, which can be stopped and started one by one on the same ports.
#[derive(Debug)]
pub struct Deluge {
    // Fields drop in order: the web half goes first.
    web: Process,
    daemon: Process,
    places: Places,
}

/// Ports and folders, all on this machine.
#[derive(Debug, Clone)]
struct Places {
    config: PathBuf,
    downloads: PathBuf,
    daemon_port: u16,
    web_port: u16,
    listen_port: u16,
}

impl Deluge {
    /// Starts both halves with their files under `dir` and waits until they answer. Peers are looked for
    /// on 127.0.0.1 alone, by trackers and magnet links only.
    ///
    /// # Errors
    /// When one of them ends or does not answer within a minute, with the end of its log.
    pub fn start(dir: &Path, logs: &Path, web_password: &str) -> Result<Self> {
        let places = Places {
            config: dir.join("config"),
            downloads: dir.join("downloads"),
            daemon_port: ports::free()?,
            web_port: ports::free()?,
            listen_port: ports::free()?,
        };
        // Both programs make `plugins` if it is missing, and the slower of the two ends if it is not any more.
        let plugins = places.config.join("plugins");
        for folder in [&plugins, &places.downloads] {
            fs::create_dir_all(folder).with_context(|| folder.display().to_string())?;
        }
        config::write(&places, web_password).context("cannot write Deluge's configuration")?;
        let daemon = Process::start("deluged", places.daemon(), logs)?;
        let web = Process::start("deluge-web", places.web(), logs)?;
        let mut deluge = Self {
            web,
            daemon,
            places,
        };
        deluge.wait_for_daemon()?;
        deluge.wait_for_web()?;
        Ok(deluge)
    }

    /// The address of Deluge Web; its JSON-RPC is at `/json`.
    #[must_use]
    pub fn web_url(&self) -> String {
        format!("http://127.0.0.1:{}", self.places.web_port)
    }

    /// Where deluged keeps `<info-hash>.torrent` of every torrent that it has.
    #[must_use]
    pub fn state_dir(&self) -> PathBuf {
        self.places.config.join("state")
    }

    /// Where downloads go.
    #[must_use]
    pub fn downloads_dir(&self) -> &Path {
        &self.places.downloads
    }

    /// Stops both halves, as a box does that is turned off.
    pub fn stop(&mut self) {
        self.stop_web();
        self.stop_daemon();
    }

    /// Starts what is stopped, on the same ports and with the torrents that it had.
    ///
    /// # Errors
    /// As [`Deluge::start`].
    pub fn restart(&mut self) -> Result<()> {
        self.restart_daemon()?;
        self.restart_web()
    }

    /// Stops deluged and leaves deluge-web without a daemon.
    pub fn stop_daemon(&mut self) {
        self.daemon.stop();
    }

    /// Starts deluged again and waits until it listens; deluge-web does not reconnect by itself.
    ///
    /// # Errors
    /// As [`Deluge::start`].
    pub fn restart_daemon(&mut self) -> Result<()> {
        self.daemon.restart()?;
        self.wait_for_daemon()
    }

    /// Stops deluge-web; torrents go on.
    pub fn stop_web(&mut self) {
        self.web.stop();
    }

    /// Starts deluge-web again and waits until it answers.
    ///
    /// # Errors
    /// As [`Deluge::start`].
    pub fn restart_web(&mut self) -> Result<()> {
        self.web.restart()?;
        self.wait_for_web()
    }

    /// deluged and deluge-web.
    pub fn processes(&mut self) -> (&mut Process, &mut Process) {
        (&mut self.daemon, &mut self.web)
    }

    fn wait_for_daemon(&mut self) -> Result<()> {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, self.places.daemon_port));
        self.daemon.wait_until(START, || {
            Ok(TcpStream::connect_timeout(&address, Duration::from_secs(1)).is_ok())
        })
    }

    fn wait_for_web(&mut self) -> Result<()> {
        let client = Loopback::new(Duration::from_secs(5));
        let page = self.web_url();
        self.web.wait_until(START, || {
            Ok(client
                .get(&page)
                .is_ok_and(|answer| answer.status().is_success()))
        })
    }
}

impl Places {
    fn daemon(&self) -> Command {
        let mut command = self.command("deluged", self.daemon_port);
        command.args(["--ui-interface", "127.0.0.1"]);
        command
    }

    fn web(&self) -> Command {
        self.command("deluge-web", self.web_port)
    }

    fn command(&self, program: &str, port: u16) -> Command {
        let mut command = Command::new(Venv::Deluge.program(program));
        command
            .args(["--do-not-daemonize", "--loglevel", "info"])
            .args(["--interface", "127.0.0.1", "--port", &port.to_string()])
            .arg("--config")
            .arg(&self.config)
            .env("PYTHONUNBUFFERED", "1");
        command
    }
}
