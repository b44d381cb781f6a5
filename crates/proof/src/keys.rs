use std::fmt;

use serde::{Deserialize, Serialize};

use crate::mac::Key;

/// The owner's token, and the root of all keys. `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// What is shorter could be guessed by whoever has one proof to try against.
    const LENGTH_MIN: usize = 32;

    /// The secret, unless it is too short for one.
    #[must_use]
    pub fn new(text: String) -> Option<Self> {
        (text.len() >= Self::LENGTH_MIN).then_some(Self(text))
    }

    /// As the owner types it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}

/// One key for each kind of proof. Serialised, it is what `edge/edge.js` reads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Keys {
    pub(crate) session: Key,
    pub(crate) share: Key,
    pub(crate) token: Key,
    pub(crate) viewer: Key,
}

impl Keys {
    /// The same keys for the same secret, always.
    #[must_use]
    pub fn derive(secret: &Secret) -> Self {
        let key = |purpose| Key::derived(secret.as_str(), purpose);
        Self {
            session: key("session"),
            share: key("share"),
            token: key("token"),
            viewer: key("viewer"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "0123456789abcdef0123456789abcdef";

    #[test]
    fn a_short_secret_is_none() {
        assert!(Secret::new(TEXT[1..].to_owned()).is_none());
        assert!(Secret::new(TEXT.to_owned()).is_some());
    }

    #[test]
    fn nothing_secret_is_shown() {
        let secret = Secret::new(TEXT.to_owned()).unwrap();
        let keys = Keys::derive(&secret);
        let shown = format!("{secret:?} {keys:?}");
        let written = serde_json::to_value(&keys).unwrap();
        for key in written.as_object().unwrap().values() {
            assert!(!shown.contains(key.as_str().unwrap()), "{shown}");
        }
        assert!(!shown.contains(TEXT), "{shown}");
    }
}
