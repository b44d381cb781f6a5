use std::env;
use std::os::unix::net::UnixDatagram;

/// Tells systemd that this worker is registered: the box is ready then, and its installation is complete.
/// Without systemd it does nothing.
///
/// <https://www.freedesktop.org/software/systemd/man/252/sd_notify.html>
pub(crate) fn notify() {
    let Some(socket) = env::var_os("NOTIFY_SOCKET") else {
        return;
    };
    let sent = UnixDatagram::unbound().and_then(|own| own.send_to(b"READY=1", socket));
    if let Err(error) = sent {
        tracing::warn!(%error, "systemd cannot be told that the agent is ready");
    }
}
