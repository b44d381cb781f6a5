use std::fs;
use std::path::Path;

use sha1::{Digest, Sha1};
use sha2::Sha256;

use super::config::hex;

const PIECE_LENGTH: usize = 16 * 1024;

/// A single-file torrent with its content.
pub(crate) struct Sample {
    pub(crate) name: String,
    pub(crate) content: Vec<u8>,
    pub(crate) torrent: Vec<u8>,
    pub(crate) id: String,
}

impl Sample {
    /// A v1 torrent. Each name makes another one.
    pub(crate) fn new(name: &str) -> Self {
        let content: Vec<u8> = name.bytes().cycle().take(3 * PIECE_LENGTH + 5).collect();
        let pieces: Vec<u8> = content
            .chunks(PIECE_LENGTH)
            .flat_map(|piece| Sha1::digest(piece).to_vec())
            .collect();
        let mut info = format!(
            "d6:lengthi{}e4:name{}:{name}12:piece lengthi{PIECE_LENGTH}e6:pieces{}:",
            content.len(),
            name.len(),
            pieces.len(),
        )
        .into_bytes();
        info.extend(pieces);
        info.push(b'e');
        let id = hex(&Sha1::digest(&info));
        let torrent = [b"d4:info".as_slice(), &info, b"e"].concat();
        Self {
            name: name.to_owned(),
            content,
            torrent,
            id,
        }
    }

    /// A torrent for v1 and v2 at once, of one block, which makes the tree of BEP 52 a single leaf.
    /// Its id is the one Deluge gives it: the start of the v2 info-hash.
    pub(crate) fn hybrid(name: &str) -> Self {
        let content = name.as_bytes().to_vec();
        let length = content.len();
        let v2 = format!("d9:file treed{length}:{name}d0:d6:lengthi{length}e11:pieces root32:");
        let mut info = v2.into_bytes();
        info.extend(Sha256::digest(&content));
        let v1 = format!(
            "eee6:lengthi{length}e12:meta versioni2e4:name{length}:{name}\
             12:piece lengthi{PIECE_LENGTH}e6:pieces20:"
        );
        info.extend(v1.into_bytes());
        info.extend(Sha1::digest(&content));
        info.push(b'e');
        let id = hex(&Sha256::digest(&info)[..20]);
        let torrent = [b"d4:info".as_slice(), &info, b"12:piece layersdee"].concat();
        Self {
            name: name.to_owned(),
            content,
            torrent,
            id,
        }
    }

    pub(crate) fn magnet(&self) -> String {
        format!("magnet:?xt=urn:btih:{}&dn={}", self.id, self.name)
    }

    /// Puts the content where Deluge looks for it.
    pub(crate) fn write_to(&self, folder: &Path) {
        fs::write(folder.join(&self.name), &self.content).expect("the sample's content");
    }
}
