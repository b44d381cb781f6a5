//! What the end-to-end tests share: one running product, a swarm, and ways to look behind the scenes.

mod cli;
mod contract;
mod receiver;
mod rights;
mod stalling_proxy;
#[cfg(test)]
mod template_tests;
mod world;

pub use cli::{Cli, Ended};
pub use contract::Contract;
pub use receiver::{Delivery, Receiver};
pub use rights::{Call, Right, Roles, Unseen};
pub use stalling_proxy::StallingProxy;
pub use world::{PATIENCE, World};
