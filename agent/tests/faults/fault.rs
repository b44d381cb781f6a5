use std::time::Duration;

use hyper::StatusCode;

/// A request to AWS; those to S3 as its REST API names them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Operation {
    Abort,
    Complete,
    Create,
    HeadObject,
    ListParts,
    ListUploads,
    PutObject,
    UploadPart,
    /// SQS.
    Queue,
    /// The rest of S3, and DynamoDB.
    Other,
}

impl Operation {
    pub(crate) fn of(method: &str, key: &str, query: &str) -> Self {
        let has = |name: &str| {
            let mut names = query.split('&').map(|pair| pair.split('=').next());
            names.any(|found| found == Some(name))
        };
        match (method, key.is_empty()) {
            ("PUT", false) if has("uploadId") => Self::UploadPart,
            ("PUT", false) => Self::PutObject,
            ("POST", false) if has("uploads") => Self::Create,
            ("POST", false) if has("uploadId") => Self::Complete,
            ("DELETE", false) if has("uploadId") => Self::Abort,
            ("HEAD", false) => Self::HeadObject,
            ("GET", false) if has("uploadId") => Self::ListParts,
            ("GET", true) if has("uploads") => Self::ListUploads,
            _ => Self::Other,
        }
    }
}

/// What the proxy does in place of handing a request on.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Fault {
    /// Reads the request and answers this.
    Answer(StatusCode, &'static str),
    /// Closes the connection when this much of the body has come.
    Break { after_bytes: u64 },
    /// Hands the request on and closes the connection in place of the answer.
    LoseAnswer,
    /// Neither reads nor answers, and keeps the connection.
    Hang,
    /// Hands the request on with a bit of its body flipped.
    FlipBit,
    /// Hands the request on, late.
    Delay(Duration),
}

impl Fault {
    pub(crate) const INTERNAL_ERROR: Self =
        Self::Answer(StatusCode::INTERNAL_SERVER_ERROR, "InternalError");
    pub(crate) const SLOW_DOWN: Self = Self::Answer(StatusCode::SERVICE_UNAVAILABLE, "SlowDown");
    /// S3's word for a client that stopped sending; it is a 400 that is worth a retry.
    pub(crate) const REQUEST_TIMEOUT: Self =
        Self::Answer(StatusCode::BAD_REQUEST, "RequestTimeout");
    pub(crate) const EXPIRED_TOKEN: Self = Self::Answer(StatusCode::FORBIDDEN, "ExpiredToken");
    pub(crate) const CLOCK_SKEWED: Self =
        Self::Answer(StatusCode::FORBIDDEN, "RequestTimeTooSkewed");
    /// As S3 may answer Complete: the status comes before the work (Amazon S3 API, `CompleteMultipartUpload`).
    pub(crate) const OK_WITH_ERROR: Self = Self::Answer(StatusCode::OK, "InternalError");
}

/// When a fault happens.
#[derive(Debug, Clone)]
pub(crate) struct Rule {
    pub(crate) operation: Operation,
    /// Only to keys that contain this.
    pub(crate) key: &'static str,
    /// How many such requests pass first.
    pub(crate) skip: usize,
    /// How many after them do not.
    pub(crate) times: usize,
    pub(crate) fault: Fault,
}

impl Rule {
    /// The first such request.
    pub(crate) const fn new(operation: Operation, fault: Fault) -> Self {
        Self {
            operation,
            key: "",
            skip: 0,
            times: 1,
            fault,
        }
    }

    pub(crate) const fn skip(mut self, skip: usize) -> Self {
        self.skip = skip;
        self
    }

    pub(crate) const fn times(mut self, times: usize) -> Self {
        self.times = times;
        self
    }

    pub(crate) const fn always(self) -> Self {
        self.times(usize::MAX)
    }

    pub(crate) const fn key(mut self, part: &'static str) -> Self {
        self.key = part;
        self
    }

    /// Whether it strikes this request.
    pub(crate) fn strikes(&mut self, operation: Operation, key: &str) -> bool {
        if operation != self.operation || !key.contains(self.key) {
            return false;
        }
        if self.skip > 0 {
            self.skip -= 1;
            return false;
        }
        if self.times == 0 {
            return false;
        }
        self.times -= 1;
        true
    }
}
