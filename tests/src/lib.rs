//! What the end-to-end tests share: one running product, a swarm, and ways to look behind the scenes.

mod world;

pub use world::{PATIENCE, World};
