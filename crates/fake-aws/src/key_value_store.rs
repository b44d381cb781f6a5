use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::server::Answer;

/// Keys of one page of `ListKeys`, and changes of one `UpdateKeys` (CloudFront quotas).
const KEYS_MAX: usize = 50;
/// Bytes of all keys and values (CloudFront quotas).
const BYTES_MAX: usize = 5 * 1024 * 1024;

/// A `CloudFront` key-value store.
#[derive(Debug, Default)]
pub struct KeyValueStore {
    /// What is in it.
    pub entries: BTreeMap<String, String>,
    /// How a stale entity tag is refused.
    pub stale: Refusal,
    /// Refused in this way, whatever they say, are so many of the next updates.
    pub refuse: Option<(Refusal, usize)>,
    /// How many more updates succeed before every other one is refused as wrong; without end if none.
    pub accept: Option<usize>,
    version: u64,
}

/// An error of `UpdateKeys`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Refusal {
    /// As the API reference has it for a stale entity tag.
    #[default]
    Conflict,
    /// As live AWS answered a stale entity tag.
    PreCondition,
    /// A request that is wrong in itself.
    Invalid,
}

impl KeyValueStore {
    /// Somebody else changes something.
    pub fn touch(&mut self) {
        self.version += 1;
    }

    fn tag(&self) -> String {
        format!("V{}", self.version)
    }

    pub(crate) fn describe(&self) -> Answer {
        let body = json!({
            "ItemCount": self.entries.len(),
            "TotalSizeInBytes": size(&self.entries),
            "KvsARN": "arn:aws:cloudfront::123456789012:key-value-store/fake",
            "Created": 0,
            "Status": "READY",
        });
        Answer::json(200, &body).with("etag", &self.tag())
    }

    pub(crate) fn list(&self, query: &str) -> Answer {
        let parameters: BTreeMap<_, _> = form_urlencoded::parse(query.as_bytes()).collect();
        let most = parameters
            .get("MaxResults")
            .map_or(Ok(10), |most| most.parse());
        let most = most.unwrap_or(KEYS_MAX + 1);
        if most > KEYS_MAX {
            return refused(Refusal::Invalid);
        }
        let after = parameters.get("NextToken");
        let items: Vec<_> = self
            .entries
            .iter()
            .filter(|(key, _)| after.is_none_or(|after| key.as_str() > after.as_ref()))
            .take(most)
            .map(|(key, value)| json!({ "Key": key, "Value": value }))
            .collect();
        let last = items.last().map(|item| item["Key"].clone());
        let is_end = self.entries.keys().next_back().map(String::as_str)
            == last.as_ref().and_then(Value::as_str);
        let mut body = json!({ "Items": items });
        if let Some(last) = last.filter(|_| !is_end) {
            body["NextToken"] = last;
        }
        Answer::json(200, &body)
    }

    pub(crate) fn update(&mut self, tag: &str, body: &Value) -> Answer {
        if let Some((refusal, times)) = self.refuse.filter(|(_, times)| *times > 0) {
            self.refuse = Some((refusal, times - 1));
            return refused(refusal);
        }
        if tag != self.tag() {
            return refused(self.stale);
        }
        match &mut self.accept {
            Some(0) => return refused(Refusal::Invalid),
            Some(left) => *left -= 1,
            None => {}
        }
        let list = |name: &str| body[name].as_array().cloned().unwrap_or_default();
        let (puts, deletes) = (list("Puts"), list("Deletes"));
        let text = |value: &Value| value.as_str().expect("text").to_owned();
        if puts.len() + deletes.len() > KEYS_MAX {
            return refused(Refusal::Invalid);
        }
        let mut after = self.entries.clone();
        after.extend(
            puts.iter()
                .map(|put| (text(&put["Key"]), text(&put["Value"]))),
        );
        for delete in &deletes {
            after.remove(&text(&delete["Key"]));
        }
        if size(&after) > BYTES_MAX {
            return error(402, "ServiceQuotaExceededException", "the store is full");
        }
        self.entries = after;
        self.version += 1;
        let answer =
            json!({ "ItemCount": self.entries.len(), "TotalSizeInBytes": size(&self.entries) });
        Answer::json(200, &answer).with("etag", &self.tag())
    }
}

fn size(entries: &BTreeMap<String, String>) -> usize {
    entries
        .iter()
        .map(|(key, value)| key.len() + value.len())
        .sum()
}

fn refused(refusal: Refusal) -> Answer {
    match refusal {
        Refusal::Conflict => error(
            409,
            "ConflictException",
            "Resource is not in expected state.",
        ),
        Refusal::PreCondition => error(400, "ValidationException", "Pre-Condition failed"),
        Refusal::Invalid => error(400, "ValidationException", "Value is too large"),
    }
}

fn error(status: u16, kind: &str, message: &str) -> Answer {
    Answer::json(status, &json!({ "Message": message })).with("x-amzn-errortype", kind)
}
