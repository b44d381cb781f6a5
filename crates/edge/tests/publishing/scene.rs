use edge::EdgeStore;
use fake_aws::FakeAws;
use proof::{Keys, Secret, ShareScope};
use store::{Access, ShareRow, TokenRow};
use torrent::Timestamp;

/// Seconds since 1970.
pub(crate) const NOW: u64 = 1_800_000_000;

/// The table and the store, as a deployed stack has them.
pub(crate) struct Scene {
    pub(crate) aws: FakeAws,
    pub(crate) access: Access,
    pub(crate) edge: EdgeStore,
}

impl Scene {
    /// Nothing but the keys is in the table, and nothing in the store.
    pub(crate) async fn with_keys() -> Self {
        let aws = FakeAws::start();
        let config = aws.config();
        let scene = Self {
            access: Access::new(&config, "access".to_owned()),
            edge: EdgeStore::new(
                &config,
                "arn:aws:cloudfront::123456789012:key-value-store/fake".to_owned(),
            ),
            aws,
        };
        scene.access.put_keys(&keys("first")).await.unwrap();
        scene.aws.forget_calls();
        scene
    }
}

/// Keys that follow from a name.
pub(crate) fn keys(name: &str) -> Keys {
    Keys::derive(&Secret::new(name.repeat(43)).unwrap())
}

/// A token that follows from a name.
pub(crate) fn token(name: &str) -> TokenRow {
    let hash = keys("first").token_hash(name);
    TokenRow {
        id: hash.id(),
        name: name.to_owned(),
        hash: hash.as_str().to_owned(),
        owner: false,
        created_at: Timestamp::UNIX_EPOCH,
    }
}

/// A revoked link with this number, which expires an hour from [`NOW`].
pub(crate) fn revoked(number: usize) -> ShareRow {
    let scope: ShareScope = format!("/files/{}/{number}", "a".repeat(40))
        .parse()
        .unwrap();
    let expires_at = NOW + 3600;
    ShareRow {
        id: keys("first")
            .sign_share(&scope, expires_at)
            .id()
            .as_str()
            .to_owned(),
        scope,
        created_at: Timestamp::UNIX_EPOCH,
        expires_at,
        revoked: true,
    }
}
