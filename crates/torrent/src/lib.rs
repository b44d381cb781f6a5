//! The domain of torrent2s3: what a torrent is, what is known of it, and what it is called everywhere.
//!
//! Everything that enters the system is parsed here once, into a type that cannot be wrong. There is no
//! I/O in this crate, no AWS and no async: what it decides can be tested with plain values.

mod bencode;
mod file_path;
mod file_selection;
mod infohash;
mod label;
mod limits;
mod magnet;
mod manifest;
mod message;
mod metainfo;
mod object_key;
mod part_plan;
mod pieces;
mod record;
mod retention;
mod state;
mod worker;

pub use bencode::{BencodeError, BencodeFault};
pub use file_path::FilePath;
pub use file_selection::{FileSelection, FileSelectionError};
pub use infohash::{Infohash, InfohashError};
pub use jiff::Timestamp;
pub use label::{Label, LabelError};
pub use limits::ANSWER_BYTES_MAX;
pub use magnet::{MAGNET_BYTES_MAX, MagnetError, MagnetLink};
pub use manifest::{Manifest, StoredFile};
pub use message::{FileTransferring, QueueMessage, TransferPhase};
pub use metainfo::{
    FileKind, Metainfo, MetainfoError, MetainfoFile, TORRENT_BYTES_MAX, TORRENT_FILES_MAX,
};
pub use object_key::{ObjectKey, ObjectKeyError, PageKey, UploadKey};
pub use part_plan::PartPlan;
pub use pieces::{BadPiece, FileCheck, PieceHashes, PieceStream, V1Hashes, V2Hashes};
pub use record::{Activity, Progress, Source, StateTimes, TorrentRecord};
pub use retention::Retention;
pub use state::{Owner, State};
pub use worker::Worker;
