use aws_sdk_s3::operation::head_object::{HeadObjectError, HeadObjectOutput};
use aws_sdk_s3::types::ChecksumMode;

use super::Bucket;
use crate::{Checksum, StoreError};

const OPERATION: &str = "s3:HeadObject";

impl Bucket {
    /// What S3 says of an object without its content; `None` when there is none.
    pub(super) async fn head(
        &self,
        key: impl ToString,
    ) -> Result<Option<HeadObjectOutput>, StoreError> {
        let request = self
            .client
            .head_object()
            .bucket(&self.name)
            .key(key.to_string())
            .checksum_mode(ChecksumMode::Enabled);
        let error = match request.send().await {
            Ok(head) => return Ok(Some(head)),
            Err(error) => error,
        };
        if error
            .as_service_error()
            .is_some_and(HeadObjectError::is_not_found)
        {
            return Ok(None);
        }
        let status = error.raw_response().map(|answer| answer.status().as_u16());
        Err(match status {
            Some(status) => StoreError::Aws {
                operation: OPERATION,
                detail: format!("S3 answered {status}, which to a HEAD comes without a reason"),
            },
            None => StoreError::aws(OPERATION)(error.into()),
        })
    }

    /// What S3 knows of an object's content; `None` when there is no such object.
    ///
    /// # Errors
    /// When S3 does not answer. Without the right to list the bucket, a missing object is one of these.
    pub async fn checksum(&self, key: impl ToString) -> Result<Option<Checksum>, StoreError> {
        let head = self.head(key).await?;
        Ok(head.map(|head| Checksum::new(head.checksum_crc32(), head.e_tag())))
    }

    /// The length of an object in bytes; `None` when there is none.
    ///
    /// # Errors
    /// As [`Self::checksum`].
    pub async fn size(&self, key: impl ToString) -> Result<Option<u64>, StoreError> {
        let head = self.head(key).await?;
        Ok(head.and_then(|head| head.content_length()?.try_into().ok()))
    }
}
