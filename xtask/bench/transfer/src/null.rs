//! An S3 that takes everything, keeps nothing, and costs next to nothing.

use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::Arc;

use anyhow::{Context, Result, bail, ensure};
use rustix::net::RecvFlags;

use crate::announce;
use crate::counts::{self, Counts, operation};

const HEAD_BYTES_MAX: usize = 16 << 10;
const HEADERS_MAX: usize = 64;
const DISCARD_BYTES: usize = 4 << 20;
/// No MD5 of anything, as with SSE-KMS: nobody compares it with theirs.
const ETAG: &str = "\"null\"";

/// Serves one thread per connection.
pub(crate) fn serve() -> Result<()> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let address = listener.local_addr()?;
    let counts = Arc::new(Counts::default());
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let counts = Arc::clone(&counts);
            // Clients open many connections; each thread needs little.
            let connection = std::thread::Builder::new().stack_size(128 << 10);
            let started = stream.and_then(|stream| {
                connection.spawn(move || {
                    if let Err(error) = converse(stream, &counts) {
                        eprintln!("a connection ended: {error:#}");
                    }
                })
            });
            if let Err(error) = started {
                eprintln!("no connection: {error}");
            }
        }
    });
    announce(address)
}

/// Reads `bytes` bytes and throws them away: with `MSG_TRUNC` a TCP socket drops them without copying them
/// anywhere (tcp(7)).
pub(crate) fn discard(stream: &TcpStream, mut bytes: u64) -> Result<()> {
    thread_local! {
        static SPACE: std::cell::RefCell<Vec<u8>> = const { std::cell::RefCell::new(Vec::new()) };
    }
    SPACE.with_borrow_mut(|space| {
        // Never touched, so it never becomes memory.
        space.resize(DISCARD_BYTES, 0);
        while bytes > 0 {
            let wanted = usize::try_from(bytes.min(DISCARD_BYTES as u64))?;
            let (_, got) = rustix::net::recv(stream, &mut space[..wanted], RecvFlags::TRUNC)?;
            ensure!(got > 0, "the client broke off with {bytes} bytes missing");
            bytes -= got as u64;
        }
        Ok(())
    })
}

struct Head {
    operation: &'static str,
    is_counts: bool,
    body_bytes: u64,
    is_chunked: bool,
    expects_continue: bool,
    checksum: Option<(String, String)>,
}

fn converse(mut stream: TcpStream, counts: &Counts) -> Result<()> {
    stream.set_nodelay(true)?;
    let mut buffer = Vec::with_capacity(HEAD_BYTES_MAX);
    while let Some((head, end)) = read_head(&mut stream, &mut buffer)? {
        buffer.drain(..end);
        if head.expects_continue {
            stream.write_all(b"HTTP/1.1 100 Continue\r\n\r\n")?;
        }
        if head.is_chunked {
            bail!("a body in chunks without Content-Length");
        }
        let early = u64::try_from(buffer.len())?.min(head.body_bytes);
        buffer.drain(..usize::try_from(early)?);
        discard(&stream, head.body_bytes - early)?;
        let answer = if head.is_counts {
            let counts = counts.take();
            respond("200 OK", "content-type: application/json\r\n", &counts)
        } else {
            counts.add(head.operation, head.body_bytes);
            answer(&head)
        };
        stream.write_all(answer.as_bytes())?;
    }
    Ok(())
}

/// The next request's head and its length in `buffer`; `None` when the client is done.
fn read_head(stream: &mut TcpStream, buffer: &mut Vec<u8>) -> Result<Option<(Head, usize)>> {
    loop {
        let mut headers = [httparse::EMPTY_HEADER; HEADERS_MAX];
        let mut request = httparse::Request::new(&mut headers);
        if let httparse::Status::Complete(end) = request.parse(buffer)? {
            return Ok(Some((understand(&request)?, end)));
        }
        ensure!(buffer.len() < HEAD_BYTES_MAX, "a head that never ends");
        let old = buffer.len();
        buffer.resize(HEAD_BYTES_MAX, 0);
        let got = stream.read(&mut buffer[old..])?;
        buffer.truncate(old + got);
        if got == 0 {
            ensure!(old == 0, "the client broke off inside a head");
            return Ok(None);
        }
    }
}

fn understand(request: &httparse::Request<'_, '_>) -> Result<Head> {
    let (method, target) = (
        request.method.context("no method")?,
        request.path.context("no target")?,
    );
    let header = |name: &str| {
        let mut headers = request.headers.iter();
        let found = headers.find(|header| header.name.eq_ignore_ascii_case(name));
        found.and_then(|header| std::str::from_utf8(header.value).ok())
    };
    let checksum = request.headers.iter().find(|header| {
        let name = header.name.to_ascii_lowercase();
        let known = ["crc32", "crc32c", "crc64nvme", "sha1", "sha256"];
        let kind = name.strip_prefix("x-amz-checksum-");
        kind.is_some_and(|kind| known.contains(&kind))
    });
    let checksum = checksum.map(|header| {
        let value = String::from_utf8_lossy(header.value).into_owned();
        (header.name.to_ascii_lowercase(), value)
    });
    let is_counts = target == counts::PATH;
    let operation = if is_counts {
        "counts"
    } else {
        operation(method, target).with_context(|| format!("{method} {target} is not known"))?
    };
    Ok(Head {
        operation,
        is_counts,
        body_bytes: header("content-length").map_or(Ok(0), str::parse)?,
        is_chunked: header("transfer-encoding").is_some(),
        expects_continue: header("expect").is_some(),
        checksum,
    })
}

fn answer(head: &Head) -> String {
    let checksum = head
        .checksum
        .as_ref()
        .map_or_else(String::new, |(name, value)| format!("{name}: {value}\r\n"));
    let xml = |root: &str, content: &str| {
        let body = format!(
            "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<{root} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">{content}</{root}>"
        );
        respond("200 OK", "content-type: application/xml\r\n", &body)
    };
    let none = "<Bucket>bucket</Bucket><Name>bucket</Name><MaxKeys>1000</MaxKeys><KeyCount>0</KeyCount><IsTruncated>false</IsTruncated>";
    match head.operation {
        "PutObject" | "UploadPart" => respond("200 OK", &format!("etag: {ETAG}\r\n{checksum}"), ""),
        "CreateMultipartUpload" => xml(
            "InitiateMultipartUploadResult",
            "<Bucket>bucket</Bucket><Key>key</Key><UploadId>upload</UploadId>",
        ),
        "CompleteMultipartUpload" => xml(
            "CompleteMultipartUploadResult",
            "<Bucket>bucket</Bucket><Key>key</Key><ETag>&quot;null-1&quot;</ETag>",
        ),
        "ListParts" => xml("ListPartsResult", none),
        "ListMultipartUploads" => xml("ListMultipartUploadsResult", none),
        "ListObjectsV2" => xml("ListBucketResult", none),
        "GetBucketLocation" => xml("LocationConstraint", ""),
        "HeadBucket" | "CreateBucket" => respond("200 OK", "", ""),
        "AbortMultipartUpload" => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        // A HEAD has no body to say more in.
        "HeadObject" => "HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n".to_owned(),
        _ => {
            let body = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error><Code>NoSuchKey</Code><Message>This server keeps nothing.</Message></Error>";
            respond("404 Not Found", "content-type: application/xml\r\n", body)
        }
    }
}

fn respond(status: &str, headers: &str, body: &str) -> String {
    let length = body.len();
    format!("HTTP/1.1 {status}\r\n{headers}content-length: {length}\r\n\r\n{body}")
}
