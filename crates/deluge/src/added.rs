/// What an add came to. Holds the torrent's id, as Deluge says it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Added {
    /// The torrent is new to Deluge.
    New(String),
    /// Deluge had the torrent; maybe since an earlier try of the same call, whose answer was lost.
    Known(String),
}

impl Added {
    /// The torrent's id in Deluge.
    #[must_use]
    pub fn id(&self) -> &str {
        match self {
            Self::New(id) | Self::Known(id) => id,
        }
    }
}

/// What Deluge refuses with `Torrent already in session (ID).`, or with `already being added` while
/// it loads its torrents at start, is known to it. `id` stands in where Deluge names none.
pub(crate) fn known(message: &str, id: &str) -> Option<Added> {
    let is_known =
        message.contains("already in session") || message.contains("already being added");
    is_known.then(|| Added::Known(id_in(message).unwrap_or(id).to_owned()))
}

fn id_in(message: &str) -> Option<&str> {
    let (_, rest) = message.rsplit_once('(')?;
    let (id, _) = rest.split_once(')')?;
    (id.len() == 40 && id.bytes().all(|byte| byte.is_ascii_hexdigit())).then_some(id)
}
