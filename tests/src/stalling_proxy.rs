use std::io::{Read, Result, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;
use std::time::Duration;

/// Passes connections on to this machine's product, but lets the answers to requests for files stand still
/// after some bytes: a line that went dead in the middle of a download.
pub struct StallingProxy {
    port: u16,
    seen: Arc<Mutex<Vec<String>>>,
}

impl StallingProxy {
    /// In front of `port`. Ends with the program.
    ///
    /// # Errors
    /// When there is no port to listen on.
    pub fn start(port: u16, after_bytes: usize) -> Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let own = listener.local_addr()?.port();
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let log = Arc::clone(&seen);
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                let log = Arc::clone(&log);
                // Whoever hangs up ends it.
                thread::spawn(move || serve(&client, port, after_bytes, &log));
            }
        });
        Ok(Self { port: own, seen })
    }

    /// Its port on 127.0.0.1.
    #[must_use]
    pub const fn port(&self) -> u16 {
        self.port
    }

    /// The heads of the requests for files so far.
    #[must_use]
    pub fn seen(&self) -> Vec<String> {
        self.seen
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

/// One request and its answer, as `connection: close` would have it.
fn serve(
    mut client: &TcpStream,
    port: u16,
    after_bytes: usize,
    log: &Mutex<Vec<String>>,
) -> Result<()> {
    let mut head = Vec::new();
    let mut buffer = [0; 16 * 1024];
    while !head.windows(4).any(|end| end == b"\r\n\r\n") {
        let read = client.read(&mut buffer)?;
        if read == 0 {
            return Ok(());
        }
        head.extend_from_slice(&buffer[..read]);
    }
    let text = String::from_utf8_lossy(&head).into_owned();
    let mut left = usize::MAX;
    if text.starts_with("GET /files/") {
        log.lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(text.clone());
        left = after_bytes;
    }
    let mut server = TcpStream::connect(SocketAddr::from(([127, 0, 0, 1], port)))?;
    let once = text.replacen("\r\n", "\r\nconnection: close\r\n", 1);
    server.write_all(once.as_bytes())?;
    while left > 0 {
        let room = left.min(buffer.len());
        let read = server.read(&mut buffer[..room])?;
        if read == 0 {
            return Ok(());
        }
        client.write_all(&buffer[..read])?;
        left -= read;
    }
    thread::sleep(Duration::from_mins(10));
    Ok(())
}
