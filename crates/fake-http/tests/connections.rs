//! However many connections come at once, each is read.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use fake_http::{Server, empty};
use http::StatusCode;

/// `tiny_http` 0.12, which was here before, left one unread in most runs.
#[test]
fn connections_that_come_at_once_and_stay_open_are_all_read() {
    const CONNECTIONS: usize = 64;
    const ROUNDS: usize = 20;
    for _ in 0..ROUNDS {
        let server = Server::start().unwrap();
        let mut clients: Vec<_> = (0..CONNECTIONS)
            .map(|_| TcpStream::connect(server.address()).unwrap())
            .collect();
        for client in &mut clients {
            client
                .write_all(b"GET /x HTTP/1.1\r\nhost: x\r\n\r\n")
                .unwrap();
        }
        for number in 0..CONNECTIONS {
            let request = server.recv_timeout(Duration::from_secs(10));
            let request = request.unwrap_or_else(|| panic!("only {number} requests were read"));
            request.respond(empty(StatusCode::NO_CONTENT));
        }
        for client in &mut clients {
            let mut head = [0; 12];
            client.read_exact(&mut head).unwrap();
            assert_eq!(&head, b"HTTP/1.1 204");
        }
    }
}

#[test]
fn a_body_comes_whole_and_a_dropped_request_is_answered() {
    let server = Server::start().unwrap();
    let mut client = TcpStream::connect(server.address()).unwrap();
    let chunked =
        b"PUT /a?b HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n0\r\n\r\n";
    client.write_all(chunked).unwrap();
    let request = server.recv_timeout(Duration::from_secs(10)).unwrap();
    assert_eq!((request.method().as_str(), request.url()), ("PUT", "/a?b"));
    assert_eq!(
        (request.body(), request.header("Host")),
        (&b"abc"[..], Some("x"))
    );
    drop(request);
    let mut head = [0; 12];
    client.read_exact(&mut head).unwrap();
    assert_eq!(&head, b"HTTP/1.1 500");
}
