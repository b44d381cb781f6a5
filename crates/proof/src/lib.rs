//! What proves that somebody may come in: tokens, session cookies and share links. No I/O, and no clock: every
//! function that needs the time is given it, in seconds since 1970.
//!
//! Everything hangs on one secret, which Secrets Manager makes at deploy. [`Keys`] are derived from it, one for
//! each kind of proof, so that none can be taken for another; with another secret all proofs end at once. The
//! secret itself is needed for nothing but deriving them: the functions and the edge know the keys alone.
//!
//! `edge/edge.js` checks the same proofs in CloudFront. `examples/vectors.rs` writes what both must agree on.

mod keys;
mod mac;
mod session;
mod share;
mod token;
mod viewer;

pub use keys::{Keys, Secret};
pub use session::{SESSION_COOKIE, SESSION_SECONDS, Session};
pub use share::{ShareId, ShareScope, ShareScopeError, Signature};
pub use token::{TokenHash, TokenId, TokenIdError, bearer};
pub use viewer::VIEWER_HEADER;
