use std::net::IpAddr;

use api::Problem;
use lambda_http::http::StatusCode;
use store::Access;

/// Counts tries to sign in, right ones too. A token cannot be guessed; this keeps the cost of those who try low.
pub(crate) struct Tries<'a> {
    pub(crate) access: &'a Access,
}

/// Counts start anew with each window of ten minutes.
const WINDOW_SECONDS: u64 = 600;
/// Tries of one address in a window.
const OF_ADDRESS_MAX: u64 = 30;
/// Tries in all in a window.
const IN_ALL_MAX: u64 = 300;

impl Tries<'_> {
    /// Counts a try at `now`, in seconds since 1970, from the address that the edge saw. Who goes round the edge
    /// shares one count with everyone who does.
    pub(crate) async fn count(&self, viewer: Option<IpAddr>, now: u64) -> Result<(), Problem> {
        let end = window_end(now);
        let address = viewer.map_or_else(|| "direct".to_owned(), network);
        for (name, most) in [(address.as_str(), OF_ADDRESS_MAX), ("all", IN_ALL_MAX)] {
            let name = format!("{end} {name}");
            if self.access.count_try(&name, end).await? > most {
                return Err(too_many(end - now));
            }
        }
        Ok(())
    }
}

fn too_many(seconds: u64) -> Problem {
    let seconds = u16::try_from(seconds).unwrap_or(u16::MAX);
    let detail = format!("too many tries; come back in {seconds} seconds");
    Problem::new(StatusCode::TOO_MANY_REQUESTS, "too-many-tries", detail).retry_after(seconds)
}

fn window_end(now: u64) -> u64 {
    (now / WINDOW_SECONDS + 1) * WINDOW_SECONDS
}

/// An IPv4 address, or the network of an IPv6 one: whoever has one has all 2^64 of it (RFC 6177).
fn network(address: IpAddr) -> String {
    match address.to_canonical() {
        IpAddr::V4(address) => address.to_string(),
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            format!("{a:x}:{b:x}:{c:x}:{d:x}::/64")
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_ends_in_at_most_ten_minutes() {
        for (now, end) in [(0, 600), (1, 600), (599, 600), (600, 1200)] {
            assert_eq!(window_end(now), end);
        }
    }

    #[test]
    fn all_addresses_of_one_subscriber_count_as_one() {
        let network = |text: &str| network(text.parse().unwrap());
        assert_eq!(network("2001:db8:1:2:3:4:5:6"), network("2001:db8:1:2::1"));
        assert_ne!(network("2001:db8:1:2::1"), network("2001:db8:1:3::1"));
        assert_eq!(network("::ffff:192.0.2.1"), "192.0.2.1");
        assert_ne!(network("192.0.2.1"), network("192.0.2.2"));
    }
}
