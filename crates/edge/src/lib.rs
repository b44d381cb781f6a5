//! What the edge knows of who may come in. `edge/edge.js` reads it out of a CloudFront key-value store; here it is
//! made, always whole, out of the access table.

mod entries;
mod error;
mod store;

pub use entries::entries;
pub use error::EdgeError;
pub use store::EdgeStore;
