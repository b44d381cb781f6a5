use crate::mac::seconds;
use crate::{Keys, TokenId};

/// The cookie of a session. With this prefix browsers take it from this very host alone, over HTTPS, for all
/// paths (RFC 6265bis, 4.1.3.2).
pub const SESSION_COOKIE: &str = "__Host-session";

/// How long a session lasts from when it was last renewed: 30 days.
pub const SESSION_SECONDS: u64 = 30 * 24 * 60 * 60;

/// What a session cookie says once its signature is found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// The token that it was made with; it ends with that.
    pub token: TokenId,
    /// When it ends, in seconds since 1970.
    pub expires: u64,
}

impl Keys {
    /// The cookie's value: `<expiry>.<token id>.<signature>`.
    #[must_use]
    pub fn seal_session(&self, session: &Session) -> String {
        let signed = format!("{}.{}", session.expires, session.token.as_str());
        let mac = self.session.mac(&signed);
        format!("{signed}.{mac}")
    }

    /// The session of a cookie's value, if we signed it and it has not ended. Whether its token is still there
    /// is for the caller to see.
    #[must_use]
    pub fn open_session(&self, cookie: &str, now: u64) -> Option<Session> {
        let (signed, mac) = cookie.rsplit_once('.')?;
        let (expires, token) = signed.split_once('.')?;
        let session = Session {
            token: TokenId::try_from(token.to_owned()).ok()?,
            expires: seconds(expires)?,
        };
        (self.session.verify(signed, mac) && session.expires > now).then_some(session)
    }
}
