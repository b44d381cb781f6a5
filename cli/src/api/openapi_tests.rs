//! `openapi.yaml` is the API: here it is held against the types that stand for it.
//!
//! The most that a type writes must be a schema's properties, and the least its required ones, by name, at
//! every depth. Every field is named here, so that a new one does not compile before it is considered.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};
use torrent::{Infohash, Label, Progress, Source, State, StateTimes, Timestamp, TorrentRecord};

use super::{
    Page, Problem, Submission, SubmittedSource, TorrentFile, TorrentWithFiles, UploadTarget,
};

fn openapi() -> Value {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../openapi.yaml");
    serde_saphyr::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

/// The schema at a JSON pointer.
fn schema(pointer: &str) -> Value {
    let openapi = openapi();
    resolved(
        &openapi,
        openapi
            .pointer(pointer)
            .unwrap_or_else(|| panic!("no {pointer}")),
    )
}

fn resolved(openapi: &Value, schema: &Value) -> Value {
    let reference = schema["$ref"].as_str();
    reference.map_or_else(
        || schema.clone(),
        |at| openapi.pointer(at.trim_start_matches('#')).unwrap().clone(),
    )
}

fn keys(value: &Value) -> BTreeSet<String> {
    value
        .as_object()
        .map(|object| object.keys().cloned().collect())
        .unwrap_or_default()
}

fn required(schema: &Value) -> BTreeSet<String> {
    schema["required"]
        .as_array()
        .into_iter()
        .flatten()
        .map(|name| name.as_str().unwrap().to_owned())
        .collect()
}

/// Holds the fullest and the emptiest value of a type against a schema, and what is in them too.
fn same(at: &str, schema: &Value, most: &Value, least: &Value) {
    let openapi = openapi();
    let schema = resolved(&openapi, schema);
    assert_eq!(
        keys(most),
        keys(&schema["properties"]),
        "the properties of {at}"
    );
    assert_eq!(keys(least), required(&schema), "what is required of {at}");
    for (name, property) in schema["properties"].as_object().unwrap() {
        let property = resolved(&openapi, property);
        let (inner, most, least) = match property["type"].as_str() {
            Some("object") => (property.clone(), &most[name], &least[name]),
            Some("array") if most[name][0].is_object() => {
                let items = resolved(&openapi, &property["items"]);
                (items, &most[name][0], &most[name][1])
            }
            other => {
                is_of(other, &most[name], &format!("{at}.{name}"));
                continue;
            }
        };
        let least = if least.is_object() {
            least.clone()
        } else {
            json!({})
        };
        let least = if keys(&least).is_empty() {
            reduced(&inner, most)
        } else {
            least
        };
        same(&format!("{at}.{name}"), &inner, most, &least);
    }
}

/// Where the emptiest value does not have an object, the types' own tests below say what is required of it.
fn reduced(schema: &Value, most: &Value) -> Value {
    let required = required(schema);
    most.as_object()
        .unwrap()
        .iter()
        .filter(|(name, _)| required.contains(*name))
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect()
}

fn is_of(kind: Option<&str>, value: &Value, at: &str) {
    let fits = match kind {
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        _ => false,
    };
    assert!(fits, "{at} is {value}, not of type {kind:?}");
}

fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap()
}

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn full_record() -> TorrentRecord {
    TorrentRecord {
        infohash: Infohash::v1(b""),
        name: "n".into(),
        named: true,
        state: State::Failed,
        reason: Some("r".into()),
        label: Some(Label::try_from("l".to_owned()).unwrap()),
        paused: true,
        wanted: Some("0-4,7".parse().unwrap()),
        source: Source::Magnet {
            uri: "magnet:?".into(),
        },
        size_bytes: Some(1),
        file_count: Some(1),
        worker: Some("w".into()),
        deluge_id: Some("d".into()),
        progress: Some(Progress {
            at: NOW,
            downloaded_bytes: Some(1),
            download_rate: Some(1),
            peers: Some(1),
            paused: Some(false),
            eta_seconds: Some(1),
        }),
        stored_bytes: 1,
        added_at: NOW,
        since: StateTimes {
            queued: Some(NOW),
            downloading: Some(NOW),
            transferring: Some(NOW),
            complete: Some(NOW),
            failed: Some(NOW),
            removed: Some(NOW),
        },
    }
}

fn empty_record() -> TorrentRecord {
    let record = TorrentRecord::queued(Infohash::v1(b""), "n".into(), Source::File, NOW);
    TorrentRecord {
        since: StateTimes::default(),
        ..record
    }
}

fn file(link: Option<&str>) -> TorrentFile {
    TorrentFile {
        index: 0,
        path: "p".into(),
        size_bytes: 1,
        wanted: true,
        stored: true,
        link: link.map(str::to_owned),
    }
}

