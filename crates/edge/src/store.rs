use std::time::Duration;

use proof::TokenId;
use store::{Access, AccessChange, SdkConfig};

use crate::entries::{Change, changes, is_revoked, revoked_name, token_name};
use crate::key_value_store::{KEYS_MAX, KeyValueStore};
use crate::{EdgeError, entries};

/// When others write at the same time.
const TRIES: u32 = 8;
/// The longest pause after the first try; each is up to twice as long as the one before.
const PAUSE: Duration = Duration::from_millis(50);

/// What the edge knows of who may come in.
#[derive(Debug, Clone)]
pub struct EdgeStore {
    store: KeyValueStore,
}

/// The row that a change concerns.
#[derive(Debug, Clone, Copy)]
pub enum Changed<'a> {
    /// A token was made or revoked.
    Token(&'a TokenId),
    /// A share link was revoked.
    Share(&'a str),
}

impl EdgeStore {
    /// The store with this ARN. On AWS its requests are signed with `SigV4A`, for which the region plays no part.
    #[must_use]
    pub fn new(config: &SdkConfig, arn: String) -> Self {
        Self {
            store: KeyValueStore::new(config, arn),
        }
    }

    /// Tells the edge of one change of the table: `change` was begun before it. Usually that is one request,
    /// however many tokens and links there are; to list them would take one for every 50. If an earlier change
    /// did not get through, or others change something at the same time, everything is compared, as in
    /// [`Self::publish`].
    ///
    /// # Errors
    /// [`EdgeError`]. The next change makes up for it.
    pub async fn tell(
        &self,
        access: &Access,
        change: &AccessChange,
        changed: Changed<'_>,
        now: u64,
    ) -> Result<(), EdgeError> {
        if let Some(version) = &change.published {
            match self.write_one(access, version, changed, now).await {
                Ok(Some(next)) => {
                    end(access, change, &next).await;
                    return Ok(());
                }
                Ok(None) => {}
                Err(error) => tracing::warn!(%error, "the edge is told of everything instead"),
            }
        }
        self.write_all(access, change, now).await
    }

    /// Makes the store what the table says at `now`, in seconds since 1970.
    ///
    /// # Errors
    /// [`EdgeError`].
    pub async fn publish(&self, access: &Access, now: u64) -> Result<(), EdgeError> {
        let change = access.begin_change().await?;
        self.write_all(access, &change, now).await
    }

    async fn write_one(
        &self,
        access: &Access,
        version: &str,
        changed: Changed<'_>,
        now: u64,
    ) -> Result<Option<String>, EdgeError> {
        match changed {
            Changed::Token(id) => {
                let name = token_name(id.as_str());
                let token = access.token(id).await?;
                let change = match &token {
                    Some(token) => Change::Put(&name, &token.hash),
                    None => Change::Delete(&name),
                };
                self.store.update(version, &[change]).await
            }
            Changed::Share(id) => {
                let share = access.share(id).await?;
                if !share.is_some_and(|share| is_revoked(&share, now)) {
                    return Ok(Some(version.to_owned()));
                }
                let name = revoked_name(id);
                self.store.update(version, &[Change::Put(&name, "1")]).await
            }
        }
    }

    /// The store's version is read before the table is and checked with the write, so that of two at once the later
    /// one knows the newer table.
    async fn write_all(
        &self,
        access: &Access,
        change: &AccessChange,
        now: u64,
    ) -> Result<(), EdgeError> {
        let mut longest = PAUSE;
        for _ in 0..TRIES {
            let version = self.store.version().await?;
            let keys = access.keys().await?.ok_or(EdgeError::NoKeys)?;
            let (tokens, shares) = (access.tokens().await?, access.shares().await?);
            let wanted = entries(&keys, &tokens, &shares, now);
            let there = self.store.entries().await?;
            if let Some(version) = self.write(version, &changes(&there, &wanted)).await? {
                end(access, change, &version).await;
                return Ok(());
            }
            tokio::time::sleep(some_of(longest)?).await;
            longest *= 2;
        }
        Err(EdgeError::Busy)
    }

    /// The version afterwards; none when somebody else wrote since `version`.
    async fn write(
        &self,
        mut version: String,
        changes: &[Change<'_>],
    ) -> Result<Option<String>, EdgeError> {
        for some in changes.chunks(KEYS_MAX) {
            match self.store.update(&version, some).await? {
                Some(next) => version = next,
                None => return Ok(None),
            }
        }
        Ok(Some(version))
    }
}

/// The edge knows; without this note the next change only takes longer.
async fn end(access: &Access, change: &AccessChange, version: &str) {
    if let Err(error) = access.end_change(change, version).await {
        tracing::warn!(%error, "the next change compares everything");
    }
}

/// A random part of `longest`: those who collided do not come back together.
fn some_of(longest: Duration) -> Result<Duration, EdgeError> {
    let mut byte = [0];
    getrandom::fill(&mut byte).map_err(|_| EdgeError::Busy)?;
    Ok(longest * u32::from(byte[0]) / 255)
}
