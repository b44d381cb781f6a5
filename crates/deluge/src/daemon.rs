use std::pin::pin;
use std::time::Duration;

use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use tokio::sync::Mutex;
use tokio::time::{sleep, timeout};

use crate::fault::Fault;
use crate::web::Web;

/// After this time without an answer Deluge Web is asked whether the daemon is there at all.
const PATIENCE: Duration = Duration::from_secs(1);

/// How long a daemon that is said to be connected has to answer the simplest question.
const PROBE_LIMIT: Duration = Duration::from_secs(3);

/// For a moment after a connection is made, by us or by another client, `core.*` does not exist
/// yet.
const PROBES: u32 = 4;
const PROBE_PAUSE: Duration = Duration::from_millis(150);

/// No parameters: `[]`.
const NONE: [(); 0] = [];

/// Host id, host, port, user: an entry of Deluge Web's host list.
type Host = (String, String, u16, IgnoredAny);

/// What became of a try that did not fail for good.
pub(crate) enum Attempt<R> {
    Answered(R),
    /// No answer came, but the connection is good now and the call can be repeated.
    Healed {
        may_have_run: bool,
    },
}

/// The daemon, through Deluge Web's one connection to it.
pub(crate) struct Daemon {
    web: Web,
    /// Held by the one who sees to the connection: who comes meanwhile finds it good, and makes no
    /// second one.
    healing: Mutex<()>,
}

impl Daemon {
    pub(crate) fn new(web: Web) -> Self {
        Self {
            web,
            healing: Mutex::new(()),
        }
    }

    pub(crate) fn web(&self) -> &Web {
        &self.web
    }

    /// A call that may be carried out twice. Heals the connection once.
    pub(crate) async fn call<P: Serialize, R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &P,
    ) -> Result<Option<R>, Fault> {
        match self.attempt_or_heal(method, params).await? {
            Attempt::Answered(answer) => Ok(answer),
            Attempt::Healed { .. } => self.attempt(method, params).await,
        }
    }

    /// One try and, if it fails in a way that a new connection can help, that connection.
    pub(crate) async fn attempt_or_heal<P: Serialize, R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &P,
    ) -> Result<Attempt<Option<R>>, Fault> {
        match self.attempt(method, params).await {
            Err(fault) if fault.may_heal() => {
                tracing::debug!(
                    method,
                    ?fault,
                    "a call failed; looking at Deluge Web's connection to its daemon"
                );
                self.heal().await?;
                Ok(Attempt::Healed {
                    may_have_run: fault.may_have_run(),
                })
            }
            answer => answer.map(Attempt::Answered),
        }
    }

    /// One try. `core.*` hangs for ever when the daemon is dead, while `web.connected` still
    /// answers: asking it saves most of the wait.
    pub(crate) async fn attempt<P: Serialize, R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &P,
    ) -> Result<Option<R>, Fault> {
        let mut call = pin!(self.web.call(method, params));
        if let Ok(answer) = timeout(PATIENCE, &mut call).await {
            return answer;
        }
        if matches!(self.is_connected().await, Ok(false)) {
            return Err(Fault::DaemonAway(format!(
                "its connection to Deluge Web ended before it answered {method}"
            )));
        }
        call.await
    }

    /// Sees to it that Deluge Web has a connection to a daemon that answers.
    pub(crate) async fn heal(&self) -> Result<(), Fault> {
        let _alone = self.healing.lock().await;
        // "Connected" is true from the first byte on, and stays true for a daemon that turned
        // Deluge Web's sign-in down or that hangs: only an answer counts.
        if self.is_connected().await? {
            if self.answers().await? {
                return Ok(());
            }
            self.disconnect().await;
        }
        self.connect().await
    }

    async fn is_connected(&self) -> Result<bool, Fault> {
        Ok(self.web.call("web.connected", &NONE).await? == Some(true))
    }

    async fn answers(&self) -> Result<bool, Fault> {
        for _ in 0..PROBES {
            let version = self.web.call::<_, String>("daemon.get_version", &NONE);
            match timeout(PROBE_LIMIT, version).await {
                Ok(Ok(version)) => return Ok(version.is_some()),
                Ok(Err(Fault::UnknownMethod | Fault::WebException(_) | Fault::NotAdmitted(_))) => {
                    sleep(PROBE_PAUSE).await;
                }
                Err(_) | Ok(Err(Fault::TimedOut(_))) => return Ok(false),
                Ok(Err(fault)) => return Err(fault),
            }
        }
        Ok(false)
    }

    /// Always to the first host of the list: at another daemon none of the caller's torrents would
    /// be found.
    async fn connect(&self) -> Result<(), Fault> {
        let hosts: Vec<Host> = self
            .web
            .call("web.get_hosts", &NONE)
            .await?
            .unwrap_or_default();
        let Some((id, host, port, _)) = hosts.first() else {
            return Err(Fault::DaemonAway(
                "Deluge Web's host list is empty".to_owned(),
            ));
        };
        // It answers null when it fails, and does not say why.
        self.web.call::<_, IgnoredAny>("web.connect", &[id]).await?;
        if !self.is_connected().await? {
            return Err(Fault::DaemonAway(format!(
                "Deluge Web cannot connect to {host}:{port}"
            )));
        }
        if !self.answers().await? {
            let reason = format!(
                "Deluge Web is connected to {host}:{port}, which does not answer or not let it in"
            );
            return Err(Fault::DaemonAway(reason));
        }
        tracing::info!(host, port, "Deluge Web is connected to the daemon again");
        Ok(())
    }

    /// Frees Deluge Web of a connection that does not work. Whether that succeeds shows in what
    /// follows.
    async fn disconnect(&self) {
        let call = self.web.call::<_, IgnoredAny>("web.disconnect", &NONE);
        match timeout(PROBE_LIMIT, call).await {
            Ok(Ok(_)) => {}
            Ok(Err(fault)) => tracing::debug!(?fault, "Deluge Web did not disconnect"),
            Err(_) => tracing::debug!("Deluge Web did not disconnect in time"),
        }
    }
}
