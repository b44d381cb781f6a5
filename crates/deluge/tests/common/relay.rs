use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

/// What becomes of the answer to the first request for the method.
#[derive(Clone, Copy)]
pub(crate) enum Loss {
    /// It is handed on, as all answers are.
    None,
    /// The connection is closed in its place.
    Closed,
    /// Nothing comes, and the connection stays open.
    Silence,
}

#[derive(Default)]
struct Seen {
    requests: AtomicUsize,
    cookie: Mutex<String>,
}

/// Stands between the client and deluge-web, hands every request on, and loses one answer: that to
/// the first request for `method`, after deluge-web has given it.
pub(crate) struct Relay {
    pub(crate) url: String,
    seen: Arc<Seen>,
    _tasks: JoinSet<()>,
}

impl Relay {
    pub(crate) async fn start(web_port: u16, method: &'static str, loss: Loss) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("its address"));
        let seen = Arc::new(Seen::default());
        let record = Arc::clone(&seen);
        let mut tasks = JoinSet::new();
        tasks.spawn(async move {
            let mut connections = JoinSet::new();
            while let Ok((client, _)) = listener.accept().await {
                connections.spawn(hand_on(client, web_port, method, loss, Arc::clone(&record)));
            }
        });
        Self {
            url,
            seen,
            _tasks: tasks,
        }
    }

    /// How many requests for the method have reached deluge-web.
    pub(crate) fn requests(&self) -> usize {
        self.seen.requests.load(Ordering::SeqCst)
    }

    /// The `Cookie` header that came last.
    pub(crate) fn cookie(&self) -> String {
        self.seen
            .cookie
            .lock()
            .expect("no panic in the relay")
            .clone()
    }
}

/// One request per connection: deluge-web is asked to close, and the client reads that in the
/// answer's headers.
async fn hand_on(mut client: TcpStream, web_port: u16, method: &str, loss: Loss, seen: Arc<Seen>) {
    let Some(request) = read_request(&mut client).await else {
        return;
    };
    let mut web = TcpStream::connect(("127.0.0.1", web_port))
        .await
        .expect("deluge-web");
    web.write_all(&request)
        .await
        .expect("deluge-web takes the request");
    let mut answer = Vec::new();
    web.read_to_end(&mut answer)
        .await
        .expect("deluge-web's answer");

    let request = String::from_utf8_lossy(&request);
    if let Some(cookie) = request
        .lines()
        .find_map(|line| line.strip_prefix("cookie: "))
    {
        cookie.clone_into(&mut seen.cookie.lock().expect("no panic in the relay"));
    }
    let is_the_method = request.contains(&format!("\"{method}\""));
    if is_the_method && seen.requests.fetch_add(1, Ordering::SeqCst) == 0 {
        match loss {
            Loss::None => {}
            Loss::Closed => return,
            Loss::Silence => {
                // Until the client gives up and closes.
                let _ = client.read(&mut [0]).await;
                return;
            }
        }
    }
    // The client may have given up meanwhile, which is its right.
    let _ = client.write_all(&answer).await;
}

async fn read_request(client: &mut TcpStream) -> Option<Vec<u8>> {
    let mut request = Vec::new();
    loop {
        if let Some(end) = request.windows(4).position(|bytes| bytes == b"\r\n\r\n") {
            let head = String::from_utf8(request[..end].to_vec()).expect("readable headers");
            let length = head
                .lines()
                .filter_map(|line| line.split_once(": "))
                .find(|(name, _)| name.eq_ignore_ascii_case("content-length"))
                .and_then(|(_, value)| value.parse::<usize>().ok())
                .expect("a content length");
            if request.len() >= end + 4 + length {
                let body = request.split_off(end);
                request.extend(b"\r\nConnection: close");
                request.extend(body);
                return Some(request);
            }
        }
        if client.read_buf(&mut request).await.ok()? == 0 {
            return None;
        }
    }
}
