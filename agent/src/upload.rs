use store::{Headers, MultipartUpload, StoreError, file_range};
use torrent::PartPlan;

use crate::plan::PlannedFile;
use crate::transfer::Fault;
use crate::watch::Watch;

impl Watch {
    /// Stores one file: in one request if it is small, part by part otherwise.
    pub(crate) async fn upload(&self, file: &PlannedFile) -> Result<(), Fault> {
        let found = tokio::fs::metadata(&file.disk)
            .await
            .map_err(|error| Fault::Never(format!("{} cannot be read: {error}", file.path)))?
            .len();
        if found != file.size_bytes {
            let wanted = file.size_bytes;
            return Err(Fault::Never(format!(
                "{} has {found} bytes on disk, not {wanted}",
                file.path
            )));
        }
        let content_type = mime_guess::from_path(&file.path)
            .first_raw()
            .unwrap_or("application/octet-stream");
        // What is stored under an info-hash never changes.
        let headers = Headers {
            content_type,
            cache_control: "private, max-age=31536000, immutable",
        };
        let parts = PartPlan::new(file.size_bytes);
        if parts.is_single() {
            let body = file_range(&file.disk, 0..file.size_bytes).await?;
            return Ok(self.files.put(&file.key, body, headers).await?);
        }
        let mut upload = self.files.start_multipart(&file.key, headers).await?;
        match put_parts(&mut upload, file, parts).await {
            Ok(()) => Ok(upload.complete().await?),
            Err(error) => {
                if let Err(abort) = upload.abort().await {
                    tracing::warn!(error = %abort, "an upload could not be aborted; the lifecycle rule clears it");
                }
                Err(error.into())
            }
        }
    }
}

async fn put_parts(
    upload: &mut MultipartUpload,
    file: &PlannedFile,
    parts: PartPlan,
) -> Result<(), StoreError> {
    for (number, range) in parts.parts() {
        upload
            .put_part(number, file_range(&file.disk, range).await?)
            .await?;
    }
    Ok(())
}
