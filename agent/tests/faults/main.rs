//! What becomes of a transfer when things go wrong: each fault is produced, and afterwards every byte in S3 is
//! compared with the source.
//!
//! The agent is the real one, run with `--once`; S3 is MiniStack, which checks the checksum of every part;
//! between them stands a proxy that can answer, delay, break and spoil. `cargo xtask test --soak` runs the long
//! random kills too.

mod agent;
mod bucket;
mod content;
mod disk;
mod fault;
mod killed;
mod network;
mod proxy;
mod record;
mod scene;
mod service;
