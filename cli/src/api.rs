//! The API of `openapi.yaml`: its types, and its calls.

mod client;
mod problem;
mod submission;
mod torrents;
mod upload;
mod workers;

#[cfg(test)]
mod openapi_tests;

pub(crate) use client::{Api, Filter};
pub(crate) use problem::Problem;
pub(crate) use submission::{Submission, SubmittedSource};
pub(crate) use torrents::{Page, TorrentFile, TorrentWithFiles};
pub(crate) use upload::UploadTarget;
pub(crate) use workers::{Worker, Workers};
