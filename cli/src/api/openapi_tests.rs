//! `openapi.yaml` is the API: here it is held against the types that stand for it.
//!
//! The most that a type writes must be a schema's properties, and the least its required ones, by name, at
//! every depth. Every field is named here, so that a new one does not compile before it is considered.

use std::collections::BTreeSet;

use serde::Serialize;
use serde_json::{Value, json};
use torrent::{Label, State};

use super::{
    Page, Problem, Submission, SubmittedSource, TorrentWithFiles, UploadTarget, Worker, Workers,
};

mod samples;

use samples::{NOW, empty_record, file, full_record, sparse_record};

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

/// Three values of one type.
struct Samples<'a> {
    /// With everything.
    most: &'a Value,
    /// With nothing that can be left out.
    least: &'a Value,
    /// Whose objects are there, and have nothing that can be left out.
    sparse: &'a Value,
}

/// Holds a type against a schema, and what is in it too.
fn same(at: &str, schema: &Value, samples: &Samples<'_>) {
    let Samples {
        most,
        least,
        sparse,
    } = samples;
    let openapi = openapi();
    let schema = resolved(&openapi, schema);
    let properties = &schema["properties"];
    assert_eq!(keys(most), keys(properties), "the properties of {at}");
    assert_eq!(keys(least), required(&schema), "what is required of {at}");
    for (name, property) in properties.as_object().unwrap() {
        let property = resolved(&openapi, property);
        let at = format!("{at}.{name}");
        let value = &most[name];
        if value.is_object() {
            let samples = Samples {
                most: value,
                least: &sparse[name],
                sparse: &sparse[name],
            };
            same(&at, &property, &samples);
        } else if value[0].is_object() {
            let samples = Samples {
                most: &value[0],
                least: &value[1],
                sparse: value.get(2).unwrap_or(&value[1]),
            };
            same(&at, &property["items"], &samples);
        } else {
            is_of(property["type"].as_str(), value, &at);
        }
    }
}

/// For types without objects in them.
fn same_flat(at: &str, schema: &Value, most: &Value, least: &Value) {
    let samples = Samples {
        most,
        least,
        sparse: least,
    };
    same(at, schema, &samples);
}

fn is_of(kind: Option<&str>, value: &Value, at: &str) {
    let fits = match kind {
        Some("string") => value.is_string(),
        Some("integer") => value.is_u64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("array") => value.is_array(),
        _ => false,
    };
    assert!(fits, "{at} is {value}, not of type {kind:?}");
}

fn value(of: &impl Serialize) -> Value {
    serde_json::to_value(of).unwrap()
}

#[test]
fn torrents_are_as_the_api_says() {
    let samples = Samples {
        most: &value(&full_record()),
        least: &value(&empty_record()),
        sparse: &value(&sparse_record()),
    };
    let torrent = schema("/components/schemas/Torrent");
    same("Torrent", &torrent, &samples);
    let with_files = |record, files, files_next| {
        value(&TorrentWithFiles {
            record,
            files,
            files_next,
        })
    };
    let files = vec![file(Some("/files")), file(None)];
    let samples = Samples {
        most: &with_files(full_record(), Some(files), Some(1)),
        least: &with_files(empty_record(), None, None),
        sparse: &with_files(sparse_record(), None, None),
    };
    let torrent = schema("/components/schemas/TorrentWithFiles");
    same("TorrentWithFiles", &torrent, &samples);
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
    let most = page(
        vec![full_record(), empty_record(), sparse_record()],
        Some("c".into()),
    );
    same_flat("Page", &schema(pointer), &most, &page(Vec::new(), None));
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
    same_flat(
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
    same_flat("Upload", &schema(pointer), &upload, &upload);
}

#[test]
fn workers_are_as_the_api_says() {
    let pointer = "/paths/~1workers/get/responses/200/content/application~1json/schema";
    let worker = |some: Option<u64>| Worker {
        id: "i".into(),
        live: true,
        last_seen: NOW,
        free_bytes: some,
        full: false,
        torrents: some,
        deluge_version: some.map(|_| "2".into()),
        clock_ahead_seconds: some.map(|_| 1),
    };
    let all = value(&Workers {
        workers: vec![worker(Some(1)), worker(None)],
    });
    let samples = Samples {
        most: &all,
        least: &all,
        sparse: &all,
    };
    same("Workers", &schema(pointer), &samples);
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
        ("/workers", "get", &[]),
        ("/session", "post", &[]),
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
