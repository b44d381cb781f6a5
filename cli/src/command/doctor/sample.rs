use sha1::{Digest, Sha1};
use torrent::Infohash;
use url::Url;

/// The smallest that any client takes.
const PIECE_BYTES: usize = 16 * 1024;

/// A torrent that nobody else has.
pub(super) struct Sample {
    pub(super) metainfo: Vec<u8>,
    pub(super) infohash: Infohash,
}

impl Sample {
    /// A torrent with `content` as its one file, to be had at `seed` and nowhere else: no tracker, and private, so
    /// that nobody is asked for it (BEP 27). `key` makes its info-hash its own.
    pub(super) fn new(name: &str, content: &[u8], seed: &Url, key: [u8; 16]) -> Self {
        let mut info = Vec::new();
        info.extend(format!("d6:lengthi{}e4:name{}:{name}", content.len(), name.len()).bytes());
        let hashes: Vec<u8> = content.chunks(PIECE_BYTES).flat_map(Sha1::digest).collect();
        info.extend(format!("12:piece lengthi{PIECE_BYTES}e6:pieces{}:", hashes.len()).bytes());
        info.extend(hashes);
        info.extend(b"7:privatei1e17:torrent2s3 doctor16:");
        info.extend(key);
        info.push(b'e');
        let infohash = Infohash::v1(&info);
        // Web seeds are BEP 19's.
        let seed = seed.as_str();
        let end = format!("8:url-list{}:{seed}e", seed.len());
        let metainfo = [b"d4:info", info.as_slice(), end.as_bytes()].concat();
        Self { metainfo, infohash }
    }
}

#[cfg(test)]
mod tests {
    use torrent::Metainfo;

    use super::*;

    #[test]
    fn the_sample_is_a_torrent() {
        let content = vec![7; PIECE_BYTES + 1];
        let seed = "https://a.example/icon.png".parse().unwrap();
        let sample = |key| Sample::new("a.png", &content, &seed, [key; 16]);
        let metainfo = Metainfo::parse(&sample(1).metainfo).unwrap();
        assert_eq!(metainfo.infohash, sample(1).infohash);
        assert_ne!(metainfo.infohash, sample(2).infohash);
        assert_eq!(
            (metainfo.files.len(), metainfo.files[0].size_bytes),
            (1, 16_385)
        );
        assert_eq!(metainfo.name, "a.png");
    }
}
