//! What a caller may send, and what is wrong with everything else.

use api::Problem;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use base64::{DecodeError, Engine};
use lambda_http::http::StatusCode;
use serde_json::{Map, Value};
use torrent::{FileSelection, Label, MagnetError, MagnetLink, Metainfo, MetainfoError, UploadKey};

/// The largest `.torrent` that fits a request: Lambda takes 6 MB, of which base64 needs a third more than
/// the file has (AWS Lambda quotas, "Invocation payload").
pub(crate) const INLINE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// As browsers and `base64` write it; missing padding does no harm.
const BASE64: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new().with_decode_padding_mode(DecodePaddingMode::Indifferent),
);

/// What a caller asked for, as far as the request itself says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Submission {
    pub(crate) source: SubmittedSource,
    pub(crate) wishes: Wishes,
}

/// Where the torrent comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SubmittedSource {
    /// The bytes of a `.torrent` file and what they say.
    File(Vec<u8>, Metainfo),
    Magnet(MagnetLink),
    /// A stranger's server has it.
    Url(String),
    /// It was put into the bucket.
    Upload(UploadKey),
}

impl SubmittedSource {
    /// The field of the request that it came in.
    pub(crate) const fn field(&self) -> &'static str {
        match self {
            Self::File(..) => "torrent",
            Self::Magnet(_) => "magnet",
            Self::Url(_) => "url",
            Self::Upload(_) => "upload",
        }
    }
}

/// What the caller wants different from the torrent's own ways.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Wishes {
    pub(crate) name: Option<String>,
    pub(crate) label: Option<Label>,
    pub(crate) files: Option<FileSelection>,
}

const SOURCES: [&str; 4] = ["torrent", "magnet", "url", "upload"];
const WISHES: [&str; 3] = ["name", "label", "files"];

/// The longest name that somebody may choose, in characters.
const NAME_CHARS_MAX: usize = 255;

impl Submission {
    /// Reads the body of a request: a JSON object with just one source.
    pub(crate) fn parse(content_type: Option<&str>, body: &[u8]) -> Result<Self, Problem> {
        api::only_json(content_type)?;
        let fields: Map<String, Value> = serde_json::from_slice(body).map_err(|error| {
            bad_request(
                "not-json",
                format!("the request body is not a JSON object: {error}"),
            )
        })?;
        let known =
            |field: &&String| SOURCES.contains(&field.as_str()) || WISHES.contains(&field.as_str());
        if let Some(field) = fields.keys().find(|field| !known(field)) {
            let detail =
                format!("there is no field {field:?}; send `torrent`, `magnet`, `url` or `upload`");
            return Err(bad_request("unknown-field", detail).in_field(field));
        }
        let wishes = Wishes::read(&fields)?;
        let mut sources = SOURCES
            .into_iter()
            .filter(|source| fields.contains_key(*source));
        let (source, None) = (sources.next(), sources.next()) else {
            let detail = "send just one of `torrent`, `magnet`, `url` and `upload`";
            return Err(bad_request("two-sources", detail));
        };
        let Some(source) = source else {
            let detail = "send `torrent` (a .torrent file in base64), `magnet`, `url` or `upload`";
            return Err(bad_request("no-source", detail));
        };
        let text = text(&fields, source)?.unwrap_or_default();
        let source = match source {
            "torrent" => file(text),
            "magnet" => magnet(text),
            "url" => Ok(SubmittedSource::Url(text.to_owned())),
            _ => text.parse().map(SubmittedSource::Upload).map_err(|_| {
                let detail = "`upload` is not a key that POST /api/uploads gave";
                Problem::new(StatusCode::UNPROCESSABLE_ENTITY, "bad-upload", detail)
            }),
        }
        .map_err(|problem| problem.in_field(source))?;
        Ok(Self { source, wishes })
    }
}

