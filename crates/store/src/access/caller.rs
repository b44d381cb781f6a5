use proof::{Keys, SESSION_COOKIE, Session, bearer};

use super::{Access, TokenRow};
use crate::StoreError;

/// What a request brings to show who sent it.
#[derive(Debug, Clone, Copy, Default)]
pub struct Presented<'a> {
    /// The `Cookie` header.
    pub cookie: Option<&'a str>,
    /// The `Authorization` header.
    pub authorization: Option<&'a str>,
}

/// Who sent a request, once its proof is found right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The token that the proof is, or was made with.
    pub token: TokenRow,
    /// The session; none when the token itself was sent. A browser sends a session's cookie by itself, also when
    /// another site makes it: what changes something needs more than that.
    pub session: Option<Session>,
}

impl Access {
    /// Who sent a request at `now`, in seconds since 1970; nobody without a right proof.
    ///
    /// # Errors
    /// When DynamoDB does not answer, or a row is malformed.
    pub async fn caller(
        &self,
        presented: Presented<'_>,
        now: u64,
    ) -> Result<Option<Caller>, StoreError> {
        let Some(keys) = self.keys().await? else {
            return Ok(None);
        };
        if let Some(token) = presented.authorization.and_then(bearer) {
            let token = self.holder(&keys, token).await?;
            return Ok(token.map(|token| Caller {
                token,
                session: None,
            }));
        }
        let cookies = presented.cookie.unwrap_or_default().split(';');
        let mut sessions = cookies.filter_map(|cookie| {
            let (name, value) = cookie.trim().split_once('=')?;
            (name == SESSION_COOKIE).then(|| keys.open_session(value, now))?
        });
        let Some(session) = sessions.next() else {
            return Ok(None);
        };
        let token = self.token(&session.token).await?;
        Ok(token.map(|token| Caller {
            token,
            session: Some(session),
        }))
    }

    /// The row of a token that somebody sent, if it is one of ours. Whatever is wrong, it takes one hash and one
    /// read.
    ///
    /// # Errors
    /// As [`Self::caller`].
    pub async fn holder(&self, keys: &Keys, token: &str) -> Result<Option<TokenRow>, StoreError> {
        let hash = keys.token_hash(token);
        let row = self.token(&hash.id()).await?;
        Ok(row.filter(|row| hash.is(&row.hash)))
    }
}
