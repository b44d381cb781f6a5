use std::fs;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::reach::Reach;
use super::relay::Relay;
use crate::Stack;
use crate::aws::AwsEnv;
use crate::paths;
use crate::product::Product;
use crate::stack::Outputs;

/// The torrent of every sample event, and its one file.
pub(super) const INFOHASH: &str = "25e6e4bc4eb17527321dd43fbe4233c7b2e82370";
const FILE: &str = "hello world.txt";
const CONTENT: &[u8; 36] = b"hello world, from sam local invoke.\n";

/// A worker with the stack's Deluge at an address that containers can reach.
const WORKER: &str = "sam-local";

/// For what the deployed functions do by themselves.
const PATIENCE: Duration = Duration::from_secs(90);

/// The stack with the samples' torrent in it, put into the state that an event needs.
pub(super) struct Scene {
    aws: AwsEnv,
    outputs: Outputs,
    logs: PathBuf,
    product: Product,
    deluge_url: String,
    _relay: Relay,
}

impl Scene {
    pub(super) fn new(stack: &mut Stack, reach: &Reach) -> Result<Self> {
        let (relay, deluge_url) = reach.also(&stack.deluge().web_url())?;
        Ok(Self {
            aws: stack.aws().clone(),
            outputs: stack.outputs().clone(),
            logs: stack.logs().to_owned(),
            product: Product::signed_in(stack)?,
            deluge_url,
            _relay: relay,
        })
    }

    /// The session from before the rotation is worth nothing.
    pub(super) fn is_signed_out(&self) -> Result<()> {
        let answer = self.product.ask("api/torrents")?;
        ensure!(answer.status == 401, "the old session still opens the API");
        Ok(())
    }

    /// No record: the torrent is new.
    pub(super) fn forget(&self) -> Result<()> {
        self.delete(&format!("torrent#{INFOHASH}"))
    }

    /// The deployed function gave it to Deluge: the message that the container sent has arrived.
    pub(super) fn is_taken(&self) -> Result<()> {
        self.wait_for("downloading")
    }

    /// As if nobody had given it to Deluge, which answers that it has it already.
    pub(super) fn queue_again(&self) -> Result<()> {
        self.update("SET #state = :state REMOVE worker, deluge_id", "queued")?;
        let row = json!({
            "pk": { "S": format!("worker#{WORKER}") },
            "kind": { "S": "worker" },
            "sort": { "S": WORKER },
            "id": { "S": WORKER },
            "deluge_url": { "S": self.deluge_url },
            // More than any other has: it is chosen.
            "free_bytes": { "N": u64::MAX.to_string() },
            "last_seen": { "S": Timestamp::now().to_string() },
        });
        let row = row.to_string();
        self.table("put-item", &["--item", &row])
    }

    pub(super) fn is_with_the_worker(&self) -> Result<()> {
        self.delete(&format!("worker#{WORKER}"))?;
        self.expect(&json!({ "state": "downloading", "worker": WORKER, "deluge_id": INFOHASH }))
    }

    /// As the event's last message says.
    pub(super) fn is_transferred(&self) -> Result<()> {
        let worker = "i-0123456789abcdef0";
        let bytes = CONTENT.len();
        self.expect(&json!({ "state": "transferring", "worker": worker, "stored_bytes": bytes }))
    }

    /// File and manifest are in the bucket, and the deployed function did its work; then as if it had not.
    pub(super) fn store_and_unpublish(&self) -> Result<()> {
        let key = format!("files/{INFOHASH}/{FILE}");
        let manifest = json!({
            "infohash": INFOHASH,
            "name": FILE,
            "files": [{ "path": FILE, "key": key, "size_bytes": CONTENT.len() }],
            "stored_at": Timestamp::now(),
        });
        self.put(&key, CONTENT)?;
        let manifest_key = format!("manifests/{INFOHASH}.json");
        self.put(&manifest_key, manifest.to_string().as_bytes())?;
        self.wait_for("complete")?;
        self.update("SET #state = :state", "transferring")?;
        self.remove_page(&format!("complete/{INFOHASH}/index.html"))
    }

