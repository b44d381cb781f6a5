use http_body_util::BodyExt;
use hyper::Response;
use hyper::body::{Body, Incoming};
use hyper::header::{CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName};

use crate::FetchError;

/// How much of a file is read before it is asked whether it is a web page.
const LOOKED_AT_BYTES: usize = 512;

/// Reads a file to its end, or to where it is clear that it is none to keep.
pub(crate) async fn read(
    response: Response<Incoming>,
    limit: usize,
) -> Result<Vec<u8>, FetchError> {
    let (head, mut body) = response.into_parts();
    if !matches!(
        text(&head.headers, CONTENT_ENCODING).as_str(),
        "" | "identity"
    ) {
        return Err(FetchError::Compressed);
    }
    // What the server announces only serves to refuse early; nothing is set aside for it.
    if usize::try_from(body.size_hint().lower()).map_or(true, |announced| announced > limit) {
        return Err(FetchError::TooLarge(limit));
    }
    let content_type = text(&head.headers, CONTENT_TYPE);
    let mut file = Vec::new();
    let mut looked = false;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame.map_err(FetchError::broken)?.into_data() else {
            continue; // trailers
        };
        if data.len() > limit - file.len() {
            return Err(FetchError::TooLarge(limit));
        }
        file.extend_from_slice(&data);
        if !looked && file.len() >= LOOKED_AT_BYTES {
            refuse_web_page(&content_type, &file)?;
            looked = true;
        }
    }
    if !looked {
        refuse_web_page(&content_type, &file)?;
    }
    Ok(file)
}

/// The bytes come first: many a tracker sends its torrents with its scripts' default type,
/// `text/html`.
fn refuse_web_page(content_type: &str, file: &[u8]) -> Result<(), FetchError> {
    if matches!(file, [b'd', b'0'..=b'9', ..]) {
        return Ok(());
    }
    let declared = ["text/html", "application/xhtml+xml"]
        .iter()
        .any(|page| content_type.starts_with(page));
    let start = file
        .strip_prefix(b"\xef\xbb\xbf")
        .unwrap_or(file)
        .trim_ascii_start();
    let seen = [b"<!doctype".as_slice(), b"<html".as_slice()]
        .iter()
        .any(|tag| {
            start
                .get(..tag.len())
                .is_some_and(|start| start.eq_ignore_ascii_case(tag))
        });
    if declared || seen {
        return Err(FetchError::HtmlInstead);
    }
    Ok(())
}

/// A header in lower case; empty where it is missing or no text.
fn text(headers: &HeaderMap, name: HeaderName) -> String {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(|value| value.trim().to_ascii_lowercase())
        .unwrap_or_default()
}
