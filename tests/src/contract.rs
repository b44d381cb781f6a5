use std::collections::BTreeMap;
use std::fs;
use std::sync::{Mutex, PoisonError};

use anyhow::{Context, Result, bail, ensure};
use jsonschema::{Draft, Validator};
use serde_json::{Value, json};
use xtask::paths;
use xtask::product::Exchange;

/// `openapi.yaml`, and what it promises of answers. Every call of the end-to-end tests is held against it.
pub struct Contract {
    document: Value,
    validators: Mutex<BTreeMap<String, Validator>>,
}

impl Contract {
    /// Reads `openapi.yaml`.
    ///
    /// # Errors
    /// When it is not YAML.
    pub fn read() -> Result<Self> {
        let path = paths::root().join("openapi.yaml");
        let text = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
        Ok(Self {
            document: serde_saphyr::from_str(&text).context("openapi.yaml")?,
            validators: Mutex::default(),
        })
    }

    /// Checks one answer: its status, content type, headers and every value of its body.
    ///
    /// # Errors
    /// Says in which way the answer and `openapi.yaml` differ.
    pub fn check(&self, exchange: &Exchange<'_>) -> Result<()> {
        let Some(operation) = self.operation(exchange) else {
            // What has no route is a problem too.
            ensure!(
                matches!(exchange.status, 404 | 405),
                "openapi.yaml does not know it, but the answer is {}",
                exchange.status
            );
            return self.check_body("/components/schemas/Problem", exchange.body);
        };
        let status = format!("{operation}/responses/{}", exchange.status);
        let response = self.follow(&status).with_context(|| {
            format!(
                "openapi.yaml lists no answer with status {}",
                exchange.status
            )
        })?;
        if exchange.body.is_null() && self.at(&format!("{response}/content")).is_none() {
            // API Gateway gives a type even to what has no body.
            return self.check_headers(&response, exchange);
        }
        let content = format!("{response}/content/{}", escape(exchange.content_type));
        self.at(&content).with_context(|| {
            format!(
                "openapi.yaml lists no {:?} at {response}",
                exchange.content_type
            )
        })?;
        self.check_headers(&response, exchange)?;
        self.check_body(&format!("{content}/schema"), exchange.body)
    }

    /// The pointer to the operation that a call is, by its method and path.
    fn operation(&self, exchange: &Exchange<'_>) -> Option<String> {
        let path = exchange.path.split('?').next().unwrap_or_default();
        let words: Vec<_> = path.trim_start_matches("/api").split('/').collect();
        let fits = |template: &str| {
            let template: Vec<_> = template.split('/').collect();
            let same = |(word, part): (&&str, &&str)| part.starts_with('{') || word == part;
            words.len() == template.len() && words.iter().zip(&template).all(same)
        };
        let paths = self.document["paths"].as_object()?;
        let path = paths.keys().find(|template| fits(template))?;
        let method = exchange.method.to_lowercase();
        let pointer = format!("/paths/{}/{method}", escape(path));
        self.at(&pointer).is_some().then_some(pointer)
    }

    fn check_headers(&self, response: &str, exchange: &Exchange<'_>) -> Result<()> {
        let headers = self.at(&format!("{response}/headers"));
        let Some(headers) = headers.and_then(Value::as_object) else {
            return Ok(());
        };
        for (name, header) in headers {
            let pointer = format!("{response}/headers/{}/schema", escape(name));
            match exchange.headers.get(name.as_str()) {
                Some(value) => self.check_body(&pointer, &json!(value.to_str()?))?,
                None if header["required"] == true => bail!("the header {name} is missing"),
                None => {}
            }
        }
        Ok(())
    }

    /// Checks `value` against the schema at `pointer`. The document itself is the schema's root, so that its
    /// references lead somewhere.
    fn check_body(&self, pointer: &str, value: &Value) -> Result<()> {
        let mut validators = self
            .validators
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        if !validators.contains_key(pointer) {
            let mut root = self.document.clone();
            root["$ref"] = json!(format!("#{}", fragment(pointer)));
            let options = jsonschema::options().with_draft(Draft::Draft202012);
            let validator = options.should_validate_formats(true).build(&root);
            let validator = validator.with_context(|| format!("the schema {pointer}"))?;
            validators.insert(pointer.to_owned(), validator);
        }
        let faults: Vec<_> = validators[pointer]
            .iter_errors(value)
            .map(|error| format!("{} at {:?}", error, error.instance_path().as_str()))
            .collect();
        ensure!(
            faults.is_empty(),
            "not as in {pointer}: {}",
            faults.join("; ")
        );
        Ok(())
    }

    /// `pointer`, or where the reference there leads.
    fn follow(&self, pointer: &str) -> Option<String> {
        match self.at(pointer)?["$ref"].as_str() {
            Some(reference) => Some(reference.trim_start_matches('#').to_owned()),
            None => Some(pointer.to_owned()),
        }
    }

    fn at(&self, pointer: &str) -> Option<&Value> {
        self.document.pointer(pointer)
    }
}

/// As RFC 6901 wants it in a pointer.
fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

/// As RFC 3986 wants the braces of a path in a fragment.
fn fragment(pointer: &str) -> String {
    pointer.replace('{', "%7B").replace('}', "%7D")
}

#[cfg(test)]
mod tests {
    use ureq::http::HeaderMap;

    use super::*;

    fn check(method: &str, path: &str, status: u16, body: &Value) -> Result<()> {
        let mut headers = HeaderMap::new();
        let location = format!("/api/torrents/{}", "0".repeat(40));
        headers.insert("location", location.parse()?);
        let content_type = if status < 400 {
            "application/json"
        } else {
            "application/problem+json"
        };
        let exchange = Exchange {
            method,
            path,
            status,
            content_type,
            headers: &headers,
            body,
        };
        Contract::read()?.check(&exchange)
    }

    fn record() -> Value {
        json!({"infohash": "0".repeat(40), "name": "n", "state": "queued", "source": {"type": "file"},
               "paused": false, "stored_bytes": 0, "added_at": "2026-11-24T00:00:00Z", "since": {}})
    }

    #[test]
    fn what_is_promised_passes() {
        check("POST", "/api/torrents", 202, &record()).unwrap();
        let path = format!("/api/torrents/{}?files_from=0", "0".repeat(40));
        check("GET", &path, 200, &record()).unwrap();
        check(
            "GET",
            "/api/torrents?limit=1",
            200,
            &json!({"torrents": [record()]}),
        )
        .unwrap();
    }

    #[test]
    fn what_is_not_promised_fails() {
        let with = |key: &str, value: Value| {
            let mut record = record();
            record[key] = value;
            record
        };
        let fails = |method: &str, path: &str, status: u16, body: &Value, words: &str| {
            let error = format!("{:#}", check(method, path, status, body).expect_err(words));
            assert!(error.contains(words), "{error}");
        };
        fails("POST", "/api/torrents", 202, &with("new", json!(1)), "new");
        fails(
            "POST",
            "/api/torrents",
            202,
            &with("state", json!("lost")),
            "lost",
        );
        fails(
            "POST",
            "/api/torrents",
            202,
            &with("added_at", json!("today")),
            "date-time",
        );
        fails(
            "POST",
            "/api/torrents",
            201,
            &record(),
            "no answer with status 201",
        );
        fails("PUT", "/api/torrents", 200, &record(), "does not know it");
        let problem = json!({"type": "urn:torrent2s3:problem:other", "title": "t", "status": 400, "detail": "d"});
        fails("POST", "/api/torrents", 400, &problem, "other");
    }
}
