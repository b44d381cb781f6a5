use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{LazyLock, OnceLock};

use tempfile::TempDir;
use xtask::ministack::{MINUTE, Ministack};
use xtask::{Swarm, TorrentVersion, tools};

use crate::agent::Agent;
use crate::bucket::Bucket;
use crate::content::Content;
use crate::proxy::Proxy;

/// What all tests share; its processes end with this one.
struct World {
    ministack: Ministack,
    contents: [Content; 3],
    buckets: AtomicUsize,
    /// The folder is used by one run of the tests at a time.
    _lock: File,
}

static WORLD: OnceLock<World> = OnceLock::new();

/// A bucket of its own, and a proxy in front of S3.
pub(crate) struct Scene {
    pub(crate) proxy: Proxy,
    pub(crate) bucket: Bucket,
    pub(crate) content: Content,
    spoilt: LazyLock<TempDir>,
    world: &'static World,
}

impl Scene {
    pub(crate) async fn new() -> Self {
        Self::with(TorrentVersion::V1).await
    }

    pub(crate) async fn with(version: TorrentVersion) -> Self {
        // Blocks a thread: the tests run on several.
        let world = tokio::task::spawn_blocking(|| WORLD.get_or_init(World::make));
        let world = world.await.expect("no panic");
        let number = world.buckets.fetch_add(1, Ordering::Relaxed);
        let content = world.contents[version as usize].clone();
        let endpoint = world.ministack.aws().endpoint();
        let s3 = format!("127.0.0.1:{}", world.ministack.port());
        Self {
            world,
            proxy: Proxy::start(&s3).await,
            bucket: Bucket::make(endpoint, &format!("files-{number}"), &content).await,
            content,
            spoilt: LazyLock::new(|| tempfile::tempdir_in(folder()).expect("a folder")),
        }
    }

    /// A copy of the content, to be spoilt. It ends with the scene.
    pub(crate) fn copy(&self) -> Content {
        self.content.copy(self.spoilt.path())
    }

    /// A folder of its own, which ends with the scene.
    pub(crate) fn folder(&self) -> &Path {
        self.spoilt.path()
    }

    /// A table and a queue that are called as the bucket; returns the queue's address, as the agent reaches it
    /// through the proxy.
    pub(crate) fn make_queue_and_table(&self) -> String {
        let name = &self.bucket.name;
        let aws = self.world.ministack.aws();
        let run = |arguments: &[&str]| aws.cli(arguments).expect("an answer");
        let attribute = |name: &str| format!("AttributeName={name},AttributeType=S");
        let (pk, kind, sort) = (attribute("pk"), attribute("kind"), attribute("sort"));
        let index = r#"[{"IndexName":"by-kind","KeySchema":[{"AttributeName":"kind","KeyType":"HASH"},{"AttributeName":"sort","KeyType":"RANGE"}],"Projection":{"ProjectionType":"ALL"}}]"#;
        let table = ["dynamodb", "create-table", "--table-name", name];
        let rest = [
            "--billing-mode",
            "PAY_PER_REQUEST",
            "--attribute-definitions",
        ];
        let keys = [
            pk.as_str(),
            &kind,
            &sort,
            "--key-schema",
            "AttributeName=pk,KeyType=HASH",
            "--global-secondary-indexes",
            index,
        ];
        run(&[table.as_slice(), &rest, &keys].concat());
        let answer = run(&["sqs", "create-queue", "--queue-name", name]);
        let answer: serde_json::Value = serde_json::from_str(&answer).expect("JSON");
        let url = answer["QueueUrl"].as_str().expect("a queue");
        url.replace(aws.endpoint(), &self.proxy.url)
    }

    /// Messages that the queue has.
    pub(crate) fn received(&self, url: &str) -> String {
        let aws = self.world.ministack.aws();
        let url = url.replace(&self.proxy.url, aws.endpoint());
        let receive = ["sqs", "receive-message", "--max-number-of-messages", "10"];
        aws.cli(&[receive.as_slice(), &["--queue-url", &url]].concat())
            .expect("an answer")
    }

    pub(crate) fn run(&self) -> Agent {
        Agent::start(&self.content, &self.bucket, &self.proxy)
    }

    pub(crate) fn run_on(&self, content: &Content) -> Agent {
        Agent::start(content, &self.bucket, &self.proxy)
    }
}

impl World {
    fn make() -> Self {
        tools::setup(tools::Purpose::Local).expect("the tools");
        let folder = folder();
        let lock = tools::lock(&folder.join("lock")).expect("the folder's lock");
        let world = folder.join("world");
        if world.exists() {
            fs::remove_dir_all(&world).expect("no world of an earlier run");
        }
        let logs = folder.join("logs");
        let mut swarm = Swarm::start(&logs).expect("libtorrent");
        let versions = [
            TorrentVersion::V1,
            TorrentVersion::V2,
            TorrentVersion::Hybrid,
        ];
        let contents = versions.map(|version| {
            let folder = world.join(format!("{version:?}"));
            Content::make(&folder, version, &mut swarm)
        });
        Self {
            ministack: Ministack::start(&world.join("ministack"), &logs, MINUTE)
                .expect("MiniStack"),
            contents,
            buckets: AtomicUsize::new(0),
            _lock: lock,
        }
    }
}

fn folder() -> PathBuf {
    Path::new(env!("CARGO_TARGET_TMPDIR")).join("faults")
}
