//! What a caller may send, and what is wrong with everything else.

use api::Problem;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine};
use lambda_http::http::StatusCode;
use serde_json::{Map, Value};
use torrent::{MagnetError, MagnetLink, Metainfo, MetainfoError};

/// The largest `.torrent` that fits a request: Lambda takes 6 MB, of which base64 needs a third more than
/// the file has (AWS Lambda quotas, "Invocation payload").
pub(crate) const INLINE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// As browsers and `base64` write it; missing padding does no harm.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// A torrent that was sent, checked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Submission {
    /// The bytes of a `.torrent` file and what they say.
    File(Vec<u8>, Metainfo),
    Magnet(MagnetLink),
}

impl Submission {
    /// Reads the body of a request: a JSON object with just one of `torrent` and `magnet`.
    pub(crate) fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Self, Problem> {
        let media_type = content_type
            .unwrap_or_default()
            .split(';')
            .next()
            .unwrap_or_default()
            .trim();
        if !media_type.eq_ignore_ascii_case("application/json") {
            let detail = format!("send application/json, not {media_type:?}");
            return Err(Problem::new(
                StatusCode::UNSUPPORTED_MEDIA_TYPE,
                "content-type",
                detail,
            ));
        }
        let fields: Map<String, Value> = serde_json::from_slice(body).map_err(|error| {
            bad_request(
                "not-json",
                format!("the request body is not a JSON object: {error}"),
            )
        })?;
        if let Some(field) = fields
            .keys()
            .find(|field| !matches!(field.as_str(), "torrent" | "magnet"))
        {
            let detail = format!("there is no field {field:?}; send `torrent` or `magnet`");
            return Err(bad_request("unknown-field", detail).in_field(field));
        }
        match (text(&fields, "torrent")?, text(&fields, "magnet")?) {
            (Some(torrent), None) => file(torrent).map_err(|problem| problem.in_field("torrent")),
            (None, Some(magnet)) => {
                self::magnet(magnet).map_err(|problem| problem.in_field("magnet"))
            }
            (Some(_), Some(_)) => Err(bad_request(
                "two-sources",
                "send either `torrent` or `magnet`, not both",
            )),
            (None, None) => Err(bad_request(
                "no-source",
                "send `torrent` (a .torrent file in base64) or `magnet` (a magnet link)",
            )),
        }
    }
}

fn text<'a>(fields: &'a Map<String, Value>, field: &str) -> Result<Option<&'a str>, Problem> {
    match fields.get(field) {
        None => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => {
            Err(bad_request("not-text", format!("`{field}` is not a string")).in_field(field))
        }
    }
}

fn file(base64: &str) -> Result<Submission, Problem> {
    let encoded = match base64.split_once(',') {
        Some((prefix, encoded)) if prefix.starts_with("data:") && prefix.ends_with(";base64") => {
            encoded
        }
        _ => base64,
    };
    // `base64` on the command line folds its lines.
    let encoded: Vec<u8> = encoded
        .bytes()
        .filter(|byte| !byte.is_ascii_whitespace())
        .collect();
    if base64::decoded_len_estimate(encoded.len()) > INLINE_BYTES_MAX + 3 {
        return Err(too_large(base64::decoded_len_estimate(encoded.len())));
    }
    let bytes = BASE64.decode(encoded).map_err(|error| {
        let detail = format!("`torrent` is not base64: {}", in_words(&error));
        Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "not-base64", detail)
    })?;
    if bytes.len() > INLINE_BYTES_MAX {
        return Err(too_large(bytes.len()));
    }
    match Metainfo::parse(&bytes) {
        Ok(metainfo) => Ok(Submission::File(bytes, metainfo)),
        Err(MetainfoError::Empty) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "empty",
            MetainfoError::Empty.to_string(),
        )),
        Err(error @ MetainfoError::Bencode(_)) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "not-bencode",
            error.to_string(),
        )),
        Err(error) => Err(Problem::new(
            StatusCode::UNPROCESSABLE_ENTITY,
            "bad-torrent",
            error.to_string(),
        )),
    }
}

fn magnet(text: &str) -> Result<Submission, Problem> {
    text.parse()
        .map(Submission::Magnet)
        .map_err(|error: MagnetError| {
            Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "bad-magnet",
                error.to_string(),
            )
        })
}

fn in_words(error: &DecodeError) -> String {
    match error {
        DecodeError::InvalidByte(at, byte) => {
            format!(
                "{:?} at position {at} does not belong there",
                char::from(*byte)
            )
        }
        DecodeError::InvalidLength(length) => format!("it breaks off after {length} characters"),
        DecodeError::InvalidLastSymbol { .. } | DecodeError::InvalidPadding => {
            "its end is damaged".into()
        }
    }
}

