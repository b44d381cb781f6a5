use aws_sdk_s3::error::ProvideErrorMetadata;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumType, CompletedMultipartUpload, CompletedPart, EncodingType,
};

use crate::bucket::form_decoded;
use crate::{Bucket, Checksum, Content, Headers, StoreError};

/// A large object on its way to S3. Nothing of it is visible until it is complete.
///
/// Dropped without [`complete`](Self::complete) or [`abort`](Self::abort), its parts stay, unseen and paid
/// for, until someone goes on with it ([`Bucket::unfinished`]) or the bucket's lifecycle rule clears them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MultipartUpload {
    /// The object's key.
    pub key: String,
    /// The name of the upload in S3.
    pub id: String,
}

/// A part that S3 has.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredPart {
    /// From 1.
    pub number: u16,
    /// Length in bytes.
    pub size_bytes: u64,
    /// What S3 knows of its content.
    pub checksum: Checksum,
}

/// A part as [`Bucket::complete`] wants it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SentPart {
    /// From 1.
    pub number: u16,
    /// As S3 answered.
    pub e_tag: String,
    /// Of its bytes.
    pub crc32: u32,
}

impl Bucket {
    /// Starts a multipart upload whose parts have CRC-32s.
    ///
    /// # Errors
    /// When S3 does not answer.
    pub async fn start_multipart(
        &self,
        key: impl ToString,
        headers: Headers<'_>,
    ) -> Result<MultipartUpload, StoreError> {
        let key = key.to_string();
        let request = self
            .client
            .create_multipart_upload()
            .bucket(&self.name)
            .key(&key)
            .content_type(headers.content_type)
            .cache_control(headers.cache_control)
            .checksum_algorithm(ChecksumAlgorithm::Crc32)
            .checksum_type(ChecksumType::Composite);
        let started = request.send().await;
        let started =
            started.map_err(|error| StoreError::aws("s3:CreateMultipartUpload")(error.into()))?;
        let id = started
            .upload_id
            .ok_or_else(|| StoreError::malformed("CreateMultipartUpload", &"no id"))?;
        Ok(MultipartUpload { key, id })
    }

    /// Every upload of a key that starts with `prefix` which was neither completed nor aborted.
    ///
    /// # Errors
    /// When S3 does not answer.
    pub async fn unfinished(&self, prefix: &str) -> Result<Vec<MultipartUpload>, StoreError> {
        let mut uploads = Vec::new();
        let (mut key_marker, mut id_marker) = (None, None);
        loop {
            let page = self
                .client
                .list_multipart_uploads()
                .bucket(&self.name)
                .prefix(prefix)
                .encoding_type(EncodingType::Url)
                .set_key_marker(key_marker)
                .set_upload_id_marker(id_marker)
                .send()
                .await
                .map_err(|error| StoreError::aws("s3:ListMultipartUploads")(error.into()))?;
            let is_url = page.encoding_type() == Some(&EncodingType::Url);
            let decoded = |key: &str| {
                if is_url {
                    form_decoded(key)
                } else {
                    key.to_owned()
                }
            };
            uploads.extend(page.uploads().iter().filter_map(|upload| {
                Some(MultipartUpload {
                    key: decoded(upload.key()?),
                    id: upload.upload_id()?.to_owned(),
                })
            }));
            if page.is_truncated() != Some(true) {
                return Ok(uploads);
            }
            key_marker = page.next_key_marker().map(decoded);
            id_marker = page.next_upload_id_marker().map(str::to_owned);
        }
    }

    /// The parts that S3 has of an upload, or `None` when it does not know the upload any more.
    ///
    /// # Errors
    /// When S3 does not answer.
    pub async fn parts(
        &self,
        upload: &MultipartUpload,
    ) -> Result<Option<Vec<StoredPart>>, StoreError> {
        let mut pages = self
            .client
            .list_parts()
            .bucket(&self.name)
            .key(&upload.key)
            .upload_id(&upload.id)
            .into_paginator()
            .send();
        let mut parts = Vec::new();
        while let Some(page) = pages.next().await {
            let page = match page {
                Ok(page) => page,
                Err(error) if error.as_service_error().is_some_and(is_unknown) => return Ok(None),
                Err(error) => return Err(StoreError::aws("s3:ListParts")(error.into())),
            };
            parts.extend(page.parts().iter().filter_map(|part| {
                Some(StoredPart {
                    number: part.part_number()?.try_into().ok()?,
                    size_bytes: part.size()?.try_into().ok()?,
                    checksum: Checksum::new(part.checksum_crc32(), part.e_tag()),
                })
            }));
        }
        Ok(Some(parts))
    }

    /// Sends one part. S3 compares it with its CRC-32.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn put_part(
        &self,
        upload: &MultipartUpload,
        number: u16,
        content: &Content,
    ) -> Result<SentPart, StoreError> {
        let request = self
            .client
            .upload_part()
            .bucket(&self.name)
            .key(&upload.key)
            .upload_id(&upload.id)
            .part_number(number.into())
            .content_length(content.size_bytes().try_into().unwrap_or_default())
            .checksum_crc32(content.checksum())
            .body(content.stream());
        // The CRC-32 is in a signed header: over the body, the signature would need a SHA-256 of every byte.
        let sent = request.customize().disable_payload_signing().send().await;
        let sent = sent.map_err(|error| StoreError::aws("s3:UploadPart")(error.into()))?;
        let e_tag = sent
            .e_tag
            .ok_or_else(|| StoreError::malformed("UploadPart", &"no entity tag"))?;
        Ok(SentPart {
            number,
            e_tag,
            crc32: content.crc32(),
        })
    }

    /// Makes the object visible; `parts` are in the order of their numbers. `false` when S3 does not know the
    /// upload: it was aborted, or completed by a try whose answer was lost.
    ///
    /// # Errors
    /// When S3 does not put the parts together.
    pub async fn complete(
        &self,
        upload: &MultipartUpload,
        parts: &[SentPart],
    ) -> Result<bool, StoreError> {
        let parts = parts.iter().map(|part| {
            CompletedPart::builder()
                .part_number(part.number.into())
                .e_tag(&part.e_tag)
                .checksum_crc32(crate::checksum::base64(part.crc32))
                .build()
        });
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(parts.collect()))
            .build();
        let sent = self
            .client
            .complete_multipart_upload()
            .bucket(&self.name)
            .key(&upload.key)
            .upload_id(&upload.id)
            .checksum_type(ChecksumType::Composite)
            .multipart_upload(parts)
            .send()
            .await;
        match sent {
            Ok(_) => Ok(true),
            Err(error) if error.as_service_error().is_some_and(is_unknown) => Ok(false),
            Err(error) => Err(StoreError::aws("s3:CompleteMultipartUpload")(error.into())),
        }
    }

    /// Throws away what was sent. An upload that S3 does not know counts as aborted.
    ///
    /// # Errors
    /// When S3 does not answer; the bucket's lifecycle rule clears it then.
    pub async fn abort(&self, upload: &MultipartUpload) -> Result<(), StoreError> {
        let sent = self
            .client
            .abort_multipart_upload()
            .bucket(&self.name)
            .key(&upload.key)
            .upload_id(&upload.id)
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) if error.as_service_error().is_some_and(is_unknown) => Ok(()),
            Err(error) => Err(StoreError::aws("s3:AbortMultipartUpload")(error.into())),
        }
    }
}

fn is_unknown(error: &impl ProvideErrorMetadata) -> bool {
    error.code() == Some("NoSuchUpload")
}
