//! The client against a real deluged and deluge-web.

#[path = "../common/mod.rs"]
mod common;

mod healing;
mod sign_in;
mod torrents;
