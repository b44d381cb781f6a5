//! A box that cannot install itself tells its owner what holds it up, and goes on by itself when the cause is gone.

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use super::machine::Machine;
use super::metadata::Metadata;
use super::root;
use crate::steps::step;
use crate::{Stack, paths};

/// In place of ten minutes and one. An empty value takes away all times, so there is one alone.
const SOON: &str = "[Timer]\nOnActiveSec=\nOnActiveSec=20s\nOnUnitInactiveSec=5s\n";
/// Topics may send to the owner's queue.
const OPEN: &str = r#"{"Statement": [{"Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
    "Action": "sqs:SendMessage", "Resource": "*"}]}"#;
const REPORT: Duration = Duration::from_mins(2);
/// Tries come a minute apart at most.
const RECOVER: Duration = Duration::from_mins(3);

pub(super) fn check(stack: &Stack, metadata: &Metadata, logs: &Path) -> Result<()> {
    let root = root::prepare(logs)?;
    super::seed(stack, metadata, &root)?;
    let sooner = root.join("etc/systemd/system/torrent2s3-report.timer.d");
    fs::create_dir_all(&sooner)?;
    fs::write(sooner.join("sooner.conf"), SOON)?;
    let bucket = Bucket::new(stack);
    let owner = Owner::new(stack)?;
    let archive = bucket.archive()?;
    let whole = fs::read(bucket.read(&archive)?)?;
    bucket.write(&archive, &whole[..whole.len() / 2])?;
    let mut machine = Machine::boot(&root, logs)?;
    step("a box that is stuck says why", || {
        machine.wait(REPORT, "say that it is stuck", |_| {
            Ok(bucket.report().is_ok())
        })?;
        let report = bucket.report()?;
        let mail = owner.message()?;
        for text in [&report, &mail] {
            ensure!(
                text.contains("is not ready") && text.contains("sha256sum: WARNING"),
                "the report does not say why:\n{text}"
            );
        }
        ensure!(
            !report.contains(stack.deluge_password()),
            "the report has the password"
        );
        Ok(())
    })?;
    bucket.write(&archive, &whole)?;
    step("it goes on when the cause is gone", || {
        machine.wait(RECOVER, "recover", |_| {
            Ok(bucket.report()?.contains("is ready"))
        })?;
        let mail = owner.message()?;
        ensure!(
            mail.contains("is ready") && mail.contains("sha256sum: WARNING"),
            "{mail}"
        );
        machine.run("systemctl is-active deluged deluge-web torrent2s3-agent")?;
        machine.run("! systemctl is-enabled --quiet torrent2s3-report.timer")?;
        Ok(())
    })?;
    owner.leave()
}

/// What the deployment published for the box.
struct Bucket<'a> {
    stack: &'a Stack,
    folder: String,
}

impl<'a> Bucket<'a> {
    fn new(stack: &'a Stack) -> Self {
        let folder = format!("s3://{}/published/box", stack.outputs().files_bucket);
        Self { stack, folder }
    }

    fn archive(&self) -> Result<String> {
        let current = fs::read_to_string(self.read("current")?)?;
        let release = current
            .lines()
            .find_map(|line| line.strip_prefix("RELEASE="));
        Ok(format!("releases/{}.tar.gz", release.context("RELEASE")?))
    }

    fn report(&self) -> Result<String> {
        Ok(fs::read_to_string(self.read("report.txt")?)?)
    }

    /// A copy of the object.
    fn read(&self, key: &str) -> Result<std::path::PathBuf> {
        let copy = paths::local().join("box/object");
        let url = format!("{}/{key}", self.folder);
        let path = copy.to_str().context("a folder's name")?;
        self.stack.aws().cli(&["s3", "cp", &url, path])?;
        Ok(copy)
    }

    fn write(&self, key: &str, bytes: &[u8]) -> Result<()> {
        let copy = paths::local().join("box/object");
        fs::write(&copy, bytes)?;
        let url = format!("{}/{key}", self.folder);
        let path = copy.to_str().context("a folder's name")?;
        self.stack.aws().cli(&["s3", "cp", path, &url])?;
        Ok(())
    }
}

/// Gets what the alarms' topic sends, by a queue in place of e-mail.
struct Owner<'a> {
    stack: &'a Stack,
    queue: String,
}

impl<'a> Owner<'a> {
    fn new(stack: &'a Stack) -> Result<Self> {
        let aws = stack.aws();
        let topic: String = aws.query(
            &[
                "cloudformation",
                "describe-stack-resource",
                "--stack-name",
                stack.name(),
                "--logical-resource-id",
                "AlarmTopic",
            ],
            "StackResourceDetail.PhysicalResourceId",
        )?;
        let create = ["sqs", "create-queue", "--queue-name", "the-owner"];
        let policy = json!({"Policy": OPEN}).to_string();
        let queue: String = aws.query(
            &[&create[..], &["--attributes", &policy]].concat(),
            "QueueUrl",
        )?;
        let attributes = [
            "sqs",
            "get-queue-attributes",
            "--queue-url",
            &queue,
            "--attribute-names",
            "QueueArn",
        ];
        let arn: String = aws.query(&attributes, "Attributes.QueueArn")?;
        let subscribe = ["sns", "subscribe", "--topic-arn", &topic];
        let endpoint = ["--protocol", "sqs", "--notification-endpoint", &arn];
        aws.cli(&[&subscribe[..], &endpoint].concat())?;
        Ok(Self { stack, queue })
    }

    /// The one message that has come since the last look, with its subject.
    fn message(&self) -> Result<String> {
        let receive = ["sqs", "receive-message", "--queue-url", &self.queue];
        let options = [
            "--wait-time-seconds",
            "10",
            "--max-number-of-messages",
            "10",
        ];
        let messages: Vec<Value> = self
            .stack
            .aws()
            .query(&[&receive[..], &options].concat(), "Messages || `[]`")?;
        ensure!(messages.len() == 1, "not one message: {messages:?}");
        let body = messages[0]["Body"].as_str().context("Body")?;
        let notice: Value = serde_json::from_str(body)?;
        let text = |name: &str| notice[name].as_str().unwrap_or_default().to_owned();
        Ok(format!("{}\n{}", text("Subject"), text("Message")))
    }

    fn leave(self) -> Result<()> {
        let delete = ["sqs", "delete-queue", "--queue-url", &self.queue];
        self.stack.aws().cli(&delete)?;
        Ok(())
    }
}
