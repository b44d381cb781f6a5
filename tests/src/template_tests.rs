//! What AWS does that no emulator here does, as checks of `template.yaml`. Each names its source; `docs/aws.md` lists
//! them, and what nobody has seen on AWS.

mod commands;
mod deployed;
mod front_door;
mod invocations;
mod lifetimes;
mod names;
mod network;
mod parameters;
mod queues;
mod rights;
mod sizes;
mod template;
