use std::io;
use std::net::{Ipv4Addr, Shutdown, SocketAddr, SocketAddrV4, TcpListener, TcpStream};
use std::thread::JoinHandle;

use anyhow::{Context, Result};
use rustix::net::{AddressFamily, SocketFlags, SocketType, sockopt};

use super::engine::{Engine, Network};

/// Carries connections of containers to a port of 127.0.0.1, where nobody else on the network can go.
#[derive(Debug)]
pub(super) struct Relay {
    listener: TcpListener,
    thread: Option<JoinHandle<()>>,
}

impl Relay {
    /// Listens on the engine's gateway, on the same port.
    pub(super) fn start(engine: &Engine, port: u16) -> Result<Self> {
        let address = SocketAddrV4::new(engine.gateway(), port);
        let listener = listen(address).with_context(|| format!("cannot listen on {address}"))?;
        let (acceptor, network) = (listener.try_clone()?, engine.network());
        let thread = std::thread::spawn(move || accept(&acceptor, network, port));
        Ok(Self {
            listener,
            thread: Some(thread),
        })
    }
}

impl Drop for Relay {
    fn drop(&mut self) {
        // Wakes `accept`. Without it the thread would wait for ever, and so would this.
        let woken = rustix::net::shutdown(&self.listener, rustix::net::Shutdown::Both).is_ok();
        if let Some(thread) = self.thread.take().filter(|_| woken) {
            // Its panic has been printed.
            let _panic = thread.join();
        }
    }
}

/// Podman's bridge, and the address with it, is there only while a container is: so the address need not be.
fn listen(address: SocketAddrV4) -> io::Result<TcpListener> {
    let socket = rustix::net::socket_with(
        AddressFamily::INET,
        SocketType::STREAM,
        SocketFlags::CLOEXEC,
        None,
    )?;
    #[cfg(target_os = "linux")]
    sockopt::set_ip_freebind(&socket, true)?;
    sockopt::set_socket_reuseaddr(&socket, true)?;
    rustix::net::bind(&socket, &address)?;
    rustix::net::listen(&socket, 128)?;
    Ok(TcpListener::from(socket))
}

/// Until the listener is shut down.
fn accept(listener: &TcpListener, network: Network, port: u16) {
    while let Ok((container, peer)) = listener.accept() {
        // Linux also takes packets for this address that come in by another interface.
        let inside = matches!(peer, SocketAddr::V4(peer) if network.contains(*peer.ip()));
        if inside && let Ok(service) = TcpStream::connect((Ipv4Addr::LOCALHOST, port)) {
            carry(container, service);
        }
    }
}

/// Both ways, on two threads that end with the connection.
fn carry(container: TcpStream, service: TcpStream) {
    let (Ok(to_container), Ok(to_service)) = (container.try_clone(), service.try_clone()) else {
        return;
    };
    for (mut from, mut to) in [(container, to_service), (service, to_container)] {
        std::thread::spawn(move || {
            // However it ended, the other side is told that nothing more comes.
            let _broken = io::copy(&mut from, &mut to);
            let _closed = to.shutdown(Shutdown::Write);
        });
    }
}
