//! Downloading what is stored, so that it can break off anywhere and go on from there.
//!
//! Bytes go to a partial file in a folder of ours, `.torrent2s3` in the target folder, whose names no torrent
//! chose. A file gets its own name when it is whole, and not before.

mod download;
mod partial;
mod place;
mod progress;

pub(crate) use download::{Job, download};
pub(crate) use place::{Folder, Place};
pub(crate) use progress::Progress;
