use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use fake_http::{Request, Response, Server, answer, empty};
use http::StatusCode;
use md5::{Digest, Md5};

const NO_OBJECTS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>"#;
const DELETED: &str = r#"<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>"#;
const NO_SUCH_KEY: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"#;

/// An AWS that takes every write, has nothing to read and needs no time: what is left is the client's.
pub(super) struct NullAws {
    url: String,
    operations: Arc<Mutex<Vec<String>>>,
}

impl NullAws {
    pub(super) fn start() -> Result<Self> {
        let server = Server::start()?;
        let url = server.url();
        let operations = Arc::new(Mutex::new(Vec::new()));
        let done = Arc::clone(&operations);
        std::thread::spawn(move || {
            for request in server.requests() {
                let (operation, response) = answered(&request).unwrap_or_else(|error| {
                    (format!("failed: {error:#}"), empty(StatusCode::BAD_REQUEST))
                });
                // Before the answer, which may be all that the function waits for.
                let mut done = done.lock().unwrap_or_else(PoisonError::into_inner);
                done.push(operation);
                drop(done);
                request.respond(response);
            }
        });
        Ok(Self { url, operations })
    }

    /// For `AWS_ENDPOINT_URL`.
    pub(super) fn endpoint(&self) -> &str {
        &self.url
    }

    /// What was asked since the last call, in order, as `service:Operation`.
    ///
    /// # Errors
    /// When something was asked that no function asks of AWS.
    pub(super) fn take_operations(&self) -> Result<Vec<String>> {
        let taken = std::mem::take(
            &mut *self
                .operations
                .lock()
                .unwrap_or_else(PoisonError::into_inner),
        );
        match taken.iter().find(|done| done.starts_with("failed")) {
            Some(failed) => bail!("the bench's AWS: {failed}"),
            None => Ok(taken),
        }
    }
}

/// What was asked, as `service:Operation`, and the answer to it.
type Answered = (String, Response);

fn answered(request: &Request) -> Result<Answered> {
    let Some(target) = request.header("x-amz-target") else {
        return s3(request);
    };
    let (done, json) = match target.split_once('.') {
        Some(("DynamoDB_20120810", "Query")) => (
            "dynamodb:Query".to_owned(),
            r#"{"Items":[],"Count":0,"ScannedCount":0}"#.to_owned(),
        ),
        Some(("DynamoDB_20120810", operation @ ("GetItem" | "PutItem" | "UpdateItem"))) => {
            (format!("dynamodb:{operation}"), "{}".to_owned())
        }
        Some(("AmazonSQS", "GetQueueAttributes")) => {
            ("sqs:GetQueueAttributes".to_owned(), "{}".to_owned())
        }
        Some(("AmazonSQS", "SendMessage")) => ("sqs:SendMessage".to_owned(), sent(request.body())?),
        _ => bail!("{target} is not known"),
    };
    Ok((
        done,
        answer(StatusCode::OK, "application/x-amz-json-1.0", json),
    ))
}

/// An SDK compares the digest with its own.
fn sent(body: &[u8]) -> Result<String> {
    let message: serde_json::Value = serde_json::from_slice(body)?;
    let text = message["MessageBody"]
        .as_str()
        .context("a message without a body")?;
    let md5 = HEXLOWER.encode(&Md5::digest(text));
    let id = "059f36b4-87a3-44ab-83d2-661975970000";
    Ok(serde_json::json!({"MessageId": id, "MD5OfMessageBody": md5}).to_string())
}

/// Path style: `/BUCKET/KEY`.
fn s3(request: &Request) -> Result<Answered> {
    let xml = |status, body| answer(status, "application/xml", body);
    let (done, response) = match request.method().as_str() {
        "PUT" => {
            let mut stored = empty(StatusCode::OK);
            let etag = "\"d41d8cd98f00b204e9800998ecf8427e\"".parse()?;
            stored.headers_mut().insert("etag", etag);
            ("s3:PutObject", stored)
        }
        "HEAD" => ("s3:HeadObject", empty(StatusCode::NOT_FOUND)),
        "GET" if request.url().contains("list-type=2") => {
            ("s3:ListObjectsV2", xml(StatusCode::OK, NO_OBJECTS))
        }
        "GET" => ("s3:GetObject", xml(StatusCode::NOT_FOUND, NO_SUCH_KEY)),
        "POST" if request.url().contains("?delete") => {
            ("s3:DeleteObjects", xml(StatusCode::OK, DELETED))
        }
        method => bail!("{method} {} is not known", request.url()),
    };
    Ok((done.to_owned(), response))
}
