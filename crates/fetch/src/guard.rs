use std::net::IpAddr;

use crate::is_public;

/// Which addresses may be connected to.
#[derive(Debug)]
pub(crate) enum Guard {
    /// Those of the public internet: all there is outside this crate's own tests.
    Public,
    /// One more, where a test's server listens. Its neighbours stay forbidden.
    #[cfg(test)]
    PublicAnd(IpAddr),
}

impl Guard {
    pub(crate) fn permits(&self, address: IpAddr) -> bool {
        match self {
            Self::Public => is_public(address),
            #[cfg(test)]
            Self::PublicAnd(also) => is_public(address) || address == *also,
        }
    }
}
