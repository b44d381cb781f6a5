use std::collections::BTreeMap;
use std::error::Error as StdError;

use aws_sdk_cloudfrontkeyvaluestore::Client;
use aws_sdk_cloudfrontkeyvaluestore::config::endpoint::{
    Endpoint, EndpointFuture, Params, ResolveEndpoint,
};
use aws_sdk_cloudfrontkeyvaluestore::error::SdkError;
use aws_sdk_cloudfrontkeyvaluestore::operation::update_keys::UpdateKeysError;
use aws_sdk_cloudfrontkeyvaluestore::types::{DeleteKeyRequestListItem, PutKeyRequestListItem};
use store::SdkConfig;

use crate::EdgeError;
use crate::entries::Change;

/// Keys of one page of a listing, and changes of one update (CloudFront quotas).
pub(crate) const KEYS_MAX: usize = 50;

/// The API of one CloudFront key-value store.
#[derive(Debug, Clone)]
pub(crate) struct KeyValueStore {
    client: Client,
    arn: String,
}

impl KeyValueStore {
    pub(crate) fn new(config: &SdkConfig, arn: String) -> Self {
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

    pub(crate) async fn version(&self) -> Result<String, EdgeError> {
        let request = self.client.describe_key_value_store().kvs_arn(&self.arn);
        let answer = request.send().await;
        answer
            .map(|answer| answer.e_tag)
            .map_err(failed("cloudfront-keyvaluestore:DescribeKeyValueStore"))
    }

    pub(crate) async fn entries(&self) -> Result<BTreeMap<String, String>, EdgeError> {
        let most = i32::try_from(KEYS_MAX).unwrap_or(i32::MAX);
        let request = self.client.list_keys().kvs_arn(&self.arn).max_results(most);
        let mut items = request.into_paginator().items().send();
        let mut entries = BTreeMap::new();
        while let Some(item) = items.next().await {
            let item = item.map_err(failed("cloudfront-keyvaluestore:ListKeys"))?;
            entries.insert(item.key, item.value);
        }
        Ok(entries)
    }

    /// Makes at most [`KEYS_MAX`] changes, all or none. The store's next version; none when `version` is not its
    /// version any more.
    pub(crate) async fn update(
        &self,
        version: &str,
        changes: &[Change<'_>],
    ) -> Result<Option<String>, EdgeError> {
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
            Err(error) if error.as_service_error().is_some_and(is_stale) => Ok(None),
            Err(error) => Err(failed("cloudfront-keyvaluestore:UpdateKeys")(error)),
        }
    }
}

/// Whether an update was refused because of its version. The API reference names `ConflictException` for that; live
/// AWS was also seen to answer `ValidationException: Pre-Condition failed`.
fn is_stale(error: &UpdateKeysError) -> bool {
    match error {
        UpdateKeysError::ConflictException(_) => true,
        UpdateKeysError::ValidationException(error) => {
            let message = error.message().unwrap_or_default().to_ascii_lowercase();
            message.contains("pre-condition") || message.contains("precondition")
        }
        _ => false,
    }
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
