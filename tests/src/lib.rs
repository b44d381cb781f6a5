//! What the end-to-end tests share: one running product, a swarm, and ways to look behind the scenes.

mod cli;
mod contract;
mod receiver;
mod stalling_proxy;
mod world;

pub use cli::{Cli, Ended};
pub use contract::Contract;
pub use receiver::{Delivery, Receiver};
pub use stalling_proxy::StallingProxy;
pub use world::{PATIENCE, World};
