use data_encoding::BASE64;

/// The checksum of an object or part, as S3 remembers it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Checksum {
    /// `x-amz-checksum-crc32`: of the whole, or, after a multipart upload, of the CRCs of the parts with their
    /// number behind it.
    pub crc32: Option<String>,
    /// The entity tag without its quotes. Where a server keeps no CRC-32 it is the only proof of content there
    /// is: 32 digits are an MD5.
    pub e_tag: Option<String>,
}

impl Checksum {
    pub(crate) fn new(crc32: Option<&str>, e_tag: Option<&str>) -> Self {
        Self {
            crc32: crc32.map(str::to_owned),
            e_tag: e_tag.map(|tag| tag.trim_matches('"').to_ascii_lowercase()),
        }
    }
}

/// As S3 writes a CRC-32: big-endian, in base64.
pub(crate) fn base64(crc32: u32) -> String {
    BASE64.encode(&crc32.to_be_bytes())
}
