//! HTTP as this program needs it: with a time limit, tried again where that can help, and with a token that
//! goes to one server only.

mod call;
mod client;
mod names;
mod retry;

pub(crate) use call::{Call, FileRange};
pub(crate) use client::Http;
pub(crate) use names::resolve;
