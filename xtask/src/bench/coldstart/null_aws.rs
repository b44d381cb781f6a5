use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::thread::JoinHandle;

use anyhow::{Context, Result, bail};
use data_encoding::HEXLOWER;
use md5::{Digest, Md5};
use tiny_http::{Method, Request, Response, Server};

use super::runtime_api::{header, serve};

const NO_OBJECTS: &str = r#"<?xml version="1.0" encoding="UTF-8"?>
<ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/"><Name>bucket</Name><KeyCount>0</KeyCount><MaxKeys>1000</MaxKeys><IsTruncated>false</IsTruncated></ListBucketResult>"#;
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
                for request in server.incoming_requests() {
                    let done = answer(request).unwrap_or_else(|error| format!("failed: {error:#}"));
                    operations
                        .lock()
                        .unwrap_or_else(PoisonError::into_inner)
                        .push(done);
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

fn answer(mut request: Request) -> Result<String> {
    let mut body = Vec::new();
    request.as_reader().read_to_end(&mut body)?;
    let target = request
        .headers()
        .iter()
        .find(|header| header.field.equiv("X-Amz-Target"));
    let Some(target) = target.map(|target| target.value.as_str().to_owned()) else {
        return s3(request);
    };
    let (done, answer) = match target.split_once('.') {
        Some(("DynamoDB_20120810", operation)) => {
            let answer = match operation {
                "Query" => r#"{"Items":[],"Count":0,"ScannedCount":0}"#.to_owned(),
                "GetItem" | "PutItem" | "UpdateItem" => "{}".to_owned(),
                _ => return refuse(request, &target),
            };
            (format!("dynamodb:{operation}"), answer)
        }
        Some(("AmazonSQS", "SendMessage")) => ("sqs:SendMessage".to_owned(), sent(&body)?),
        _ => return refuse(request, &target),
    };
    let json = header("Content-Type", "application/x-amz-json-1.0")?;
    request.respond(Response::from_string(answer).with_header(json))?;
    Ok(done)
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
fn s3(request: Request) -> Result<String> {
    let xml = header("Content-Type", "application/xml")?;
    match request.method() {
        Method::Put => {
            let etag = header("ETag", "\"d41d8cd98f00b204e9800998ecf8427e\"")?;
            request.respond(Response::empty(200).with_header(etag))?;
            Ok("s3:PutObject".into())
        }
        Method::Get if request.url().contains("list-type=2") => {
            request.respond(Response::from_string(NO_OBJECTS).with_header(xml))?;
            Ok("s3:ListObjectsV2".into())
        }
        Method::Get => {
            let missing = Response::from_string(NO_SUCH_KEY).with_status_code(404);
            request.respond(missing.with_header(xml))?;
            Ok("s3:GetObject".into())
        }
        method => {
            let what = format!("{method} {}", request.url());
            refuse(request, &what)
        }
    }
}

fn refuse(request: Request, what: &str) -> Result<String> {
    request.respond(Response::empty(400))?;
    bail!("{what} is not known")
}
