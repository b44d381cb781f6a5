use std::collections::BTreeMap;
use std::error::Error as StdError;

use aws_sdk_cloudfrontkeyvaluestore::Client;
use aws_sdk_cloudfrontkeyvaluestore::config::endpoint::{
    Endpoint, EndpointFuture, Params, ResolveEndpoint,
};
use aws_sdk_cloudfrontkeyvaluestore::error::SdkError;
use aws_sdk_cloudfrontkeyvaluestore::operation::update_keys::UpdateKeysError;
use aws_sdk_cloudfrontkeyvaluestore::types::{DeleteKeyRequestListItem, PutKeyRequestListItem};
use store::{Access, SdkConfig};

use crate::{EdgeError, entries};

/// Changes of one request (CloudFront quotas: 50 keys).
const CHANGES_MAX: usize = 50;

/// When others write at the same time.
const TRIES: usize = 5;

/// One CloudFront key-value store.
#[derive(Debug, Clone)]
pub struct EdgeStore {
    client: Client,
    arn: String,
}

impl EdgeStore {
    /// The store with this ARN. On AWS its requests are signed with `SigV4A`, for which the region plays no part.
    #[must_use]
    pub fn new(config: &SdkConfig, arn: String) -> Self {
        let mut builder = aws_sdk_cloudfrontkeyvaluestore::config::Builder::from(config);
        if let Some(url) = config.endpoint_url() {
            builder = builder.endpoint_resolver(Emulator {
                url: url.to_owned(),
            });
        }
        Self {
            client: Client::from_conf(builder.build()),
            arn,
        }
    }

    /// Makes the store what the table says at `now`, in seconds since 1970. The store's version is read before
    /// the table is and checked with the write, so that of two at once the later one knows the newer table.
    ///
    /// # Errors
    /// [`EdgeError`].
    pub async fn publish(&self, access: &Access, now: u64) -> Result<(), EdgeError> {
        for _ in 0..TRIES {
            let version = self.version().await?;
            let keys = access.keys().await?.ok_or(EdgeError::NoKeys)?;
            let (tokens, shares) = (access.tokens().await?, access.shares().await?);
            let wanted = entries(&keys, &tokens, &shares, now);
            if self.replace(version, &wanted).await? {
                return Ok(());
            }
        }
        Err(EdgeError::Busy)
    }

    async fn version(&self) -> Result<String, EdgeError> {
        let request = self.client.describe_key_value_store().kvs_arn(&self.arn);
        let answer = request.send().await;
        answer
            .map(|answer| answer.e_tag)
            .map_err(failed("cloudfront-keyvaluestore:DescribeKeyValueStore"))
    }

    /// Writes what differs; false when somebody else wrote since `version`.
    async fn replace(
        &self,
        mut version: String,
        wanted: &BTreeMap<String, String>,
    ) -> Result<bool, EdgeError> {
        let there = self.there().await?;
        let puts = wanted
            .iter()
            .filter(|(key, value)| there.get(*key) != Some(*value))
            .map(|(key, value)| Change::Put(key, value));
        let deletes = there
            .keys()
            .filter(|key| !wanted.contains_key(*key))
            .map(|key| Change::Delete(key));
        let changes: Vec<_> = puts.chain(deletes).collect();
        for some in changes.chunks(CHANGES_MAX) {
            match self.change(&version, some).await? {
                Some(next) => version = next,
                None => return Ok(false),
            }
        }
        Ok(true)
    }

    async fn there(&self) -> Result<BTreeMap<String, String>, EdgeError> {
        let request = self.client.list_keys().kvs_arn(&self.arn).max_results(50);
        let mut items = request.into_paginator().items().send();
        let mut there = BTreeMap::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(failed("cloudfront-keyvaluestore:ListKeys"))?;
            there.insert(item.key, item.value);
        }
        Ok(there)
    }

    /// The store's next version; none when `version` is not its version any more.
    async fn change(
        &self,
        version: &str,
        changes: &[Change<'_>],
    ) -> Result<Option<String>, EdgeError> {
        let fail = failed("cloudfront-keyvaluestore:UpdateKeys");
        let mut request = self
            .client
            .update_keys()
            .kvs_arn(&self.arn)
            .if_match(version);
        for change in changes {
            request = match change {
                Change::Put(key, value) => {
                    let put = PutKeyRequestListItem::builder().key(*key).value(*value);
                    request.puts(put.build().expect("it has key and value"))
                }
                Change::Delete(key) => {
                    let delete = DeleteKeyRequestListItem::builder().key(*key);
                    request.deletes(delete.build().expect("it has a key"))
                }
            };
        }
        match request.send().await {
            Ok(answer) => Ok(Some(answer.e_tag)),
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(UpdateKeysError::is_conflict_exception) =>
            {
                Ok(None)
            }
            Err(error) => Err(fail(error)),
        }
    }
}

enum Change<'a> {
    Put(&'a str, &'a str),
    Delete(&'a str),
}

fn failed<E>(operation: &'static str) -> impl Fn(SdkError<E>) -> EdgeError
where
    E: StdError + 'static,
{
    move |error| EdgeError::Aws {
        operation,
        detail: with_causes(&error),
    }
}

/// The SDK's errors alone display nothing of their causes.
fn with_causes(error: &impl StdError) -> String {
    let mut detail = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        detail = format!("{detail}: {error}");
        cause = error.source();
    }
    detail
}

/// An emulator's one address. The SDK's own rules would put the account in front of its name, which resolves
/// nowhere.
#[derive(Debug)]
struct Emulator {
    url: String,
}

impl ResolveEndpoint for Emulator {
    fn resolve_endpoint<'a>(&'a self, _: &'a Params) -> EndpointFuture<'a> {
        EndpointFuture::ready(Ok(Endpoint::builder().url(self.url.clone()).build()))
    }
}
