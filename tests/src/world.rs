use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::Value;
use tempfile::TempDir;
use xtask::content::{self, SampleFile};
use xtask::product::{Exchange, Product};

use xtask::ministack::SHORT_MINUTE;
use xtask::{SeedRequest, Seeded, Stack, StackOptions, Swarm, paths};

use crate::{Contract, Receiver};

/// For anything that the product does by itself; on a busy machine it needs a tenth of it.
pub const PATIENCE: Duration = Duration::from_secs(90);

/// The running product and everything around it.
pub struct World {
    /// The product as somebody uses it.
    pub product: Product,
    /// Where the webhook tells of complete torrents.
    pub receiver: Receiver,
    stack: Mutex<Stack>,
    swarm: Mutex<Swarm>,
    folder: TempDir,
}

impl World {
    /// Starts everything, with few and quick tries so that giving up can be watched.
    ///
    /// # Errors
    /// When a part does not start; says which.
    pub fn start() -> Result<Self> {
        let logs = paths::logs().join("end-to-end");
        let receiver = Receiver::start()?;
        let stack = Stack::start(&StackOptions {
            dir: paths::local().join("end-to-end"),
            logs: logs.clone(),
            minute: SHORT_MINUTE,
            deluge_retry_seconds: 2,
            deluge_tries: 10,
            total_gib_max: 1,
            retention_days: 30,
            completed_webhook_url: receiver.url().to_owned(),
            ..StackOptions::default()
        })?;
        let contract = Contract::read()?;
        let observer = Arc::new(move |exchange: &Exchange<'_>| contract.check(exchange));
        Ok(Self {
            receiver,
            product: Product::signed_in(&stack)?.observed(observer),
            stack: Mutex::new(stack),
            swarm: Mutex::new(Swarm::start(&logs)?),
            folder: TempDir::new()?,
        })
    }

    /// The stack itself, for what no caller can do.
    pub fn stack(&self) -> MutexGuard<'_, Stack> {
        self.stack.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Writes sample files into a folder called `name` and returns it.
    ///
    /// # Errors
    /// When they cannot be written.
    pub fn sample(&self, name: &str, files: &[SampleFile]) -> Result<PathBuf> {
        content::write(&self.folder.path().join(name), files)
    }

    /// Seeds a file or folder, with more wishes in `wish`.
    ///
    /// # Errors
    /// When the swarm does not take it.
    pub fn seed(&self, content: &Path, wish: impl FnOnce(&mut SeedRequest)) -> Result<Seeded> {
        let name = content
            .file_name()
            .and_then(|name| name.to_str())
            .context("the content has a name")?;
        let mut request =
            SeedRequest::new(content, &self.folder.path().join(format!("{name}.torrent")));
        wish(&mut request);
        self.swarm
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .seed(&request)
    }

    /// Waits until the torrent is complete, then compares every link's bytes with `files` below `content`.
    ///
    /// # Errors
    /// When it does not get there, a link is missing or surplus, or a byte differs.
    pub fn expect_published(&self, infohash: &str, content: &Path, files: &[&str]) -> Result<()> {
        self.product.wait_until_complete(infohash, PATIENCE)?;
        let links = self.product.links(infohash)?;
        ensure!(
            links.len() == files.len(),
            "{} links for {} files: {links:?}",
            links.len(),
            files.len()
        );
        let parent = content.parent().context("the content is in a folder")?;
        for file in files {
            let key: torrent::ObjectKey = format!("files/{infohash}/{file}").parse()?;
            let link = key.url_path();
            let link = link.trim_start_matches('/');
            ensure!(
                links.iter().any(|there| there == link),
                "no link to {link} in {links:?}"
            );
            ensure!(
                self.product.get(link)? == fs::read(parent.join(file))?,
                "{file} differs"
            );
        }
        Ok(())
    }

    /// Waits until `ready` answers something.
    ///
    /// # Errors
    /// When it does not within [`PATIENCE`]; `what` says what was awaited.
    pub fn wait_for<T>(
        &self,
        what: &str,
        mut ready: impl FnMut() -> Result<Option<T>>,
    ) -> Result<T> {
        let start = Instant::now();
        loop {
            if let Some(found) = ready()? {
                return Ok(found);
            }
            ensure!(
                start.elapsed() < PATIENCE,
                "{what} did not happen within {PATIENCE:?}"
            );
            std::thread::sleep(Duration::from_millis(250));
        }
    }

    /// The functions' log groups, by name, with every line in them.
    ///
    /// # Errors
    /// When they cannot be read.
    pub fn function_logs(&self) -> Result<Vec<(String, Vec<String>)>> {
        let groups = self.aws(&["logs", "describe-log-groups"])?;
        let groups = groups["logGroups"]
            .as_array()
            .context("there are no log groups")?;
        let read = |group: &Value| {
            let name = group["logGroupName"]
                .as_str()
                .context("a log group has a name")?;
            let command = ["logs", "filter-log-events", "--log-group-name", name];
            let events = self.aws(&command)?;
            let events = events["events"].as_array().context("events")?;
            let lines = events.iter().filter_map(|event| event["message"].as_str());
            Ok((name.to_owned(), lines.map(str::to_owned).collect()))
        };
        groups.iter().map(read).collect()
    }

    /// What the aws command line answers.
    ///
    /// # Errors
    /// When the command fails.
    pub fn aws(&self, arguments: &[&str]) -> Result<Value> {
        let aws = self.stack().aws().clone();
        let text = aws.cli(&[arguments, &["--output", "json"]].concat())?;
        if text.trim().is_empty() {
            Ok(Value::Null)
        } else {
            Ok(serde_json::from_str(&text)?)
        }
    }

    /// What Secrets Manager has under this name or ARN.
    ///
    /// # Errors
    /// When there is no such secret.
    pub fn secret(&self, id: &str) -> Result<String> {
        let secret = self.aws(&["secretsmanager", "get-secret-value", "--secret-id", id])?;
        let value = secret["SecretString"].as_str();
        value.map(str::to_owned).context("the secret is no text")
    }

    /// Messages in the queue whose URL ends in a logical id that starts with `name`.
    ///
    /// # Errors
    /// When there is no such queue.
    pub fn queue_depth(&self, name: &str) -> Result<u64> {
        let queues = self.aws(&["sqs", "list-queues"])?;
        let urls = queues["QueueUrls"]
            .as_array()
            .context("there are no queues")?;
        let url = urls
            .iter()
            .filter_map(Value::as_str)
            .find(|url| url.contains(name));
        let url = url.with_context(|| format!("there is no queue {name}"))?;
        let names = ["--attribute-names", "All"];
        let answer = self.aws(
            &[
                &["sqs", "get-queue-attributes", "--queue-url", url][..],
                &names,
            ]
            .concat(),
        )?;
        let count = |attribute: &str| -> u64 {
            answer["Attributes"][attribute]
                .as_str()
                .and_then(|text| text.parse().ok())
                .unwrap_or_default()
        };
        Ok(count("ApproximateNumberOfMessages") + count("ApproximateNumberOfMessagesNotVisible"))
    }

    /// Every key below `prefix` in the files bucket.
    ///
    /// # Errors
    /// When the bucket cannot be listed.
    pub fn keys(&self, prefix: &str) -> Result<Vec<String>> {
        let bucket = self.stack().outputs().files_bucket.clone();
        Ok(self.objects(&bucket, prefix)?.into_keys().collect())
    }

    /// Objects below `prefix`, with their `ETags`.
    ///
    /// # Errors
    /// When the bucket cannot be listed.
    pub fn objects(&self, bucket: &str, prefix: &str) -> Result<BTreeMap<String, String>> {
        let list = ["s3api", "list-objects-v2", "--bucket", bucket];
        let list = self.aws(&[&list[..], &["--prefix", prefix]].concat())?;
        let objects = list["Contents"].as_array().cloned().unwrap_or_default();
        let pair = |object: &Value| {
            let text = |name: &str| object[name].as_str().map(str::to_owned);
            text("Key").zip(text("ETag")).context("an object")
        };
        objects.iter().map(pair).collect()
    }

    /// How many multipart uploads of a torrent's files are under way.
    ///
    /// # Errors
    /// When the bucket's uploads cannot be listed.
    pub fn uploads(&self, infohash: &str) -> Result<usize> {
        let bucket = self.stack().outputs().files_bucket.clone();
        let prefix = format!("files/{infohash}/");
        let list = [
            "s3api",
            "list-multipart-uploads",
            "--bucket",
            &bucket,
            "--prefix",
            &prefix,
        ];
        let list = self.aws(&list)?;
        Ok(list["Uploads"].as_array().map_or(0, Vec::len))
    }

    /// The name that AWS gave to what the template calls `logical`.
    ///
    /// # Errors
    /// When the stack has no such resource.
    pub fn physical(&self, logical: &str) -> Result<String> {
        let stack = self.stack().name();
        let describe = ["cloudformation", "describe-stack-resource"];
        let which = ["--stack-name", stack, "--logical-resource-id", logical];
        let answer = self.aws(&[&describe[..], &which].concat())?;
        let name = answer["StackResourceDetail"]["PhysicalResourceId"].as_str();
        let name = name.with_context(|| format!("{logical} has no name in {answer}"))?;
        Ok(name.to_owned())
    }
}
