use crc32fast::Hasher;
use data_encoding::{BASE64, HEXLOWER, HEXLOWER_PERMISSIVE};
use md5::{Digest, Md5};
use store::{Checksum, SentPart};

/// What was computed of one part, or of a file that goes up in one request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Sums {
    pub(crate) crc32: u32,
    /// Only where a server keeps no CRC-32 to compare with.
    pub(crate) md5: Option<[u8; 16]>,
    pub(crate) size_bytes: u64,
}

impl Sums {
    /// Those of a part as S3 took it: its entity tag is an MD5 unless it is encrypted with a key of ours.
    pub(crate) fn of_sent(part: &SentPart) -> Self {
        let e_tag = part.e_tag.trim_matches('"');
        let md5 = HEXLOWER_PERMISSIVE.decode(e_tag.as_bytes()).ok();
        Self {
            crc32: part.crc32,
            md5: md5.and_then(|md5| md5.try_into().ok()),
            size_bytes: 0,
        }
    }
}

/// Computes [`Sums`] while the bytes go by.
#[derive(Debug, Clone)]
pub(crate) struct Summing {
    crc32: Hasher,
    md5: Option<Md5>,
    size_bytes: u64,
}

impl Summing {
    pub(crate) fn new(with_md5: bool) -> Self {
        Self {
            crc32: Hasher::new(),
            md5: with_md5.then(Md5::new),
            size_bytes: 0,
        }
    }

    pub(crate) fn update(&mut self, bytes: &[u8]) {
        self.crc32.update(bytes);
        if let Some(md5) = &mut self.md5 {
            md5.update(bytes);
        }
        self.size_bytes += bytes.len() as u64;
    }

    pub(crate) fn finish(self) -> Sums {
        Sums {
            crc32: self.crc32.finalize(),
            md5: self.md5.map(|md5| md5.finalize().into()),
            size_bytes: self.size_bytes,
        }
    }
}

/// Whether comparing with `known` takes an MD5: S3 has one as entity tag, and no CRC-32.
pub(crate) fn needs_md5(known: &Checksum) -> bool {
    known.crc32.is_none() && known.e_tag.is_some()
}

/// Whether an object or part that went up in one request has just the bytes that `sums` are of.
pub(crate) fn proves(known: &Checksum, sums: &Sums) -> bool {
    match (&known.crc32, &known.e_tag, sums.md5) {
        (Some(crc32), _, _) => *crc32 == BASE64.encode(&sums.crc32.to_be_bytes()),
        (None, Some(e_tag), Some(md5)) => *e_tag == HEXLOWER.encode(&md5),
        _ => false,
    }
}

/// Whether an object that was put together from parts has just the bytes that `parts` are of: S3 remembers
/// the checksum of the parts' checksums, and how many there were.
pub(crate) fn proves_composite(known: &Checksum, parts: &[Sums]) -> bool {
    let count = parts.len();
    if let Some(crc32) = &known.crc32 {
        let mut all = Hasher::new();
        for part in parts {
            all.update(&part.crc32.to_be_bytes());
        }
        let composite = BASE64.encode(&all.finalize().to_be_bytes());
        return *crc32 == format!("{composite}-{count}");
    }
    let mut all = Md5::new();
    for part in parts {
        let Some(md5) = part.md5 else { return false };
        all.update(md5);
    }
    known.e_tag.as_deref() == Some(&format!("{}-{count}", HEXLOWER.encode(&all.finalize())))
}

/// The CRC-32 of a whole file, from those of its parts in order.
pub(crate) fn combined(parts: &[Sums]) -> u32 {
    let mut whole = Hasher::new();
    for part in parts {
        whole.combine(&Hasher::new_with_initial_len(part.crc32, part.size_bytes));
    }
    whole.finalize()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn sums(bytes: &[u8]) -> Sums {
        let mut summing = Summing::new(true);
        summing.update(bytes);
        summing.finish()
    }

    #[test]
    fn only_the_same_bytes_are_proven() {
        let (ours, others) = (sums(b"The same"), sums(b"Another"));
        let crc32 = |sums: &Sums| Some(BASE64.encode(&sums.crc32.to_be_bytes()));
        let e_tag = |sums: &Sums| Some(HEXLOWER.encode(&sums.md5.unwrap()));
        let known = |crc32, e_tag| Checksum { crc32, e_tag };
        assert!(proves(&known(crc32(&ours), None), &ours));
        assert!(!proves(&known(crc32(&others), None), &ours));
        assert!(proves(&known(None, e_tag(&ours)), &ours));
        assert!(!proves(&known(None, e_tag(&others)), &ours));
        // A wrong CRC-32 is not made up for by an entity tag, and without either nothing is proven.
        assert!(!proves(&known(crc32(&others), e_tag(&ours)), &ours));
        assert!(!proves(&known(None, None), &ours));
    }

    #[test]
    fn objects_of_parts_are_proven_by_what_s3_makes_of_their_parts() {
        let parts = [sums(b"one"), sums(b"two")];
        // Computed with other tools: CRC-32 and MD5 over the concatenated digests.
        let known = |crc32: Option<&str>, e_tag: Option<&str>| Checksum {
            crc32: crc32.map(str::to_owned),
            e_tag: e_tag.map(str::to_owned),
        };
        assert!(proves_composite(&known(Some(CRC32_OF_CRCS), None), &parts));
        assert!(proves_composite(&known(None, Some(MD5_OF_MD5S)), &parts));
        assert!(!proves_composite(
            &known(Some(CRC32_OF_CRCS), None),
            &parts[..1]
        ));
        assert!(!proves_composite(&known(None, None), &parts));
    }
    const CRC32_OF_CRCS: &str = "uDltSA==-2";
    const MD5_OF_MD5S: &str = "1397b7ee3222e3980d0d20f23a871b02-2";

    proptest! {
        #[test]
        fn the_parts_crcs_combine_to_that_of_the_file(
            file in proptest::collection::vec(any::<u8>(), 0..5000),
            part in 1_usize..2000,
        ) {
            let parts: Vec<_> = file.chunks(part).map(sums).collect();
            prop_assert_eq!(combined(&parts), crc32fast::hash(&file));
        }
    }
}
