use std::collections::HashMap;

use serde::Deserialize;

/// What API Gateway asks about: a REQUEST authorizer's event, payload format 2.0.
#[derive(Debug, Deserialize)]
#[serde(from = "Event")]
pub(crate) struct AuthorizerRequest {
    headers: HashMap<String, String>,
    method: String,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(default)]
    headers: HashMap<String, String>,
    /// Where they are, there is no `cookie` among the headers.
    #[serde(default)]
    cookies: Vec<String>,
    request_context: Context,
}

#[derive(Deserialize)]
struct Context {
    http: Http,
}

#[derive(Deserialize)]
struct Http {
    method: String,
}

impl AuthorizerRequest {
    /// A header, by its name in lower case.
    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(String::as_str)
    }

    /// Whether it promises to change nothing (RFC 9110, 9.2.1).
    pub(crate) fn is_safe(&self) -> bool {
        matches!(self.method.as_str(), "GET" | "HEAD")
    }
}

impl From<Event> for AuthorizerRequest {
    fn from(event: Event) -> Self {
        let lower = |(name, value): (String, String)| (name.to_ascii_lowercase(), value);
        let mut headers: HashMap<_, _> = event.headers.into_iter().map(lower).collect();
        if !event.cookies.is_empty() {
            headers.insert("cookie".to_owned(), event.cookies.join("; "));
        }
        Self {
            headers,
            method: event.request_context.http.method,
        }
    }
}
