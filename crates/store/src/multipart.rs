use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{CompletedMultipartUpload, CompletedPart};

use crate::{Bucket, Headers, StoreError};

/// A large object on its way to S3. Nothing of it is visible until it is complete.
///
/// Dropped without [`complete`](Self::complete) or [`abort`](Self::abort), its parts stay, unseen and paid
/// for, until the bucket's lifecycle rule clears them.
#[derive(Debug)]
pub struct MultipartUpload {
    bucket: Bucket,
    key: String,
    id: String,
    parts: Vec<CompletedPart>,
}

impl Bucket {
    /// Starts a multipart upload.
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
            .key(&key);
        let request = request
            .content_type(headers.content_type)
            .cache_control(headers.cache_control);
        let started = request.send().await;
        let started =
            started.map_err(|error| StoreError::aws("s3:CreateMultipartUpload")(error.into()))?;
        let id = started
            .upload_id
            .ok_or_else(|| StoreError::malformed("CreateMultipartUpload", &"no id"))?;
        Ok(MultipartUpload {
            bucket: self.clone(),
            key,
            id,
            parts: Vec::new(),
        })
    }
}

impl MultipartUpload {
    /// Sends one part; parts come in the order of their numbers, from 1.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn put_part(
        &mut self,
        number: u16,
        body: impl Into<ByteStream>,
    ) -> Result<(), StoreError> {
        let request = self
            .bucket
            .client
            .upload_part()
            .bucket(&self.bucket.name)
            .key(&self.key);
        let request = request
            .upload_id(&self.id)
            .part_number(number.into())
            .body(body.into());
        let sent = request
            .send()
            .await
            .map_err(|error| StoreError::aws("s3:UploadPart")(error.into()))?;
        let part = CompletedPart::builder()
            .part_number(number.into())
            .set_e_tag(sent.e_tag);
        self.parts
            .push(part.set_checksum_crc32(sent.checksum_crc32).build());
        Ok(())
    }

    /// Makes the object visible.
    ///
    /// # Errors
    /// When S3 does not put the parts together.
    pub async fn complete(self) -> Result<(), StoreError> {
        let parts = CompletedMultipartUpload::builder()
            .set_parts(Some(self.parts))
            .build();
        let request = self
            .bucket
            .client
            .complete_multipart_upload()
            .bucket(&self.bucket.name);
        let sent = request
            .key(&self.key)
            .upload_id(&self.id)
            .multipart_upload(parts)
            .send()
            .await;
        sent.map(drop)
            .map_err(|error| StoreError::aws("s3:CompleteMultipartUpload")(error.into()))
    }

    /// Throws away what was sent.
    ///
    /// # Errors
    /// When S3 does not answer; the bucket's lifecycle rule clears it then.
    pub async fn abort(self) -> Result<(), StoreError> {
        let request = self
            .bucket
            .client
            .abort_multipart_upload()
            .bucket(&self.bucket.name);
        let sent = request.key(&self.key).upload_id(&self.id).send().await;
        sent.map(drop)
            .map_err(|error| StoreError::aws("s3:AbortMultipartUpload")(error.into()))
    }
}
