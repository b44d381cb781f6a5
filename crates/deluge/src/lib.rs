//! A client for [Deluge](https://deluge-torrent.org) Web's JSON-RPC API, the one `deluge-web`
//! serves at `/json`.
//!
//! That API has traps, and this client's work is to heal them, so that a caller sees either an
//! answer or an [`Error`] that says whether a retry can help:
//!
//! - Sessions end without notice: the client signs in again, once, and repeats the call.
//! - `deluge-web` never reconnects to a daemon that was away, and says it is connected to one that
//!   does not let it in. Calls to such a daemon fail in odd ways or hang for ever. Every call has a
//!   time limit; the client has `deluge-web` reconnect, once, and repeats the call.
//! - A call whose answer was lost may have been carried out: before an add is repeated the torrent
//!   is looked up.
//! - "Already in session" is an error to Deluge, and success here: [`Added::Known`].
//! - An empty list of torrents means *all* torrents to `core.pause_torrent`: it is never sent.
//! - Numbers that Deluge makes up where it knows nothing (size 0 of a magnet without metadata, 100 %
//!   of a torrent in error) are `None` in [`TorrentStatus`].
//!
//! ```no_run
//! # async fn example() -> Result<(), deluge::Error> {
//! use deluge::{Client, Key, Limits, TorrentOptions};
//!
//! let client = Client::new("http://127.0.0.1:8112", "secret", Limits::default())?;
//! let magnet = "magnet:?xt=urn:btih:c12fe1c06bba254a9dc9f519b335aa7c1367a88a";
//! let infohash = "c12fe1c06bba254a9dc9f519b335aa7c1367a88a";
//! let added = client.add_magnet(infohash, magnet, &TorrentOptions::default()).await?;
//! let status = client.status(&[added.id()], &[Key::Name, Key::Progress]).await?;
//! # Ok(())
//! # }
//! ```
//!
//! Deluge Web knows no users and no rate limit for passwords, and its `/upload` asks for no
//! sign-in: keep its port inside a private network.

mod added;
mod client;
mod clients;
mod daemon;
mod error;
mod fault;
mod key;
mod limits;
mod options;
mod reply;
mod status;
mod web;

pub use added::Added;
pub use client::Client;
pub use clients::Clients;
pub use error::Error;
pub use key::Key;
pub use limits::Limits;
pub use options::TorrentOptions;
pub use status::{State, TorrentFile, TorrentStatus};
