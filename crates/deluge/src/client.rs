use std::collections::BTreeMap;
use std::fmt;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Serialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::{Map, Value, json};
use tokio::time::timeout;

use crate::added;
use crate::daemon::{Attempt, Daemon};
use crate::fault::Fault;
use crate::web::Web;
use crate::{Added, Error, Key, Limits, TorrentOptions, TorrentStatus};

/// The key that every torrent has, for asking which torrents exist.
const EXISTS: &str = "hash";

/// A Deluge Web and the daemon behind it.
///
/// All methods take `&self` and may run at once from many tasks, on one sign-in. Torrents are named
/// by Deluge's id: 40 lowercase hex digits, the v1 info-hash, or the first 20 bytes of the v2
/// info-hash for a torrent file that has v2 metadata, hybrids included.
pub struct Client {
    daemon: Daemon,
}

impl Client {
    /// A client of the Deluge Web at `url`, such as `http://10.0.0.5:8112`. Contacts nobody yet.
    ///
    /// # Errors
    /// [`Error::Address`] if `url` is not an `http` URL or holds credentials.
    pub fn new(url: &str, password: impl Into<String>, limits: Limits) -> Result<Self, Error> {
        Ok(Self {
            daemon: Daemon::new(Web::new(url, password.into(), limits)?),
        })
    }

    /// Signs in now, which every other method does by itself when needed.
    ///
    /// # Errors
    /// [`Error::WrongPassword`], or that Deluge Web does not answer.
    pub async fn sign_in(&self) -> Result<(), Error> {
        self.bounded("auth.login", self.daemon.web().sign_in())
            .await
    }

    /// Connects Deluge Web to its daemon now, which every other method does by itself when needed.
    ///
    /// # Errors
    /// [`Error::DaemonAway`], or that Deluge Web does not answer or not accept the password.
    pub async fn connect(&self) -> Result<(), Error> {
        self.bounded("web.connect", self.daemon.heal()).await
    }

