use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER_PERMISSIVE;
use form_urlencoded::Serializer;

use crate::{Infohash, InfohashError};

/// The longest magnet link that is read, in bytes; one with fifty trackers has about 4,000.
pub const MAGNET_BYTES_MAX: usize = 16 * 1024;

/// A magnet link with a v1 topic (BEP 9), reduced to what Deluge has use for.
///
/// Displayed, it is a magnet link again: topic, name, trackers, peers and web seeds, nothing else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MagnetLink {
    /// From `xt=urn:btih:`.
    pub infohash: Infohash,
    /// From `dn`: what somebody calls the torrent until its metainfo is there.
    pub display_name: Option<String>,
    /// From `tr`.
    pub trackers: Vec<String>,
    /// `x.pe` (peers as `host:port`) and `ws` (web seeds), kept as written.
    others: Vec<(&'static str, String)>,
}

/// Why a magnet link is refused. Every message can be shown to whoever sent it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MagnetError {
    /// Not a magnet link at all.
    #[error("a magnet link starts with `magnet:?`")]
    NotMagnet,
    /// Over [`MAGNET_BYTES_MAX`].
    #[error("the magnet link has {0} bytes, more than the {MAGNET_BYTES_MAX} that are read")]
    TooLong(usize),
    /// No `xt`.
    #[error("the magnet link names no torrent: it has no `xt=urn:btih:…`")]
    NoTopic,
    /// `xt` of another network.
    #[error("the magnet link's `xt` is not a BitTorrent info-hash: {0:?}")]
    ForeignTopic(String),
    /// `urn:btih:` with something that is no info-hash.
    #[error("the magnet link's `xt` is wrong: {0}")]
    Infohash(#[from] InfohashError),
    /// Two topics that name different torrents.
    #[error("the magnet link names two different torrents")]
    TwoTopics,
    /// Only `urn:btmh:`: Deluge cannot start it.
    #[error(
        "this magnet link names a v2-only torrent, which Deluge cannot fetch; use its .torrent file"
    )]
    V2Only,
}

impl FromStr for MagnetLink {
    type Err = MagnetError;

    fn from_str(text: &str) -> Result<Self, MagnetError> {
        let text = text.trim();
        let scheme = text
            .get(..8)
            .filter(|scheme| scheme.eq_ignore_ascii_case("magnet:?"));
        let query = scheme.map(|_| &text[8..]).ok_or(MagnetError::NotMagnet)?;
        if text.len() > MAGNET_BYTES_MAX {
            return Err(MagnetError::TooLong(text.len()));
        }
        let mut topics = Topics::default();
        let mut link = (None, Vec::new(), Vec::new());
        for (key, value) in form_urlencoded::parse(query.as_bytes()) {
            let (display_name, trackers, others) = &mut link;
            match key.as_ref() {
                key if is_numbered(key, "xt") => topics.read(&value)?,
                "dn" => {
                    *display_name = Some(value.into_owned()).filter(|name| !name.trim().is_empty());
                }
                key if is_numbered(key, "tr") => trackers.push(value.into_owned()),
                "x.pe" => others.push(("x.pe", value.into_owned())),
                "ws" => others.push(("ws", value.into_owned())),
                _ => {}
            }
        }
        let (display_name, trackers, others) = link;
        Ok(Self {
            infohash: topics.infohash()?,
            display_name,
            trackers,
            others,
        })
    }
}

/// `key` is `name` or, as magnet links with several write it, `name.1`, `name.2` …
fn is_numbered(key: &str, name: &str) -> bool {
    key.strip_prefix(name).is_some_and(|rest| {
        let number = rest.strip_prefix('.');
        rest.is_empty()
            || number.is_some_and(|n| !n.is_empty() && n.bytes().all(|b| b.is_ascii_digit()))
    })
}

#[derive(Default)]
struct Topics {
    v1: Option<Infohash>,
    v2: bool,
    foreign: Option<String>,
}

impl Topics {
    fn read(&mut self, topic: &str) -> Result<(), MagnetError> {
        let (namespace, hash) = topic.rsplit_once(':').unwrap_or(("", topic));
        if namespace.eq_ignore_ascii_case("urn:btih") {
            let infohash = hash.parse()?;
            if self.v1.is_some_and(|known| known != infohash) {
                return Err(MagnetError::TwoTopics);
            }
            self.v1 = Some(infohash);
        } else if namespace.eq_ignore_ascii_case("urn:btmh") {
            // A multihash: 0x12 SHA-256, 0x20 bytes.
            let sha256 = hash.len() == 68 && hash.starts_with("1220");
            if !sha256 || HEXLOWER_PERMISSIVE.decode(hash.as_bytes()).is_err() {
                return Err(MagnetError::ForeignTopic(shown(topic)));
            }
            self.v2 = true;
        } else {
            self.foreign = Some(shown(topic));
        }
        Ok(())
    }

