//! What the edge knows of who may come in. `edge/edge.js` reads it out of a CloudFront key-value store; here it is
//! made out of the access table, change by change, and whole whenever a change did not get through.

mod entries;
mod error;
mod key_value_store;
mod store;

pub use entries::entries;
pub use error::EdgeError;
pub use store::{Changed, EdgeStore};
