//! An HTTP server that says just what it is told to say, byte for byte, one answer a connection.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use rustls::{ServerConfig, ServerConnection, StreamOwned};

/// What somebody asked.
#[derive(Debug, Clone)]
pub(crate) struct Request {
    pub(crate) method: String,
    /// Path and query.
    pub(crate) path: String,
    /// Names in lower case.
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) body: Vec<u8>,
}

impl Request {
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }
}

/// An answer's bytes, head and all; none at all is a connection that is closed.
pub(crate) fn answer(status: u16, headers: &[(&str, &str)], body: &[u8]) -> Vec<u8> {
    cut_answer(status, headers, body, body.len())
}

/// An answer that announces `length` bytes, whatever it has.
pub(crate) fn cut_answer(
    status: u16,
    headers: &[(&str, &str)],
    body: &[u8],
    length: usize,
) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n");
    let headers = headers
        .iter()
        .map(|(name, value)| format!("{name}: {value}\r\n"));
    let head: String = [head].into_iter().chain(headers).collect();
    [head.as_bytes(), b"\r\n", body].concat()
}

pub(crate) struct Server {
    port: u16,
    seen: Arc<Mutex<Vec<Request>>>,
}

impl Server {
    /// Answers every request with what `respond` makes of it and of how many there were before. Ends with the
    /// test program.
    pub(crate) fn start(
        respond: impl Fn(&Request, usize) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        Self::start_with(None, respond)
    }

    /// The same over TLS.
    pub(crate) fn start_with(
        tls: Option<Arc<ServerConfig>>,
        respond: impl Fn(&Request, usize) -> Vec<u8> + Send + Sync + 'static,
    ) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let seen: Arc<Mutex<Vec<Request>>> = Arc::default();
        let (log, respond) = (Arc::clone(&seen), Arc::new(respond));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (log, respond, tls) = (Arc::clone(&log), Arc::clone(&respond), tls.clone());
                std::thread::spawn(move || {
                    let serve = |stream: &mut dyn ReadWrite| {
                        let Some(request) = read(stream) else { return };
                        let before = {
                            let mut log = log.lock().unwrap();
                            log.push(request.clone());
                            log.len() - 1
                        };
                        let _ = stream.write_all(&respond(&request, before));
                    };
                    let Some(tls) = tls else {
                        return serve(&mut &stream);
                    };
                    let connection = ServerConnection::new(tls).unwrap();
                    let mut stream = StreamOwned::new(connection, stream);
                    serve(&mut stream);
                    stream.conn.send_close_notify();
                    let _ = stream.flush();
                });
            }
        });
        Self { port, seen }
    }

    /// A name that not every resolver knows to be this machine.
    pub(crate) fn url(&self) -> String {
        format!("http://t2s3.cloudfront.localhost:{}", self.port)
    }

    pub(crate) const fn port(&self) -> u16 {
        self.port
    }

    pub(crate) fn seen(&self) -> Vec<Request> {
        self.seen.lock().unwrap().clone()
    }

    /// Method and path of what was asked.
    pub(crate) fn calls(&self) -> Vec<String> {
        self.seen()
            .iter()
            .map(|request| format!("{} {}", request.method, request.path))
            .collect()
    }
}

trait ReadWrite: Read + Write {}
impl<S: Read + Write> ReadWrite for S {}

fn read(stream: &mut dyn ReadWrite) -> Option<Request> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let mut words = line.split(' ');
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(": ") else {
            break;
        };
        headers.push((name.to_ascii_lowercase(), value.to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length");
    let mut body = vec![0; length.map_or(0, |(_, length)| length.parse().unwrap())];
    reader.read_exact(&mut body).ok()?;
    Some(Request {
        method,
        path,
        headers,
        body,
    })
}
