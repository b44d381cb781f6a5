use std::sync::Arc;

use store::{Bucket, Content, Headers, MultipartUpload, SentPart};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::fault::Fault;
use crate::progress::Progress;
use crate::sums::{Sums, proves_composite};
use crate::work::PartFound;

/// Where files go, and who is told.
#[derive(Debug, Clone)]
pub(crate) struct Uploads {
    pub(crate) bucket: Bucket,
    pub(crate) progress: Arc<Progress>,
}

/// What a browser is told of a file. What is stored under an info-hash never changes.
fn headers(path: &str) -> Headers<'static> {
    Headers {
        content_type: mime_guess::from_path(path)
            .first_raw()
            .unwrap_or("application/octet-stream"),
        cache_control: "private, max-age=31536000, immutable",
    }
}

impl Uploads {
    /// Stores a file in one request.
    pub(crate) async fn whole(&self, key: &str, content: &Content) -> Result<u32, Fault> {
        self.bucket.put_content(key, content, headers(key)).await?;
        self.progress.stored(content.size_bytes());
        Ok(content.crc32())
    }

    /// Stores a file in parts; it becomes visible after its last piece was verified. What fails for good
    /// leaves nothing behind; what may succeed later leaves its parts, to be gone on with.
    pub(crate) async fn parts(
        &self,
        key: &str,
        resumed: Option<MultipartUpload>,
        mut found: mpsc::Receiver<PartFound>,
    ) -> Result<u32, Fault> {
        let upload = match resumed {
            Some(upload) => upload,
            None => self.bucket.start_multipart(key, headers(key)).await?,
        };
        let sent = self.send_parts(&upload, &mut found).await;
        // Whoever reads stops reading.
        drop(found);
        let error = match sent {
            Ok((mut parts, crc32)) => {
                parts.sort_unstable_by_key(|part| part.number);
                return self.complete(&upload, &parts).await.map(|()| crc32);
            }
            Err(error) => error,
        };
        if matches!(error, Fault::Content(_))
            && let Err(abort) = self.bucket.abort(&upload).await
        {
            tracing::warn!(error = %abort, "an upload could not be aborted; the lifecycle rule clears it");
        }
        Err(error)
    }

    /// Sends parts as they are found. The first error ends it, with all that is on its way.
    async fn send_parts(
        &self,
        upload: &MultipartUpload,
        found: &mut mpsc::Receiver<PartFound>,
    ) -> Result<(Vec<SentPart>, u32), Fault> {
        let mut sending = JoinSet::new();
        let mut parts = Vec::new();
        let mut verified = None;
        while verified.is_none() || !sending.is_empty() {
            tokio::select! {
                Some(sent) = sending.join_next() => {
                    let sent: Result<SentPart, Fault> =
                        sent.unwrap_or_else(|error| Err(Fault::Later(error.to_string())));
                    parts.push(sent?);
                }
                part = found.recv(), if verified.is_none() => match part {
                    Some(PartFound::Stored(part, size)) => {
                        self.progress.stored(size);
                        parts.push(part);
                    }
                    Some(PartFound::Read(number, content, permit)) => {
                        let (uploads, upload) = (self.clone(), upload.clone());
                        sending.spawn(async move {
                            let sent = uploads.bucket.put_part(&upload, number, &content).await?;
                            drop(permit);
                            uploads.progress.stored(content.size_bytes());
                            Ok(sent)
                        });
                    }
                    Some(PartFound::Verified { crc32 }) => verified = Some(crc32),
                    Some(PartFound::Failed(fault)) => return Err(fault),
                    None => return Err(Fault::Stopped),
                },
            }
        }
        Ok((parts, verified.unwrap_or_default()))
    }

    async fn complete(&self, upload: &MultipartUpload, parts: &[SentPart]) -> Result<(), Fault> {
        if self.bucket.complete(upload, parts).await? {
            return Ok(());
        }
        // Completed by a try whose answer was lost, or aborted by someone else.
        let key = &upload.key;
        let known = self.bucket.checksum(key).await?;
        let sums: Vec<_> = parts.iter().map(Sums::of_sent).collect();
        if known.is_some_and(|known| proves_composite(&known, &sums)) {
            return Ok(());
        }
        Err(Fault::Later(format!(
            "S3 does not know the upload of {key} any more"
        )))
    }
}
