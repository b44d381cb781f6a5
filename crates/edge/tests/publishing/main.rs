//! The edge is told what the table says, with AWS's limits and errors.

mod conflicts;
mod many;
mod scene;
