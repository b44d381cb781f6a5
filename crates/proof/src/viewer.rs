use std::net::IpAddr;

use crate::Keys;

/// The header in which the edge tells, signed, from which address somebody tries to sign in. API Gateway itself
/// sees CloudFront's address, and `X-Forwarded-For` can be made up by whoever calls it directly.
pub const VIEWER_HEADER: &str = "x-viewer";

impl Keys {
    /// The address of `<address> <signature>`, if the edge signed it.
    #[must_use]
    pub fn viewer(&self, header: &str) -> Option<IpAddr> {
        let (address, mac) = header.split_once(' ')?;
        let parsed = address.parse().ok()?;
        self.viewer.verify(address, mac).then_some(parsed)
    }

    /// What the edge writes; for tests.
    #[must_use]
    pub fn sign_viewer(&self, address: IpAddr) -> String {
        let address = address.to_string();
        let mac = self.viewer.mac(&address);
        format!("{address} {mac}")
    }
}
