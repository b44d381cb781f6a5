//! For tests: AWS as far as the emulator differs from it. Answers come in pages as small as AWS's, requests over a
//! quota are refused, and a stale entity tag is refused in both of the ways that were seen on AWS.

mod bucket;
mod key_value_store;
mod server;
mod table;

pub use bucket::Listed;
pub use key_value_store::{KeyValueStore, Refusal};
pub use server::FakeAws;
pub use table::{Item, Table};
