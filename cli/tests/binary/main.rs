//! The program itself, against a server of the tests' own that misbehaves as asked.

mod adding;
mod doctor;
mod getting;
mod healthy;
mod large;
mod requests;
mod resuming;
mod server;
mod terminal;
mod tls;
mod world;
