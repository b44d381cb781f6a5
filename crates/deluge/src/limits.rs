use std::time::Duration;

/// How long the client waits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// For one exchange with Deluge Web, from the request's first byte to the answer's last.
    ///
    /// A method of [`Client`](crate::Client) may need several exchanges when it has something to
    /// heal; it ends within three times this limit, whatever happens.
    pub call: Duration,
    /// For the TCP connection to Deluge Web. Part of `call`.
    pub connect: Duration,
}

impl Default for Limits {
    /// 10 s for an exchange, 3 s of it for the connection.
    fn default() -> Self {
        Self {
            call: Duration::from_secs(10),
            connect: Duration::from_secs(3),
        }
    }
}