fn bad_request(kind: &str, detail: impl Into<String>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, kind, detail)
}

fn too_large(bytes: usize) -> Problem {
    let detail = format!(
        "the .torrent file has about {bytes} bytes; up to {INLINE_BYTES_MAX} can be sent like this"
    );
    Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too-large", detail)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const GOOD: &str =
        "d4:infod6:lengthi3e4:name1:a12:piece lengthi16384e6:pieces20:01234567890123456789ee";

    fn parse(body: &Value) -> Result<Submission, Value> {
        Submission::parse(
            Some("application/json; charset=utf-8"),
            body.to_string().as_bytes(),
        )
        .map_err(|problem| serde_json::to_value(problem).unwrap())
    }

    /// The kind, the status and the field of a refusal.
    fn refusal(body: &Value) -> (String, u64, Option<String>) {
        let problem = parse(body).expect_err("must be refused");
        let kind = problem["type"]
            .as_str()
            .unwrap()
            .trim_start_matches("urn:torrent2s3:problem:")
            .to_owned();
        (
            kind,
            problem["status"].as_u64().unwrap(),
            problem["field"].as_str().map(str::to_owned),
        )
    }

    #[test]
    fn a_file_is_taken_as_browsers_and_command_lines_write_it() {
        let plain = BASE64.encode(GOOD);
        let folded = format!("{}\n{}\n", &plain[..20], &plain[20..]);
        let data_url = format!("data:application/x-bittorrent;base64,{plain}");
        for torrent in [&plain, &folded, &data_url, plain.trim_end_matches('=')] {
            let Ok(Submission::File(bytes, metainfo)) = parse(&json!({ "torrent": torrent }))
            else {
                panic!("{torrent}");
            };
            assert_eq!(
                (bytes.as_slice(), metainfo.name.as_str()),
                (GOOD.as_bytes(), "a")
            );
        }
    }

    #[test]
    fn the_sample_events_are_one_torrent() {
        let infohash = |event: &str| {
            let event: Value = serde_json::from_str(event).unwrap();
            let content_type = event["headers"]["content-type"].as_str();
            match Submission::parse(content_type, event["body"].as_str().unwrap().as_bytes())
                .unwrap()
            {
                Submission::File(_, metainfo) => metainfo.infohash,
                Submission::Magnet(link) => link.infohash,
            }
        };
        assert_eq!(
            infohash(include_str!("../../../events/add-torrent-file.json")),
            infohash(include_str!("../../../events/add-torrent-magnet.json"))
        );
    }

    #[test]
    fn everything_else_is_refused_with_its_own_reason() {
        let file = |bytes: &[u8]| json!({ "torrent": BASE64.encode(bytes) });
        let field = |name: &str| Some(name.to_owned());
        let cases = [
            (json!({}), ("no-source", 400, None)),
            (
                json!({"torrent": "", "magnet": ""}),
                ("two-sources", 400, None),
            ),
            (
                json!({"torent": ""}),
                ("unknown-field", 400, field("torent")),
            ),
            (json!({"torrent": 7}), ("not-text", 400, field("torrent"))),
            (
                json!({"torrent": "%%%"}),
                ("not-base64", 422, field("torrent")),
            ),
            (json!({"torrent": ""}), ("empty", 422, field("torrent"))),
            (file(b"<html>"), ("not-bencode", 422, field("torrent"))),
            (
                file(format!("{GOOD}x").as_bytes()),
                ("not-bencode", 422, field("torrent")),
            ),
            (
                file(&[&b"d4:infod1:a"[..], &b"l".repeat(200_000)].concat()),
                ("not-bencode", 422, field("torrent")),
            ),
            (file(b"de"), ("bad-torrent", 422, field("torrent"))),
            (
                file(&vec![b'd'; INLINE_BYTES_MAX + 1]),
                ("too-large", 413, field("torrent")),
            ),
            (
                json!({"magnet": "magnet:?dn=x"}),
                ("bad-magnet", 422, field("magnet")),
            ),
        ];
        for (body, (kind, status, field)) in cases {
            assert_eq!(
                refusal(&body),
                (kind.to_owned(), status, field),
                "{body:.200}"
            );
        }
    }

    #[test]
    fn what_is_not_json_is_refused() {
        for (content_type, body, status) in [
            (None, "{}", 415),
            (Some("text/plain"), "{}", 415),
            (Some("application/json"), "{", 400),
            (Some("application/json"), "[]", 400),
            (Some("application/json"), "", 400),
        ] {
            let problem = Submission::parse(content_type, body.as_bytes()).unwrap_err();
            assert_eq!(
                serde_json::to_value(problem).unwrap()["status"],
                status,
                "{content_type:?} {body}"
            );
        }
    }
}
