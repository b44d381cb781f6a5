use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

/// The path of the one request that is not S3's.
pub(crate) const PATH: &str = "/-/counts";

/// How many requests of each kind came, and how many bytes their bodies had.
#[derive(Debug, Default)]
pub(crate) struct Counts(Mutex<BTreeMap<&'static str, (u64, u64)>>);

impl Counts {
    pub(crate) fn add(&self, operation: &'static str, body_bytes: u64) {
        let mut counts = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (requests, bytes) = counts.entry(operation).or_default();
        *requests += 1;
        *bytes += body_bytes;
    }

    /// As JSON, and from zero again.
    pub(crate) fn take(&self) -> String {
        let counts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        let object = counts
            .into_iter()
            .map(|(operation, (requests, body_bytes))| {
                let value = serde_json::json!({"requests": requests, "body_bytes": body_bytes});
                (operation.to_owned(), value)
            });
        serde_json::Value::Object(object.collect()).to_string()
    }
}

/// What a request of S3's REST API asks for, in path style; `None` for what no subject asks.
pub(crate) fn operation(method: &str, target: &str) -> Option<&'static str> {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let has_key = path
        .trim_start_matches('/')
        .split_once('/')
        .is_some_and(|(_, key)| !key.is_empty());
    let has = |name: &str| {
        query
            .split('&')
            .any(|pair| pair.split('=').next() == Some(name))
    };
    Some(match (method, has_key) {
        ("PUT", true) if has("uploadId") => "UploadPart",
        ("PUT", true) => "PutObject",
        ("POST", true) if has("uploads") => "CreateMultipartUpload",
        ("POST", true) if has("uploadId") => "CompleteMultipartUpload",
        ("DELETE", true) if has("uploadId") => "AbortMultipartUpload",
        ("HEAD", true) => "HeadObject",
        ("GET", true) if has("uploadId") => "ListParts",
        ("GET", true) => "GetObject",
        ("PUT", false) => "CreateBucket",
        ("HEAD", false) => "HeadBucket",
        ("GET", false) if has("uploads") => "ListMultipartUploads",
        ("GET", false) if has("location") => "GetBucketLocation",
        ("GET", false) => "ListObjectsV2",
        _ => return None,
    })
}
