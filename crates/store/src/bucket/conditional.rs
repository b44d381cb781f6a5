//! Writing an object only over the one that the writer has seen (Amazon S3 guide, "Conditional writes"), so
//! that two writers cannot put an older one over a newer one.

use aws_sdk_s3::error::ProvideErrorMetadata as _;
use torrent::Timestamp;

use super::{Bucket, Headers};
use crate::StoreError;

/// What the user metadata of an object calls the fingerprint of its content.
const FINGERPRINT: &str = "fingerprint";

/// One version of an object that [`Bucket::put_over`] wrote.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Version {
    /// What S3 tells versions apart by.
    pub etag: String,
    /// What its writer compares instead of the content; `None` of one that somebody else wrote.
    pub fingerprint: Option<String>,
    /// When it was written, by S3's clock.
    pub written_at: Option<Timestamp>,
}

/// What became of a conditional write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Written {
    /// The object is this version now.
    As(Version),
    /// Somebody else wrote or deleted it meanwhile: nothing was written.
    Overtaken,
}

impl Bucket {
    /// The version that an object has; `None` when there is none.
    ///
    /// # Errors
    /// When S3 does not answer. Without the right to list the bucket, a missing object is one of these.
    pub async fn version(&self, key: impl ToString) -> Result<Option<Version>, StoreError> {
        let Some(object) = self.head(key).await? else {
            return Ok(None);
        };
        let metadata = object.metadata();
        let written_at = object.last_modified();
        Ok(Some(Version {
            fingerprint: metadata.and_then(|metadata| metadata.get(FINGERPRINT).cloned()),
            written_at: written_at.and_then(|at| Timestamp::from_second(at.secs()).ok()),
            etag: etag(object.e_tag)?,
        }))
    }

    /// Writes an object whole, if it still is what was `seen`: that version, or not there at all. A writer
    /// looks first, then gathers what it writes; so what it replaces is never newer.
    ///
    /// # Errors
    /// When S3 does not take it.
    pub async fn put_over(
        &self,
        seen: Option<&Version>,
        key: impl ToString,
        body: Vec<u8>,
        headers: Headers<'_>,
        fingerprint: &str,
    ) -> Result<Written, StoreError> {
        let request = self
            .client
            .put_object()
            .bucket(&self.name)
            .key(key.to_string())
            .content_type(headers.content_type)
            .cache_control(headers.cache_control)
            .metadata(FINGERPRINT, fingerprint);
        let request = match seen {
            Some(version) => request.if_match(&version.etag),
            None => request.if_none_match("*"),
        };
        match request.body(body.into()).send().await {
            Ok(answer) => Ok(Written::As(Version {
                etag: etag(answer.e_tag)?,
                fingerprint: Some(fingerprint.to_owned()),
                written_at: Some(Timestamp::now()),
            })),
            // Another version is there, none is any more, somebody writes it at this moment.
            Err(error)
                if matches!(
                    error.code(),
                    Some("PreconditionFailed" | "NoSuchKey" | "ConditionalRequestConflict")
                ) =>
            {
                Ok(Written::Overtaken)
            }
            Err(error) => Err(StoreError::aws("s3:PutObject")(error.into())),
        }
    }
}

fn etag(etag: Option<String>) -> Result<String, StoreError> {
    etag.ok_or_else(|| StoreError::malformed("an answer of S3", &"it has no ETag"))
}