impl Wishes {
    fn read(fields: &Map<String, Value>) -> Result<Self, Problem> {
        let name = text(fields, "name")?.map(name).transpose()?;
        let label = text(fields, "label")?
            .map(|label| Label::try_from(label.to_owned()))
            .transpose();
        let label =
            label.map_err(|error| bad_request("bad-label", error.to_string()).in_field("label"))?;
        let files = fields.get("files").map(files).transpose();
        let files = files.map_err(|problem| problem.in_field("files"))?;
        Ok(Self { name, label, files })
    }
}

fn files(list: &Value) -> Result<FileSelection, Problem> {
    let indices = serde_json::from_value::<Vec<u32>>(list.clone()).map_err(|_| {
        let detail = "`files` is a list of at least one file's index in the torrent";
        bad_request("bad-files", detail)
    })?;
    FileSelection::new(indices).map_err(|error| bad_request("bad-files", error.to_string()))
}

fn name(name: &str) -> Result<String, Problem> {
    let fits = (1..=NAME_CHARS_MAX).contains(&name.chars().count());
    if fits && !name.trim().is_empty() && !name.contains(char::is_control) {
        return Ok(name.to_owned());
    }
    let detail = format!("a name has 1 to {NAME_CHARS_MAX} characters and none that control");
    Err(bad_request("bad-name", detail).in_field("name"))
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

fn file(base64: &str) -> Result<SubmittedSource, Problem> {
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
    metainfo(bytes)
}

/// Reads a `.torrent` file, wherever it came from.
pub(crate) fn metainfo(bytes: Vec<u8>) -> Result<SubmittedSource, Problem> {
    match Metainfo::parse(&bytes) {
        Ok(metainfo) => Ok(SubmittedSource::File(bytes, metainfo)),
        Err(error) => Err(refused(&error)),
    }
}

/// Why a `.torrent` file is not taken, with the byte or the key where it went wrong.
pub(crate) fn refused(error: &MetainfoError) -> Problem {
    let (status, kind) = match error {
        MetainfoError::Empty => (StatusCode::UNPROCESSABLE_ENTITY, "empty"),
        MetainfoError::Bencode(_) => (StatusCode::UNPROCESSABLE_ENTITY, "not-bencode"),
        MetainfoError::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
        MetainfoError::TooManyFiles => (StatusCode::UNPROCESSABLE_ENTITY, "too-many-files"),
        _ => (StatusCode::UNPROCESSABLE_ENTITY, "bad-torrent"),
    };
    let mut problem = Problem::new(status, kind, error.to_string());
    if let MetainfoError::Bencode(error) = error {
        problem = problem.at_offset(error.offset);
    }
    if let Some(key) = error.key() {
        problem = problem.at_key(key);
    }
    problem
}

pub(crate) fn magnet(text: &str) -> Result<SubmittedSource, Problem> {
    text.parse()
        .map(SubmittedSource::Magnet)
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

fn bad_request(kind: &str, detail: impl Into<Box<str>>) -> Problem {
    Problem::new(StatusCode::BAD_REQUEST, kind, detail)
}

fn too_large(bytes: usize) -> Problem {
    let detail = format!(
        "the .torrent file has about {bytes} bytes; up to {INLINE_BYTES_MAX} can be sent in a request, larger \
         ones by POST /api/uploads"
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
            let submission = parse(&json!({ "torrent": torrent })).unwrap();
            let SubmittedSource::File(bytes, metainfo) = submission.source else {
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
                .source
            {
                SubmittedSource::File(_, metainfo) => metainfo.infohash,
                SubmittedSource::Magnet(link) => link.infohash,
                other => panic!("{other:?}"),
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
            (json!({"label": "a"}), ("no-source", 400, None)),
            (json!({"magnet": "", "url": ""}), ("two-sources", 400, None)),
            (
                json!({"url": "", "label": "<b>"}),
                ("bad-label", 400, field("label")),
            ),
            (
                json!({"url": "", "name": " "}),
                ("bad-name", 400, field("name")),
            ),
            (
                json!({"url": "", "files": []}),
                ("bad-files", 400, field("files")),
            ),
            (
                json!({"url": "", "files": [-1]}),
                ("bad-files", 400, field("files")),
            ),
            (
                json!({"upload": "torrents/x"}),
                ("bad-upload", 422, field("upload")),
            ),
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
