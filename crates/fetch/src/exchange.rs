use bytes::Bytes;
use http_body_util::Empty;
use hyper::body::Incoming;
use hyper::client::conn::http1;
use hyper::header::{ACCEPT, ACCEPT_ENCODING, CONNECTION, HOST, USER_AGENT};
use hyper::{Request, Response};
use hyper_util::rt::TokioIo;
use tokio::task::JoinSet;

use crate::FetchError;
use crate::dial::Stream;
use crate::target::Target;

const AGENT: &str = concat!("torrent2s3/", env!("CARGO_PKG_VERSION"));

/// One request and its answer, on a connection of its own.
pub(crate) struct Exchange {
    pub(crate) response: Response<Incoming>,
    /// Moves the body's bytes and ends with this value. An error of it also reaches whoever reads
    /// the body.
    _connection: JoinSet<hyper::Result<()>>,
}

impl Exchange {
    pub(crate) async fn get(target: &Target, stream: Box<dyn Stream>) -> Result<Self, FetchError> {
        let request = request(target)?;
        let (mut sender, connection) = http1::handshake(TokioIo::new(stream))
            .await
            .map_err(FetchError::broken)?;
        let mut running = JoinSet::new();
        running.spawn(connection);
        let response = sender
            .send_request(request)
            .await
            .map_err(FetchError::broken)?;
        Ok(Self {
            response,
            _connection: running,
        })
    }
}

fn request(target: &Target) -> Result<Request<Empty<Bytes>>, FetchError> {
    Request::get(target.path_and_query())
        .header(HOST, target.authority())
        .header(USER_AGENT, AGENT)
        .header(ACCEPT, "application/x-bittorrent, */*")
        .header(ACCEPT_ENCODING, "identity")
        .header(CONNECTION, "close")
        .body(Empty::new())
        .map_err(|_| FetchError::bad_url("its path or query is not one of HTTP"))
}