    /// The daemon's version, such as `2.2.0`.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn daemon_version(&self) -> Result<String, Error> {
        self.expect("daemon.get_version", &json!([])).await
    }

    /// Free bytes on the file system of `path`, or of Deluge's default download folder.
    ///
    /// # Errors
    /// [`Error::Refused`] if there is no such path on Deluge's machine; see [`Error`].
    pub async fn free_space(&self, path: Option<&str>) -> Result<u64, Error> {
        const METHOD: &str = "core.get_free_space";
        let bytes: i64 = self.expect(METHOD, &[path]).await?;
        u64::try_from(bytes).map_err(|_| Error::Refused {
            method: METHOD,
            message: "no such path".to_owned(),
        })
    }

    /// The torrents of `ids` that Deluge has, with the fields that `keys` ask for. Unknown ids are
    /// left out; right after its start the daemon does not know its torrents yet.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn status(
        &self,
        ids: &[impl AsRef<str>],
        keys: &[Key],
    ) -> Result<BTreeMap<String, TorrentStatus>, Error> {
        if ids.is_empty() {
            return Ok(BTreeMap::new());
        }
        self.statuses(json!({ "id": texts(ids) }), keys).await
    }

    /// All torrents, with the fields that `keys` ask for.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn status_of_all(
        &self,
        keys: &[Key],
    ) -> Result<BTreeMap<String, TorrentStatus>, Error> {
        self.statuses(json!({}), keys).await
    }

    /// Adds a torrent by the bytes of its `.torrent` file. `name` is a file name for Deluge's logs
    /// and copies.
    ///
    /// `id` is used to find out whether an add whose answer was lost took place. It is safe to
    /// repeat this call.
    ///
    /// # Errors
    /// [`Error::Refused`] if Deluge cannot read the torrent; see [`Error`].
    pub async fn add_file(
        &self,
        id: &str,
        name: &str,
        torrent: &[u8],
        options: &TorrentOptions,
    ) -> Result<Added, Error> {
        self.add(
            "core.add_torrent_file",
            id,
            &(name, STANDARD.encode(torrent), options),
        )
        .await
    }

    /// Adds a torrent by its magnet link, which needs a v1 info-hash (`xt=urn:btih:`).
    ///
    /// `id` is used to find out whether an add whose answer was lost took place. It is safe to
    /// repeat this call.
    ///
    /// # Errors
    /// [`Error::Refused`] if Deluge cannot read the link; see [`Error`].
    pub async fn add_magnet(
        &self,
        id: &str,
        uri: &str,
        options: &TorrentOptions,
    ) -> Result<Added, Error> {
        self.add("core.add_torrent_magnet", id, &(uri, options))
            .await
    }

    /// Removes a torrent, with its data on disk if `with_data`; the data is deleted soon after the
    /// answer. `false` if Deluge did not have the torrent, or no longer.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn remove(&self, id: &str, with_data: bool) -> Result<bool, Error> {
        const METHOD: &str = "core.remove_torrent";
        match self.expect(METHOD, &(id, with_data)).await {
            Ok(true) => Ok(true),
            Ok(false) => Err(Error::Refused {
                method: METHOD,
                message: "the torrent was not removed".to_owned(),
            }),
            Err(Error::Refused { message, .. }) if message.contains("not in session") => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// Pauses torrents. Nothing happens for an empty list.
    ///
    /// # Errors
    /// [`Error::Refused`] if Deluge does not have one of them; those before it are paused. See
    /// [`Error`].
    pub async fn pause(&self, ids: &[impl AsRef<str>]) -> Result<(), Error> {
        self.each("core.pause_torrent", ids).await
    }

    /// Resumes torrents, or puts them back into Deluge's queue. Nothing happens for an empty list.
    ///
    /// # Errors
    /// [`Error::Refused`] if Deluge does not have one of them; those before it are resumed. See
    /// [`Error`].
    pub async fn resume(&self, ids: &[impl AsRef<str>]) -> Result<(), Error> {
        self.each("core.resume_torrent", ids).await
    }

    /// Has Deluge compare torrents with what is on disk, and download again what is wrong. Nothing happens for
    /// an empty list.
    ///
    /// # Errors
    /// [`Error::Refused`] if Deluge does not have one of them; those before it are checked. See [`Error`].
    pub async fn recheck(&self, ids: &[impl AsRef<str>]) -> Result<(), Error> {
        self.each("core.force_recheck", ids).await
    }

    /// Waits until one of `events` happens, at most for the 5 s that Deluge Web lets a caller wait.
    ///
    /// An event is a hint to look, not more: those of a session that ended are lost.
    ///
    /// # Errors
    /// See [`Error`].
    pub async fn wait_for(&self, events: &[&str]) -> Result<bool, Error> {
        for event in events {
            // A session that is new does not have its listeners any more; twice does no harm.
            self.call::<IgnoredAny>("web.register_event_listener", &[event])
                .await?;
        }
        let happened: Option<Vec<IgnoredAny>> = self.call("web.get_events", &json!([])).await?;
        Ok(happened.is_some_and(|happened| !happened.is_empty()))
    }

    /// Sets those options of the torrents that are `Some`.
    ///
    /// # Errors
    /// [`Error::Refused`] if Deluge does not have one of the torrents; those before it are set. See
    /// [`Error`].
    pub async fn set_options(
        &self,
        ids: &[impl AsRef<str>],
        options: &TorrentOptions,
    ) -> Result<(), Error> {
        self.call::<IgnoredAny>("core.set_torrent_options", &(texts(ids), options))
            .await
            .map(drop)
    }

    /// An empty list means all torrents to Deluge.
    async fn each(&self, method: &'static str, ids: &[impl AsRef<str>]) -> Result<(), Error> {
        if ids.is_empty() {
            return Ok(());
        }
        self.call::<IgnoredAny>(method, &[texts(ids)])
            .await
            .map(drop)
    }

    async fn statuses(
        &self,
        filter: Value,
        keys: &[Key],
    ) -> Result<BTreeMap<String, TorrentStatus>, Error> {
        let mut names: Vec<_> = keys.iter().map(|key| key.as_str()).collect();
        if keys.contains(&Key::Progress) && !keys.contains(&Key::State) {
            // Without the state nobody can tell what the progress is of.
            names.push(Key::State.as_str());
        }
        if names.is_empty() {
            // No keys at all would mean all keys to Deluge.
            names.push(EXISTS);
        }
        let statuses: BTreeMap<String, TorrentStatus> = self
            .expect("core.get_torrents_status", &(filter, names))
            .await?;
        Ok(statuses
            .into_iter()
            .map(|(id, status)| (id, status.without_false_progress()))
            .collect())
    }

    async fn add(
        &self,
        method: &'static str,
        id: &str,
        params: &impl Serialize,
    ) -> Result<Added, Error> {
        self.bounded(method, async {
            match self.add_once(method, id, params).await {
                Err(Fault::Daemon(message)) => {
                    added::known(&message, id).ok_or(Fault::Daemon(message))
                }
                answer => answer,
            }
        })
        .await
    }

    async fn add_once(
        &self,
        method: &'static str,
        id: &str,
        params: &impl Serialize,
    ) -> Result<Added, Fault> {
        let added = match self.daemon.attempt_or_heal(method, params).await? {
            Attempt::Answered(added) => added,
            Attempt::Healed { may_have_run: true } if self.has(id).await? => {
                return Ok(Added::Known(id.to_owned()));
            }
            Attempt::Healed { .. } => self.daemon.attempt(method, params).await?,
        };
        added
            .map(Added::New)
            .ok_or_else(|| Fault::Daemon("the torrent was not added".to_owned()))
    }

    async fn has(&self, id: &str) -> Result<bool, Fault> {
        let params = (json!({ "id": [id] }), [EXISTS]);
        let found: Option<Map<String, Value>> = self
            .daemon
            .attempt("core.get_torrents_status", &params)
            .await?;
        Ok(found.is_some_and(|found| found.contains_key(id)))
    }

    async fn expect<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &impl Serialize,
    ) -> Result<R, Error> {
        let answer = self.call(method, params).await?;
        answer.ok_or_else(|| Error::Protocol {
            method,
            message: "null".to_owned(),
        })
    }

    async fn call<R: DeserializeOwned>(
        &self,
        method: &'static str,
        params: &impl Serialize,
    ) -> Result<Option<R>, Error> {
        self.bounded(method, self.daemon.call(method, params)).await
    }

    /// Every exchange has its own limit; this one is for all that a method does, healing and
    /// waiting included.
    async fn bounded<R>(
        &self,
        method: &'static str,
        work: impl Future<Output = Result<R, Fault>>,
    ) -> Result<R, Error> {
        let limit = self.daemon.web().limits().call * 3;
        let answer = timeout(limit, work)
            .await
            .unwrap_or(Err(Fault::TimedOut(limit)));
        answer.map_err(|fault| fault.into_error(method))
    }
}

impl fmt::Debug for Client {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let endpoint = self.daemon.web().endpoint().as_str();
        formatter
            .debug_struct("Client")
            .field("endpoint", &endpoint)
            .finish_non_exhaustive()
    }
}

fn texts(ids: &[impl AsRef<str>]) -> Vec<&str> {
    ids.iter().map(AsRef::as_ref).collect()
}