    pub(super) fn is_published(&self) -> Result<()> {
        self.expect(&json!({ "state": "complete" }))?;
        let links = self.product.links(INFOHASH)?;
        ensure!(links.len() == 1, "the page's links are {links:?}");
        ensure!(
            self.product.get(&links[0])? == CONTENT,
            "behind {} is something else",
            links[0]
        );
        Ok(())
    }

    pub(super) fn remove_status(&self) -> Result<()> {
        self.remove_page("status/status.json")
    }

    pub(super) fn is_on_the_status_page(&self) -> Result<()> {
        let json = self.product.get("status/status.json")?;
        let status: Value = serde_json::from_slice(&json)?;
        let torrents = status["torrents"].as_array().context("no torrents")?;
        let shown = torrents
            .iter()
            .find(|torrent| torrent["infohash"] == INFOHASH);
        let shown = shown.with_context(|| format!("{INFOHASH} is not in {status}"))?;
        ensure!(shown["state"] == "complete", "it shows {shown}");
        Ok(())
    }

    pub(super) fn remove_site(&self) -> Result<()> {
        self.remove_page("index.html")
    }

    pub(super) fn has_a_site(&self) -> Result<()> {
        let page = self.product.get("index.html")?;
        ensure!(
            page == fs::read(paths::root().join("static-site/index.html"))?,
            "another page than static-site/index.html is there"
        );
        Ok(())
    }

    fn wait_for(&self, state: &str) -> Result<()> {
        let ready = |record: &Value| record["state"] == state;
        self.product
            .wait_until(INFOHASH, PATIENCE, ready, |_| ())
            .map(drop)
    }

    /// The record has all that `part` has.
    fn expect(&self, part: &Value) -> Result<()> {
        let record = self.product.torrent(INFOHASH)?;
        let differs = part
            .as_object()
            .is_none_or(|part| part.iter().any(|(key, value)| record[key] != *value));
        ensure!(!differs, "the record should have {part}, but is {record}");
        Ok(())
    }

    fn update(&self, expression: &str, state: &str) -> Result<()> {
        let key = key(&format!("torrent#{INFOHASH}"));
        let values = json!({ ":state": { "S": state } }).to_string();
        self.table(
            "update-item",
            &[
                "--key",
                &key,
                "--update-expression",
                expression,
                "--expression-attribute-names",
                r##"{"#state": "state"}"##,
                "--expression-attribute-values",
                &values,
            ],
        )
    }

    fn delete(&self, row: &str) -> Result<()> {
        self.table("delete-item", &["--key", &key(row)])
    }

    fn table(&self, operation: &str, arguments: &[&str]) -> Result<()> {
        let table = &self.outputs.table;
        let command = ["dynamodb", operation, "--table-name", table];
        self.aws.cli(&[&command[..], arguments].concat())?;
        Ok(())
    }

    fn put(&self, key: &str, bytes: &[u8]) -> Result<()> {
        let bucket = &self.outputs.files_bucket;
        let file = self.logs.join("object-of-sam-local");
        fs::write(&file, bytes)?;
        let body = file.to_str().context("the project's path is not UTF-8")?;
        let command = ["s3api", "put-object", "--bucket", bucket];
        let object = ["--key", key, "--body", body];
        self.aws.cli(&[command, object].concat())?;
        Ok(fs::remove_file(&file)?)
    }

    fn remove_page(&self, key: &str) -> Result<()> {
        let bucket = &self.outputs.site_bucket;
        let command = ["s3api", "delete-object", "--bucket", bucket, "--key", key];
        self.aws.cli(&command)?;
        Ok(())
    }
}

fn key(row: &str) -> String {
    json!({ "pk": { "S": row } }).to_string()
}
