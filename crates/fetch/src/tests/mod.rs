//! Against a real server on 127.0.0.1, the one address outside the internet that these tests
//! permit. What the build that is deployed refuses is in `tests/refusals.rs`.

mod address;
mod bodies;
mod broken;
mod names;
mod redirects;
mod requests;
mod server;
mod slow;
mod tls;

use std::net::{IpAddr, Ipv4Addr};
use std::time::Duration;

use crate::guard::Guard;
use crate::{FetchError, Fetched, Fetcher, Limits};

const HERE: IpAddr = IpAddr::V4(Ipv4Addr::LOCALHOST);
/// Loopback too, and forbidden.
const NEXT_DOOR: IpAddr = IpAddr::V4(Ipv4Addr::new(127, 0, 0, 2));
const TORRENT: &[u8] = b"d4:infod6:lengthi1e4:name1:aee";

fn fetcher() -> Fetcher {
    fetcher_with(Limits {
        total: Duration::from_secs(5),
        ..Limits::default()
    })
}

fn fetcher_with(limits: Limits) -> Fetcher {
    let mut fetcher = Fetcher::new(limits);
    fetcher.dialer.guard = Guard::PublicAnd(HERE);
    fetcher
}

fn torrent() -> Fetched {
    Fetched::Torrent(TORRENT.to_vec())
}

async fn refused(fetcher: &Fetcher, url: &str) -> FetchError {
    match fetcher.fetch(url).await {
        Err(error) => error,
        Ok(found) => panic!("{url} led to {found:?}"),
    }
}
