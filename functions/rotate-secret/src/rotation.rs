use anyhow::{Context, Result};
use aws_sdk_secretsmanager::Client;
use data_encoding::BASE64URL_NOPAD;
use edge::EdgeStore;
use futures_util::future::try_join_all;
use proof::{Keys, Secret};
use store::{Access, TokenRow};
use torrent::Timestamp;

/// Rows that are deleted at the same time.
const AT_ONCE: usize = 50;

/// The secret and everything that follows from it.
pub(crate) struct Rotation {
    pub(crate) secrets: Client,
    /// Name or ARN.
    pub(crate) secret: String,
    pub(crate) access: Access,
    pub(crate) edge: EdgeStore,
}

impl Rotation {
    /// Makes the secret that is there count, in the table and at the edge; nothing changes where it does.
    ///
    /// # Errors
    /// When one of the three does not answer; doing it again is safe.
    pub(crate) async fn apply(&self) -> Result<()> {
        let secret = self.current().await?;
        let keys = Keys::derive(&secret);
        let hash = keys.token_hash(secret.as_str());
        // What was made with other keys is worth nothing; it only goes out of the way here.
        if self.access.keys().await?.is_some_and(|there| there != keys) {
            self.forget().await?;
        }
        self.access.put_keys(&keys).await?;
        if self.access.token(&hash.id()).await?.is_none() {
            let owner = TokenRow {
                id: hash.id(),
                name: "owner".to_owned(),
                hash: hash.as_str().to_owned(),
                owner: true,
                created_at: Timestamp::now(),
            };
            self.access.put_token(&owner).await?;
        }
        let now = u64::try_from(Timestamp::now().as_second())?;
        self.edge.publish(&self.access, now).await?;
        Ok(())
    }

    /// Another secret, from which on no proof of before counts.
    ///
    /// # Errors
    /// As [`Self::apply`]; doing it again is safe and makes yet another one.
    pub(crate) async fn rotate(&self) -> Result<()> {
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).context("there is no randomness")?;
        let put = self.secrets.put_secret_value().secret_id(&self.secret);
        let put = put.secret_string(BASE64URL_NOPAD.encode(&bytes));
        put.send().await.context("secretsmanager:PutSecretValue")?;
        self.apply().await
    }

    async fn current(&self) -> Result<Secret> {
        let get = self.secrets.get_secret_value().secret_id(&self.secret);
        let answer = get.send().await.context("secretsmanager:GetSecretValue")?;
        let text = answer.secret_string.context("the secret is no text")?;
        Secret::new(text).context("the secret is too short; rotate it")
    }

    async fn forget(&self) -> Result<()> {
        // One after the other, thousands would take longer than the function has.
        for tokens in self.access.tokens().await?.chunks(AT_ONCE) {
            try_join_all(
                tokens
                    .iter()
                    .map(|token| self.access.delete_token(&token.id)),
            )
            .await?;
        }
        for shares in self.access.shares().await?.chunks(AT_ONCE) {
            try_join_all(
                shares
                    .iter()
                    .map(|share| self.access.delete_share(&share.id)),
            )
            .await?;
        }
        Ok(())
    }
}
