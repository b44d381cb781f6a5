use std::io::Cursor;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use md5::{Digest, Md5};
use tiny_http::{Method, Request, Response, Server};

use crate::bench::runtime_api::{header, serve};

const NO_OBJECTS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>"#;
const DELETED: &str = r#"<DeleteResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"/>"#;
const NO_SUCH_KEY: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<Error><Code>NoSuchKey</Code><Message>The specified key does not exist.</Message></Error>"#;

/// An AWS that takes every write, has nothing to read and needs no time: what is left is the client's.
pub(super) struct NullAws {
    server: Arc<Server>,
    address: SocketAddr,
    operations: Arc<Mutex<Vec<String>>>,
    thread: Option<JoinHandle<()>>,
}

impl NullAws {
    pub(super) fn start() -> Result<Self> {
        let (server, address) = serve()?;
        let server = Arc::new(server);
        let operations = Arc::new(Mutex::new(Vec::new()));
        let thread = std::thread::spawn({
            let (server, operations) = (Arc::clone(&server), Arc::clone(&operations));
            move || {
                for mut request in server.incoming_requests() {
                    let (done, response) = match answer(&mut request) {
                        Ok(answered) => answered,
                        Err(error) => (
                            format!("failed: {error:#}"),
                            Response::from_string("").with_status_code(400),
                        ),
                    };
                    // Before the answer, which may be all that the function waits for.
                    operations
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(done);
                    if let Err(error) = request.respond(response) {
                        operations
                            .lock()
                            .unwrap_or_else(PoisonError::into_inner)
                            .push(format!("failed: {error}"));
                    }
                }
            }
        });
        Ok(Self {
            server,
            address,
            operations,
            thread: Some(thread),
        })
    }

    /// For `AWS_ENDPOINT_URL`.
    pub(super) fn endpoint(&self) -> String {
        format!("http://{}", self.address)
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

impl Drop for NullAws {
    fn drop(&mut self) {
        self.server.unblock();
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            crate::steps::say("the bench's AWS panicked");
        }
    }
}

/// What was asked, as `service:Operation`, and the answer to it.
type Answered = (String, Response<Cursor<Vec<u8>>>);

fn answer(request: &mut Request) -> Result<Answered> {
    let mut body = Vec::new();
    request.as_reader().read_to_end(&mut body)?;
    let target = request
        .headers()
        .iter()
        .find(|header| header.field.equiv("X-Amz-Target"));
    let Some(target) = target.map(|target| target.value.as_str()) else {
        return s3(request);
    };
    let (done, answer) = match target.split_once('.') {
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
        Some(("AmazonSQS", "SendMessage")) => ("sqs:SendMessage".to_owned(), sent(&body)?),
        _ => bail!("{target} is not known"),
    };
    let json = header("Content-Type", "application/x-amz-json-1.0")?;
    Ok((done, Response::from_string(answer).with_header(json)))
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
    let xml = header("Content-Type", "application/xml")?;
    let (done, answer) = match request.method() {
        Method::Put => {
            let etag = header("ETag", "\"d41d8cd98f00b204e9800998ecf8427e\"")?;
            ("s3:PutObject", Response::from_string("").with_header(etag))
        }
        Method::Head => (
            "s3:HeadObject",
            Response::from_string("").with_status_code(404),
        ),
        Method::Get if request.url().contains("list-type=2") => (
            "s3:ListObjectsV2",
            Response::from_string(NO_OBJECTS).with_header(xml),
        ),
        Method::Get => {
            let missing = Response::from_string(NO_SUCH_KEY).with_status_code(404);
            ("s3:GetObject", missing.with_header(xml))
        }
        Method::Post if request.url().contains("?delete") => (
            "s3:DeleteObjects",
            Response::from_string(DELETED).with_header(xml),
        ),
        method => bail!("{method} {} is not known", request.url()),
    };
    Ok((done.to_owned(), answer))
}
