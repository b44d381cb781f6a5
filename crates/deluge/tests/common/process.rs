use std::fs;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use tokio::net::TcpStream;
use tokio::time::sleep;

/// Python needs a while to load when other builds have the cores.
const START_LIMIT: Duration = Duration::from_secs(30);

/// One of Deluge's programs in the foreground; killed when dropped.
pub(crate) struct Process {
    child: Child,
    program: PathBuf,
    log: PathBuf,
}

impl Process {
    pub(crate) fn spawn(
        program: &Path,
        config: &Path,
        log: &Path,
        home: &Path,
        arguments: &[&str],
    ) -> Self {
        // A new log for every start: it is counted in.
        let output = fs::File::create(log).expect("a log file");
        let child = Command::new(program)
            .arg("-d")
            .arg("-c")
            .arg(config)
            .args(["-L", "info"])
            .args(arguments)
            .env("HOME", home)
            .env_remove("XDG_CONFIG_HOME")
            .stdin(Stdio::null())
            .stdout(output.try_clone().expect("the log file again"))
            .stderr(output)
            .spawn()
            .unwrap_or_else(|error| panic!("{} does not start: {error}", program.display()));
        Self {
            child,
            program: program.to_owned(),
            log: log.to_owned(),
        }
    }

    pub(crate) async fn wait_for_port(&mut self, port: u16) {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, port));
        let started = Instant::now();
        while TcpStream::connect(address).await.is_err() {
            let ended = self.child.try_wait().expect("the process's state");
            if ended.is_some() || started.elapsed() > START_LIMIT {
                let log = fs::read_to_string(&self.log).unwrap_or_default();
                panic!(
                    "{} does not listen ({ended:?}): {log}",
                    self.program.display()
                );
            }
            sleep(Duration::from_millis(30)).await;
        }
    }

    pub(crate) fn signal(&self, signal: &str) {
        let pid = self.child.id().to_string();
        let status = Command::new("kill")
            .args(["-s", signal, &pid])
            .status()
            .expect("kill");
        assert!(status.success(), "cannot send SIG{signal}");
    }

    /// SIGKILL, which a stopped process obeys too.
    pub(crate) fn kill(mut self) {
        self.end();
    }

    fn end(&mut self) {
        // Fails only for a process that has ended.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        self.end();
    }
}
