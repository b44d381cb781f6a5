//! Fetches a URL that a stranger chose: the file behind a `.torrent` address, or the magnet link
//! it leads to.
//!
//! Whoever names a URL to a server borrows that server's place in the network. What keeps this
//! harmless:
//!
//! - Only addresses of the public internet are connected to: [`is_public`]. The check sits between
//!   name resolution and connection, on the very addresses that are then used, so a name that
//!   resolves differently a moment later gains nothing. It is made on every hop, for names and for
//!   IP literals alike.
//! - Each hop has a connection of its own, opened by this crate: no pool, no proxy, no cookies, no
//!   `Referer`, no retry that could go around the check.
//! - One time limit covers everything from the first lookup to the last byte, and one size limit
//!   covers what is read, whatever `Content-Length` says. Nothing is decompressed.
//! - Ports that no browser connects to (mail, IRC, printers) are refused; any other is
//!   allowed, since trackers and indexers live on all kinds of them.
//! - Errors never hold a body, a header or an address.
//!
//! A build of this crate outside its own tests has no way to permit any other address: no
//! parameter, no feature, no environment variable.
//!
//! ```
//! use fetch::{Fetcher, Limits};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() {
//! let fetcher = Fetcher::new(Limits::default());
//! let error = fetcher.fetch("http://169.254.169.254/latest/meta-data/").await.unwrap_err();
//! assert_eq!(error.kind(), "forbidden-address");
//! # }
//! ```
//!
//! Not promised: an operator's own NAT64 prefix inside public space cannot be told from public
//! addresses, so do not run this where one leads to private networks. A redirect may lead from
//! `https` to `http`, as it may in a browser.

mod address;
mod body;
mod dial;
mod error;
mod exchange;
mod fetcher;
mod guard;
mod limits;
mod port;
mod resolver;
mod target;
#[cfg(test)]
mod tests;

pub use address::is_public;
pub use error::FetchError;
pub use fetcher::{Fetched, Fetcher};
pub use limits::Limits;