#[test]
fn torrents_are_as_the_api_says() {
    let (most, least) = (value(&full_record()), value(&empty_record()));
    same(
        "Torrent",
        &schema("/components/schemas/Torrent"),
        &most,
        &least,
    );
    let with_files = |record, files, files_next| {
        value(&TorrentWithFiles {
            record,
            files,
            files_next,
        })
    };
    let most = with_files(
        full_record(),
        Some(vec![file(Some("/files")), file(None)]),
        Some(1),
    );
    same(
        "TorrentWithFiles",
        &schema("/components/schemas/TorrentWithFiles"),
        &most,
        &with_files(empty_record(), None, None),
    );
    let progress = json!({ "at": NOW });
    assert!(
        serde_json::from_value::<Progress>(progress).is_ok(),
        "only `at` is required of a reading"
    );
}

#[test]
fn states_are_as_the_api_says() {
    for state in schema("/components/schemas/State")["enum"]
        .as_array()
        .unwrap()
    {
        assert!(
            serde_json::from_value::<State>(state.clone()).is_ok(),
            "{state}"
        );
    }
}

#[test]
fn pages_are_as_the_api_says() {
    let pointer = "/paths/~1torrents/get/responses/200/content/application~1json/schema";
    let page = |torrents, next| value(&Page { torrents, next });
    let most = page(vec![full_record(), empty_record()], Some("c".into()));
    same("Page", &schema(pointer), &most, &page(Vec::new(), None));
}

#[test]
fn problems_are_as_the_api_says() {
    let problem = |more: Option<&str>| {
        value(&Problem {
            kind: "urn:torrent2s3:problem:x".into(),
            title: "t".into(),
            status: 400,
            detail: "d".into(),
            field: more.map(str::to_owned),
            offset: more.map(|_| 7),
            key: more.map(str::to_owned),
        })
    };
    same(
        "Problem",
        &schema("/components/schemas/Problem"),
        &problem(Some("x")),
        &problem(None),
    );
}

#[test]
fn uploads_are_as_the_api_says() {
    let pointer = "/paths/~1uploads/post/responses/201/content/application~1json/schema";
    let upload = value(&UploadTarget {
        upload: "u".into(),
        url: "https://".into(),
        expires_at: NOW,
    });
    same("Upload", &schema(pointer), &upload, &upload);
}

#[test]
fn submissions_are_as_the_api_says() {
    let schema = schema("/components/schemas/Submission");
    let mut sent = BTreeSet::new();
    let sources = [
        SubmittedSource::Torrent,
        SubmittedSource::Magnet,
        SubmittedSource::Url,
        SubmittedSource::Upload,
    ];
    for source in sources {
        let submission = |label: Option<Label>| {
            let name = label.as_ref().map(ToString::to_string);
            let files = label.as_ref().map(|_| vec![1]);
            value(&Submission {
                source: source("x".into()),
                name,
                label,
                files,
            })
        };
        sent.extend(keys(&submission(Label::try_from("l".to_owned()).ok())));
        let only = keys(&submission(None));
        let choices = schema["oneOf"].as_array().unwrap();
        assert!(
            choices.iter().any(|choice| required(choice) == only),
            "{only:?} in {choices:?}"
        );
    }
    assert_eq!(sent, keys(&schema["properties"]));
}

/// Every operation, parameter and status that the client uses is in the API.
#[test]
fn calls_are_in_the_api() {
    let openapi = openapi();
    for (path, method, parameters) in [
        ("/torrents", "post", &[][..]),
        ("/torrents", "get", &["state", "label", "limit", "cursor"]),
        ("/torrents/{infohash}", "get", &["files_from"]),
        ("/torrents/{infohash}", "delete", &["data"]),
        ("/torrents/{infohash}/pause", "post", &[]),
        ("/torrents/{infohash}/resume", "post", &[]),
        ("/torrents/{infohash}/retry", "post", &[]),
        ("/uploads", "post", &[]),
    ] {
        let operation = &openapi["paths"][path][method];
        assert!(operation.is_object(), "{method} {path}");
        let names: Vec<_> = operation["parameters"]
            .as_array()
            .into_iter()
            .flatten()
            .map(|parameter| &parameter["name"])
            .collect();
        assert_eq!(
            names,
            parameters
                .iter()
                .map(|name| json!(name))
                .collect::<Vec<_>>()
                .iter()
                .collect::<Vec<_>>(),
            "{method} {path}"
        );
    }
    let limit = &openapi["paths"]["/torrents"]["get"]["parameters"][2]["schema"]["maximum"];
    assert_eq!(limit, super::client::PAGE);
}
