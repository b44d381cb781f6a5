use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::operation::get_object::GetObjectError;
use aws_sdk_s3::operation::list_objects_v2::builders::ListObjectsV2FluentBuilder;
use aws_sdk_s3::presigning::PresigningConfig;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{Delete, EncodingType, ObjectIdentifier};
use torrent::Timestamp;

use crate::{Content, SdkConfig, StoreError};

mod conditional;
mod head;

pub use conditional::{Version, Written};

/// One S3 bucket.
#[derive(Debug, Clone)]
pub struct Bucket {
    pub(crate) client: Client,
    pub(crate) name: String,
}

/// An object as a listing shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Its key as text.
    pub key: String,
    /// Length in bytes.
    pub size_bytes: u64,
    /// When it was stored, by S3's clock.
    pub stored_at: Option<Timestamp>,
}

/// What a browser is told of an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Headers<'a> {
    /// `Content-Type`.
    pub content_type: &'a str,
    /// `Cache-Control`.
    pub cache_control: &'a str,
}

impl Object {
    fn listed(object: &aws_sdk_s3::types::Object) -> Self {
        Self {
            key: form_decoded(object.key().unwrap_or_default()),
            size_bytes: object
                .size()
                .and_then(|size| u64::try_from(size).ok())
                .unwrap_or_default(),
            stored_at: object
                .last_modified()
                .and_then(|at| Timestamp::from_second(at.secs()).ok()),
        }
    }
}

impl Bucket {
    /// The bucket called `name`.
    #[must_use]
    pub fn new(config: &SdkConfig, name: String) -> Self {
        Self {
            client: Client::new(config),
            name,
        }
    }

    /// Opens the connection while a function starts, as [`crate::Records::warm_up`], by asking for an object
    /// that does not exist below `prefix`, which the function may read.
    pub async fn warm_up(&self, prefix: &str) {
        let key = format!("{prefix}warm-up");
        match self
            .client
            .head_object()
            .bucket(&self.name)
            .key(key)
            .send()
            .await
        {
            // Without the right to list the bucket, "forbidden" is S3's word for "not found".
            Err(error)
                if error
                    .raw_response()
                    .is_some_and(|answer| answer.status().is_client_error()) => {}
            Ok(_) => {}
            Err(error) => {
                let error = StoreError::aws("s3:HeadObject")(error.into());
                tracing::warn!(%error, "the connection to S3 could not be opened ahead");
            }
        }
    }

