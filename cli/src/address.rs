use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use crate::failure::Failure;

/// Where a torrent2s3 is: the page's address, below which the API and the files are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Address(Url);

impl Address {
    /// The URL of `path` in the API, such as `torrents`.
    pub(crate) fn api(&self, path: &str) -> Url {
        self.join(&format!("api/{path}"))
            .expect("a relative path of ours")
    }

    /// The URL of something of the site, such as `sign-in.html`.
    pub(crate) fn page(&self, path: &str) -> Url {
        self.join(path).expect("a relative path of ours")
    }

    /// The page with a torrent's links.
    pub(crate) fn complete_page(&self, infohash: torrent::Infohash) -> Url {
        self.page(&format!("complete/{infohash}/index.html"))
    }

    /// A link that the API gave.
    ///
    /// # Errors
    /// When it leads to somewhere else: nobody may send us, and our token, to another server.
    pub(crate) fn link(&self, link: &str) -> Result<Url, Failure> {
        let url = self.join(link).ok().filter(|url| self.is_home_of(url));
        url.ok_or_else(|| {
            let detail = format!("the service gave a link that leads away from it: {link:?}");
            Failure::failed("foreign-link", detail)
        })
    }

    /// Whether the URL is of the same scheme, host and port.
    pub(crate) fn is_home_of(&self, url: &Url) -> bool {
        self.0.origin() == url.origin()
    }

    /// Whether others on the way can read what is sent.
    pub(crate) fn is_open_to_read(&self) -> bool {
        self.0.scheme() == "http" && !is_this_machine(&self.0)
    }

    /// Whether what is sent is encrypted.
    pub(crate) fn is_https(&self) -> bool {
        self.0.scheme() == "https"
    }

    /// Host, as TLS and resolvers take it, and port.
    pub(crate) fn host(&self) -> (&str, u16) {
        let host = self.0.host_str().unwrap_or_default();
        let host = host.trim_start_matches('[').trim_end_matches(']');
        let port = self.0.port_or_known_default().unwrap_or_default();
        (host, port)
    }

    fn join(&self, path: &str) -> Result<Url, url::ParseError> {
        self.0.join(path)
    }
}

/// Whether a URL's host means this machine by itself. RFC 6761, 6.3 says so of all names under `localhost`.
pub(crate) fn is_this_machine(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => is_localhost(name),
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}

pub(crate) fn is_localhost(name: &str) -> bool {
    let name = name.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost" || name.ends_with(".localhost")
}

impl FromStr for Address {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let bad =
            |why: &str| Failure::usage(format!("{text:?} is no address of a torrent2s3: {why}"));
        let mut url: Url = text
            .trim()
            .parse()
            .map_err(|error| bad(&format!("{error}")))?;
        if !matches!(url.scheme(), "http" | "https") {
            return Err(bad("it must start with https:// or http://"));
        }
        if !url.username().is_empty() || url.password().is_some() {
            return Err(bad("it must not have a user or password; there is --token"));
        }
        url.set_query(None);
        url.set_fragment(None);
        // Somebody may copy the page's or the API's address.
        let path = url
            .path()
            .trim_end_matches("index.html")
            .trim_end_matches('/');
        let path = format!("{}/", path.strip_suffix("/api").unwrap_or(path));
        url.set_path(&path);
        Ok(Self(url))
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> Address {
        text.parse().unwrap()
    }

    #[test]
    fn the_page_or_the_api_will_do() {
        for text in [
            "https://a.example",
            "https://a.example/",
            " https://a.example/api/ ",
            "https://a.example/index.html?x#y",
        ] {
            assert_eq!(
                address(text).api("torrents").as_str(),
                "https://a.example/api/torrents",
                "{text}"
            );
        }
        let below = address("https://a.example/t/api");
        assert_eq!(
            below.api("torrents").as_str(),
            "https://a.example/t/api/torrents"
        );
    }

    #[test]
    fn other_addresses_are_wrong_use() {
        for text in [
            "",
            "a.example",
            "ftp://a.example",
            "https://me:secret@a.example",
            "file:///etc/passwd",
        ] {
            assert_eq!(
                text.parse::<Address>().unwrap_err().exit,
                crate::failure::Exit::Usage,
                "{text}"
            );
        }
    }

    #[test]
    fn links_do_not_lead_away() {
        let home = address("https://a.example");
        assert_eq!(
            home.link("/files/x/a%20b").unwrap().as_str(),
            "https://a.example/files/x/a%20b"
        );
        for link in [
            "//b.example/x",
            "https://b.example/",
            "http://a.example/x",
            "https://a.example:444/x",
            "\\\\b.example/x",
        ] {
            assert!(home.link(link).is_err(), "{link}");
        }
    }

    #[test]
    fn names_under_localhost_are_this_machine() {
        for (text, open) in [
            ("http://x.cloudfront.localhost:80", false),
            ("http://127.0.0.2", false),
            ("http://[::1]", false),
            ("http://localhost.example", true),
            ("https://a.example", false),
        ] {
            assert_eq!(address(text).is_open_to_read(), open, "{text}");
        }
    }
}