    fn infohash(self) -> Result<Infohash, MagnetError> {
        match self {
            Self {
                v1: Some(infohash), ..
            } => Ok(infohash),
            Self { v2: true, .. } => Err(MagnetError::V2Only),
            Self {
                foreign: Some(topic),
                ..
            } => Err(MagnetError::ForeignTopic(topic)),
            Self { .. } => Err(MagnetError::NoTopic),
        }
    }
}

fn shown(text: &str) -> String {
    text.chars().take(80).collect()
}

impl fmt::Display for MagnetLink {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut query = Serializer::new(String::new());
        if let Some(name) = &self.display_name {
            query.append_pair("dn", name);
        }
        query.extend_pairs(self.trackers.iter().map(|tracker| ("tr", tracker)));
        query.extend_pairs(self.others.iter().map(|(key, value)| (*key, value)));
        let query = query.finish();
        let and = if query.is_empty() { "" } else { "&" };
        // Form encoding writes a space as `+`, which not every reader of magnet links understands.
        write!(
            f,
            "magnet:?xt=urn:btih:{}{and}{}",
            self.infohash,
            query.replace('+', "%20")
        )
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HEX: &str = "c9e15763f722f23e98a29decdfae341b98d53056";

    #[test]
    fn keeps_topic_name_trackers_and_peers() {
        let text = format!(
            "magnet:?dn=Sintel%20%26+more&xt=urn:btih:{}&tr=udp%3A%2F%2Ft.example%3A1&tr.2=http://u.example/a\
             &x.pe=127.0.0.1:6881&utm_source=spam",
            HEX.to_uppercase()
        );
        let link: MagnetLink = text.parse().unwrap();
        assert_eq!(link.infohash.to_string(), HEX);
        assert_eq!(link.display_name.as_deref(), Some("Sintel & more"));
        assert_eq!(link.trackers, ["udp://t.example:1", "http://u.example/a"]);
        assert_eq!(
            link.to_string(),
            format!(
                "magnet:?xt=urn:btih:{HEX}&dn=Sintel%20%26%20more&tr=udp%3A%2F%2Ft.example%3A1\
                 &tr=http%3A%2F%2Fu.example%2Fa&x.pe=127.0.0.1%3A6881"
            )
        );
    }

    #[test]
    fn refusals_say_why() {
        let v2 = format!("urn:btmh:1220{}", "ab".repeat(32));
        let cases = [
            ("https://example.org/", MagnetError::NotMagnet),
            ("magnet:", MagnetError::NotMagnet),
            ("magnet:?dn=nothing", MagnetError::NoTopic),
            (
                "magnet:?xt=urn:sha1:ABC",
                MagnetError::ForeignTopic("urn:sha1:ABC".into()),
            ),
            (&format!("magnet:?xt={v2}"), MagnetError::V2Only),
            (
                &format!("magnet:?xt=urn:btih:{HEX}&xt=urn:btih:{}", "0".repeat(40)),
                MagnetError::TwoTopics,
            ),
        ];
        for (text, error) in cases {
            assert_eq!(text.parse::<MagnetLink>().unwrap_err(), error, "{text}");
        }
        assert!(matches!(
            "magnet:?xt=urn:btih:xyz".parse::<MagnetLink>(),
            Err(MagnetError::Infohash(_))
        ));
        let long = format!(
            "magnet:?xt=urn:btih:{HEX}&dn={}",
            "a".repeat(MAGNET_BYTES_MAX)
        );
        assert!(matches!(
            long.parse::<MagnetLink>(),
            Err(MagnetError::TooLong(_))
        ));
        assert!(
            format!("magnet:?xt=urn:btih:{HEX}&xt={v2}")
                .parse::<MagnetLink>()
                .is_ok()
        );
    }

    proptest! {
        #[test]
        fn what_is_displayed_reads_back_the_same(name in "\\PC{1,20}", trackers in prop::collection::vec("\\PC{0,20}", 0..4)) {
            let link = MagnetLink {
                infohash: HEX.parse().unwrap(),
                display_name: Some(name).filter(|name| !name.trim().is_empty()),
                trackers,
                others: vec![("x.pe", "[::1]:6881".into())],
            };
            prop_assert_eq!(link.to_string().parse::<MagnetLink>().unwrap(), link);
        }

        #[test]
        fn no_text_panics(text in "(magnet:\\?)?\\PC{0,60}") {
            let _ = text.parse::<MagnetLink>();
        }
    }
}
