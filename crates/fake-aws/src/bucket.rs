use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

use crate::server::Answer;

/// Entries of one page of every listing (Amazon S3 user guide, "multipart upload limits"; `ListObjectsV2`).
const PAGE_MAX: usize = 1000;

/// What the listings of a bucket show, in the order in which S3 lists it.
#[derive(Debug, Default)]
pub struct Listed {
    /// Keys of objects, with their sizes.
    pub objects: Vec<(String, u64)>,
    /// Keys of open uploads, with their ids.
    pub uploads: Vec<(String, String)>,
    /// Numbers of an upload's parts, whichever it is, with their sizes.
    pub parts: Vec<(u16, u64)>,
}

/// # Panics
/// When something is asked that it does not know.
pub(crate) fn answer(listed: &mut Listed, query: &str, body: &str) -> (&'static str, Answer) {
    let parameters: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
    let parameter = |name: &str| parameters.get(name).map(AsRef::as_ref);
    if parameters.contains_key("delete") {
        ("DeleteObjects", delete(listed, body))
    } else if parameters.contains_key("uploadId") {
        ("ListParts", parts(listed, parameter("part-number-marker")))
    } else if parameters.contains_key("uploads") {
        let markers = (parameter("key-marker"), parameter("upload-id-marker"));
        ("ListMultipartUploads", uploads(listed, markers))
    } else {
        assert_eq!(
            parameter("list-type"),
            Some("2"),
            "only listings are known here"
        );
        (
            "ListObjectsV2",
            objects(listed, parameter("continuation-token")),
        )
    }
}

/// Keys are plain text: nothing in them is escaped.
fn delete(listed: &mut Listed, body: &str) -> Answer {
    let keys = body.split("<Key>").skip(1);
    let keys: BTreeSet<_> = keys.filter_map(|rest| rest.split('<').next()).collect();
    // Amazon S3 API reference, "DeleteObjects".
    if keys.len() > PAGE_MAX {
        let mut answer = Answer::xml("<Error><Code>MalformedXML</Code></Error>".to_owned());
        answer.status = 400;
        return answer;
    }
    listed
        .objects
        .retain(|(key, _)| !keys.contains(key.as_str()));
    Answer::xml("<DeleteResult></DeleteResult>".to_owned())
}

fn parts(listed: &Listed, marker: Option<&str>) -> Answer {
    let marker: u16 = marker.map_or(0, |marker| marker.parse().expect("a number"));
    let rest: Vec<_> = listed
        .parts
        .iter()
        .filter(|(number, _)| *number > marker)
        .collect();
    let (page, truncated) = page(&rest);
    let mut xml = String::from("<ListPartsResult>");
    for (number, size) in page {
        _ = write!(
            xml,
            "<Part><PartNumber>{number}</PartNumber><Size>{size}</Size><ETag>\"{number}\"</ETag></Part>"
        );
    }
    if let (true, Some((number, _))) = (truncated, page.last()) {
        _ = write!(xml, "<NextPartNumberMarker>{number}</NextPartNumberMarker>");
    }
    _ = write!(
        xml,
        "<IsTruncated>{truncated}</IsTruncated></ListPartsResult>"
    );
    Answer::xml(xml)
}

fn uploads(listed: &Listed, (key, id): (Option<&str>, Option<&str>)) -> Answer {
    // A key alone is passed with all its uploads; with an id, the later ones of the key follow (Amazon S3 API
    // reference, "ListMultipartUploads").
    let after = key.map(|key| {
        let mut uploads = listed.uploads.iter();
        let is_marker =
            |upload: &(String, String)| upload.0 == key && id.is_none_or(|id| upload.1 == id);
        uploads
            .rposition(is_marker)
            .expect("a marker that was given")
            + 1
    });
    let (page, truncated) = page(&listed.uploads[after.unwrap_or_default()..]);
    let mut xml = String::from("<ListMultipartUploadsResult><EncodingType>url</EncodingType>");
    for (key, id) in page {
        let key = utf8_percent_encode(key, NON_ALPHANUMERIC);
        _ = write!(
            xml,
            "<Upload><Key>{key}</Key><UploadId>{id}</UploadId></Upload>"
        );
    }
    if let (true, Some((key, id))) = (truncated, page.last()) {
        let key = utf8_percent_encode(key, NON_ALPHANUMERIC);
        _ = write!(
            xml,
            "<NextKeyMarker>{key}</NextKeyMarker><NextUploadIdMarker>{id}</NextUploadIdMarker>"
        );
    }
    _ = write!(
        xml,
        "<IsTruncated>{truncated}</IsTruncated></ListMultipartUploadsResult>"
    );
    Answer::xml(xml)
}

fn objects(listed: &Listed, token: Option<&str>) -> Answer {
    let from: usize = token.map_or(0, |token| token.parse().expect("a token that was given"));
    let (page, truncated) = page(&listed.objects[from..]);
    let mut xml = String::from("<ListBucketResult><EncodingType>url</EncodingType>");
    for (key, size) in page {
        let key = utf8_percent_encode(key, NON_ALPHANUMERIC);
        _ = write!(
            xml,
            "<Contents><Key>{key}</Key><Size>{size}</Size></Contents>"
        );
    }
    if truncated {
        let next = from + page.len();
        _ = write!(xml, "<NextContinuationToken>{next}</NextContinuationToken>");
    }
    _ = write!(
        xml,
        "<IsTruncated>{truncated}</IsTruncated></ListBucketResult>"
    );
    Answer::xml(xml)
}

fn page<T>(rest: &[T]) -> (&[T], bool) {
    (&rest[..PAGE_MAX.min(rest.len())], rest.len() > PAGE_MAX)
}
