//! An S3 that keeps files in a folder: s3s-fs, as its authors serve it, with its requests counted.

use std::net::Ipv4Addr;
use std::path::Path;
use std::sync::Arc;

use anyhow::{Context, Result, anyhow};
use hyper::Response;
use hyper::service::service_fn;
use hyper_util::rt::TokioIo;
use s3s::Body;
use s3s::auth::SimpleAuth;
use s3s::service::{S3Service, S3ServiceBuilder};
use tokio::net::TcpListener;

use crate::announce;
use crate::counts::{self, Counts, operation};

/// s3s-fs does not implement ListMultipartUploads; here no upload ever outlives its client.
const NO_UPLOADS: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListMultipartUploadsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Bucket>bucket</Bucket><IsTruncated>false</IsTruncated></ListMultipartUploadsResult>";

pub(crate) fn serve(folder: &Path) -> Result<()> {
    let files = s3s_fs::FileSystem::new(folder).map_err(|error| anyhow!("{error:?}"))?;
    let mut builder = S3ServiceBuilder::new(files);
    let variable = |name| std::env::var(name).with_context(|| format!("{name} is not set"));
    let (key, secret) = (
        variable("AWS_ACCESS_KEY_ID")?,
        variable("AWS_SECRET_ACCESS_KEY")?,
    );
    builder.set_auth(SimpleAuth::from_single(key, secret));
    let service = builder.build();
    let counts = Arc::new(Counts::default());
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    let listener = runtime.block_on(TcpListener::bind((Ipv4Addr::LOCALHOST, 0)))?;
    let address = listener.local_addr()?;
    runtime.spawn(async move {
        loop {
            match listener.accept().await {
                Ok((stream, _)) => {
                    tokio::spawn(converse(stream, service.clone(), Arc::clone(&counts)));
                }
                Err(error) => eprintln!("no connection: {error}"),
            }
        }
    });
    announce(address)
}

async fn converse(stream: tokio::net::TcpStream, service: S3Service, counts: Arc<Counts>) {
    let answer = service_fn(|request: hyper::Request<hyper::body::Incoming>| {
        let (service, counts) = (&service, &counts);
        async move {
            if request.uri().path() == counts::PATH {
                return Ok(Response::new(Body::from(counts.take())));
            }
            let target = request.uri().path_and_query();
            let target = target.map_or("/", |target| target.as_str());
            let operation = operation(request.method().as_str(), target).unwrap_or("other");
            let length = request.headers().get(hyper::header::CONTENT_LENGTH);
            let length = length.and_then(|length| length.to_str().ok()?.parse().ok());
            counts.add(operation, length.unwrap_or(0));
            if operation == "ListMultipartUploads" {
                return Ok(Response::new(Body::from(NO_UPLOADS.to_owned())));
            }
            hyper::service::Service::call(service, request).await
        }
    });
    let _set = stream.set_nodelay(true);
    let connection =
        hyper::server::conn::http1::Builder::new().serve_connection(TokioIo::new(stream), answer);
    if let Err(error) = connection.await {
        eprintln!("a connection ended: {error}");
    }
}
