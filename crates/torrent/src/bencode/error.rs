use super::{DEPTH_MAX, TOKENS_MAX};

/// The bytes are not the bencode that BEP 3 describes.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{fault}, at byte {offset}")]
pub struct BencodeError {
    /// Where it went wrong, counted from the start of the file.
    pub offset: usize,
    /// What went wrong there.
    pub fault: BencodeFault,
}

/// What is wrong with the bencode.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BencodeFault {
    /// It ends in the middle of a value.
    #[error("the file ends in the middle of a value")]
    UnexpectedEnd,
    /// Lists and dictionaries nested deeper than any torrent needs.
    #[error("values are nested more than {DEPTH_MAX} deep")]
    TooDeep,
    /// More values than Deluge reads.
    #[error("there are more than {TOKENS_MAX} values")]
    TooManyValues,
    /// One dictionary has a key twice.
    #[error("the key {0:?} stands there twice")]
    DuplicateKey(String),
    /// Keys must be sorted as raw bytes, or one torrent would have several info-hashes.
    #[error("the key {0:?} is not in sorted order")]
    UnsortedKey(String),
    /// A number with a leading zero, minus zero, or one that libtorrent does not hold.
    #[error("a number is not written as bencode writes it")]
    Number,
    /// Something follows the one top-level value.
    #[error("more bytes follow the end of the torrent")]
    TrailingBytes,
    /// Neither a number, a string, a list nor a dictionary.
    #[error("this is not bencode")]
    Syntax,
}
