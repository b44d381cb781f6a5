use std::fmt;

use serde::{Deserialize, Serialize};

use crate::Keys;
use crate::mac::MAC_LENGTH;

/// What is kept of a token: its HMAC under a key that goes with the secret. So whoever reads the table learns no
/// token, and with another secret all tokens end.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct TokenHash(String);

/// Names a token without telling anything of it: the first 16 characters of its hash.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TokenId(String);

/// The text is no token's id.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a token's id is 16 characters of base64url")]
pub struct TokenIdError;

/// 96 bits: no two tokens share one.
const ID_LENGTH: usize = 16;

impl Keys {
    /// The hash of whatever somebody says is a token; it takes the same time for every text of one length.
    #[must_use]
    pub fn token_hash(&self, token: &str) -> TokenHash {
        TokenHash(self.token.mac(token))
    }
}

impl TokenHash {
    /// The id of the token with this hash.
    #[must_use]
    pub fn id(&self) -> TokenId {
        TokenId(self.0[..ID_LENGTH].to_owned())
    }

    /// As it is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it is the hash that was stored, compared in constant time.
    #[must_use]
    pub fn is(&self, stored: &str) -> bool {
        let difference = self
            .0
            .bytes()
            .zip(stored.bytes())
            .fold(0, |all, (a, b)| all | (a ^ b));
        stored.len() == MAC_LENGTH && std::hint::black_box(difference) == 0
    }
}

impl fmt::Debug for TokenHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("TokenHash(…)")
    }
}

impl TokenId {
    /// As it is written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for TokenId {
    type Error = TokenIdError;

    fn try_from(text: String) -> Result<Self, TokenIdError> {
        let base64url = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        if text.len() == ID_LENGTH && text.bytes().all(base64url) {
            Ok(Self(text))
        } else {
            Err(TokenIdError)
        }
    }
}

impl From<TokenId> for String {
    fn from(id: TokenId) -> Self {
        id.0
    }
}

/// The token of an `Authorization` header (RFC 6750, 2.1), if it has one.
#[must_use]
pub fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let is_token = |byte: u8| byte.is_ascii_graphic();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty() && token.bytes().all(is_token))
        .then_some(token)
}