    /// Writes an object whole.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn put(
        &self,
        key: impl ToString,
        body: impl Into<ByteStream>,
        headers: Headers<'_>,
    ) -> Result<(), StoreError> {
        let request = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key.to_string());
        let request = request
            .content_type(headers.content_type)
            .cache_control(headers.cache_control);
        let sent = request.body(body.into()).send().await;
        sent.map(drop)
            .map_err(|error| StoreError::aws("s3:PutObject")(error.into()))
    }

    /// Writes an object from a file on disk. S3 compares it with its CRC-32.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn put_content(
        &self,
        key: impl ToString,
        content: &Content,
        headers: Headers<'_>,
    ) -> Result<(), StoreError> {
        let request = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key.to_string())
            .content_type(headers.content_type)
            .cache_control(headers.cache_control)
            .content_length(content.size_bytes().try_into().unwrap_or_default())
            .checksum_crc32(content.checksum())
            .body(content.stream());
        // The CRC-32 is in a signed header: over the body, the signature would need a SHA-256 of every byte.
        let sent = request.customize().disable_payload_signing().send().await;
        sent.map(drop)
            .map_err(|error| StoreError::aws("s3:PutObject")(error.into()))
    }

    /// Reads an object whole; `None` when there is none.
    ///
    /// # Errors
    /// When S3 does not answer. Without the right to list the bucket, a missing object is one of these.
    pub async fn get(&self, key: impl ToString) -> Result<Option<Vec<u8>>, StoreError> {
        self.get_up_to(key, usize::MAX).await
    }

    /// As [`Self::get`], for an object whose length somebody else chose.
    ///
    /// # Errors
    /// [`StoreError::TooLarge`] when it has more than `bytes_max` bytes; else as [`Self::get`].
    pub async fn get_up_to(
        &self,
        key: impl ToString,
        bytes_max: usize,
    ) -> Result<Option<Vec<u8>>, StoreError> {
        let fail = StoreError::aws("s3:GetObject");
        let key = key.to_string();
        let request = self.client.get_object().bucket(&self.name).key(&key);
        match request.send().await {
            Ok(object) => {
                let length = object.content_length().unwrap_or_default();
                let size_bytes = usize::try_from(length).unwrap_or(usize::MAX);
                if size_bytes > bytes_max {
                    let what = key;
                    return Err(StoreError::TooLarge { what, size_bytes });
                }
                match object.body.collect().await {
                    Ok(bytes) => Ok(Some(bytes.to_vec())),
                    Err(error) => Err(fail(error.into())),
                }
            }
            Err(error)
                if error
                    .as_service_error()
                    .is_some_and(GetObjectError::is_no_such_key) =>
            {
                Ok(None)
            }
            Err(error) => Err(fail(error.into())),
        }
    }

    /// An address that takes one PUT of an object with this content type, until `lifetime` is over.
    ///
    /// # Errors
    /// When there are no credentials to sign with.
    pub async fn presigned_put(
        &self,
        key: impl ToString,
        content_type: &str,
        lifetime: Duration,
    ) -> Result<String, StoreError> {
        let fail = StoreError::aws("s3:PutObject");
        let config = PresigningConfig::expires_in(lifetime).map_err(|error| fail(error.into()))?;
        let request = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key.to_string());
        let signed = request.content_type(content_type).presigned(config).await;
        signed
            .map(|signed| signed.uri().to_owned())
            .map_err(|error| fail(error.into()))
    }

    /// Deletes objects; those that do not exist count as deleted.
    ///
    /// # Errors
    /// When S3 does not delete all of them.
    pub async fn delete(&self, keys: &[String]) -> Result<(), StoreError> {
        let fail = StoreError::aws("s3:DeleteObjects");
        // As many as one request takes.
        for keys in keys.chunks(1000) {
            let objects = keys
                .iter()
                .map(|key| ObjectIdentifier::builder().key(key).build());
            let objects = objects
                .collect::<Result<Vec<_>, _>>()
                .map_err(|error| fail(error.into()))?;
            let delete = Delete::builder()
                .set_objects(Some(objects))
                .quiet(true)
                .build();
            let delete = delete.map_err(|error| fail(error.into()))?;
            let answer = self
                .client
                .delete_objects()
                .bucket(&self.name)
                .delete(delete)
                .send()
                .await;
            let answer = answer.map_err(|error| fail(error.into()))?;
            if let Some(error) = answer.errors().first() {
                return Err(fail(
                    error
                        .message()
                        .unwrap_or("an object was not deleted")
                        .into(),
                ));
            }
        }
        Ok(())
    }

    /// Every object whose key starts with `prefix`, in the order of their keys.
    ///
    /// # Errors
    /// When S3 does not answer.
    pub async fn list(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let mut pages = self.listing(prefix).into_paginator().send();
        let mut objects = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(|error| StoreError::aws("s3:ListObjectsV2")(error.into()))?;
            objects.extend(page.contents().iter().map(Object::listed));
        }
        Ok(objects)
    }

    /// The first of them: as many as one request brings, 1000 at most; none only when there are none.
    ///
    /// # Errors
    /// When S3 does not answer.
    pub async fn list_first(&self, prefix: &str) -> Result<Vec<Object>, StoreError> {
        let page = self.listing(prefix).send().await;
        let page = page.map_err(|error| StoreError::aws("s3:ListObjectsV2")(error.into()))?;
        Ok(page.contents().iter().map(Object::listed).collect())
    }

    fn listing(&self, prefix: &str) -> ListObjectsV2FluentBuilder {
        let request = self
            .client
            .list_objects_v2()
            .bucket(&self.name)
            .prefix(prefix);
        // XML cannot carry every character that a key can.
        request.encoding_type(EncodingType::Url)
    }
}

/// Reads a key as S3 writes it in listings and events, as form data: `+` is a space. To be done once.
#[must_use]
pub fn form_decoded(key: &str) -> String {
    let pair = form_urlencoded::parse(key.as_bytes()).next();
    pair.map(|(key, _)| key.into_owned()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn listed_keys_are_decoded_once() {
        assert_eq!(
            form_decoded("files/a+b%2Bc%2520d/%C3%BC"),
            "files/a b+c%20d/ü"
        );
    }
}
