//! The local stack and its tools, behind `cargo xtask` and the end-to-end tests.
//!
//! Every struct that starts a process owns it: dropping the struct ends the process and waits for it.
//! What `Drop` cannot reach (a killed command, a `static` in a test) the [`watchdog`] ends.

mod agent;
pub mod apt;
pub mod aws;
pub mod bench;
mod beside;
mod box_files;
pub mod browser;
mod clean_box;
pub mod content;
pub mod costs;
pub mod deluge;
pub mod demo;
pub mod edge;
mod first_hour;
pub mod http;
pub mod interrupt;
pub mod local_build;
pub mod ministack;
pub mod npm;
pub mod paths;
pub mod ports;
pub mod process;
pub mod product;
pub mod sam;
pub mod sam_local;
pub mod stack;
pub mod steps;
pub mod swarm;
pub mod test;
pub mod tools;
mod unit_tests;
mod watchdog;

pub use deluge::Deluge;
pub use http::Loopback;
pub use process::Process;
pub use stack::{Programs, Stack, StackOptions};
pub use swarm::{SeedRequest, Seeded, Swarm, TorrentVersion};
