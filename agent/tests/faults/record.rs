use std::sync::{Mutex, MutexGuard};

use hyper::StatusCode;

use crate::fault::Operation;

/// A request that the proxy saw.
#[derive(Debug, Clone)]
pub(crate) struct Seen {
    pub(crate) operation: Operation,
    pub(crate) key: String,
    /// `partNumber`, as it was written.
    pub(crate) part: Option<String>,
    /// Of the body, as far as it came.
    pub(crate) bytes: u64,
    /// What S3 answered, and how many requests had come before it did; `None` if S3 did not answer.
    pub(crate) answer: Option<(StatusCode, usize)>,
    pub(crate) struck: bool,
}

impl Seen {
    /// Whether S3 took it.
    pub(crate) fn is_taken(&self) -> bool {
        self.answer.is_some_and(|(status, _)| status.is_success())
    }

    pub(crate) fn has_content(&self) -> bool {
        matches!(self.operation, Operation::UploadPart | Operation::PutObject)
            && self.key.starts_with("files/")
    }
}

/// Every request, in the order in which they came.
#[derive(Debug, Default)]
pub(crate) struct Record(Mutex<Vec<Seen>>);

impl Record {
    /// Its number.
    pub(crate) fn begin(&self, seen: Seen) -> usize {
        let mut all = self.lock();
        all.push(seen);
        all.len() - 1
    }

    pub(crate) fn received(&self, number: usize, bytes: u64) {
        self.lock()[number].bytes += bytes;
    }

    pub(crate) fn answered(&self, number: usize, status: StatusCode) {
        let mut all = self.lock();
        let before = all.len();
        all[number].answer = Some((status, before));
    }

    pub(crate) fn len(&self) -> usize {
        self.lock().len()
    }

    /// All from the given number on.
    pub(crate) fn since(&self, number: usize) -> Vec<Seen> {
        self.lock()[number..].to_vec()
    }

    pub(crate) fn all(&self) -> Vec<Seen> {
        self.since(0)
    }

    pub(crate) fn count(&self, operation: Operation) -> usize {
        let all = self.lock();
        all.iter()
            .filter(|seen| seen.operation == operation)
            .count()
    }

    pub(crate) fn struck(&self) -> usize {
        self.lock().iter().filter(|seen| seen.struck).count()
    }

    fn lock(&self) -> MutexGuard<'_, Vec<Seen>> {
        self.0.lock().expect("no panic in the proxy")
    }
}
