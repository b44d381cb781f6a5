//! Deluge and the queue, for the agent as a service.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::{Duration, Instant};

use deluge::{Added, Client, Key, Limits, TorrentOptions};
use torrent::Metainfo;
use xtask::Deluge;

use crate::agent::Agent;
use crate::content::FILM;
use crate::fault::{Fault, Operation, Rule};
use crate::scene::Scene;

const PASSWORD: &str = "between the agent and deluge-web";

/// Slow enough that something can happen midway.
const BYTES_PER_SECOND: u32 = 16 << 20;

/// With everything that the agent waits for between its tries.
const LIMIT: Duration = Duration::from_secs(90);

/// A real Deluge that has a finished torrent, and an agent beside it.
struct Box {
    scene: Scene,
    deluge: Deluge,
    id: String,
    queue_url: String,
    agent: Agent,
}

impl Box {
    async fn start() -> Self {
        let scene = Scene::new().await;
        let (folder, logs) = (scene.folder().join("deluge"), scene.folder().join("logs"));
        let (deluge, queue_url) = tokio::task::block_in_place(|| {
            let deluge = Deluge::start(&folder, &logs, PASSWORD).expect("Deluge");
            (deluge, scene.make_queue_and_table())
        });
        scene.content.copy(deluge.downloads_dir());
        let id = add(&deluge, &scene).await;
        scene.proxy.limit(Some(BYTES_PER_SECOND));
        let agent = Agent::spawn(command(&scene, &deluge, &queue_url));
        Self {
            scene,
            deluge,
            id,
            queue_url,
            agent,
        }
    }

    /// Waits until S3 has a part of the film.
    async fn wait_until_midway(&self) {
        let is_midway = || {
            let all = self.scene.proxy.record().all();
            all.iter().any(|seen| {
                seen.operation == Operation::UploadPart
                    && seen.key.ends_with(FILM)
                    && seen.is_taken()
            })
        };
        wait_for("a part of the film", async || is_midway()).await;
    }

    async fn wait_until_whole(&self) {
        let bucket = &self.scene.bucket;
        wait_for("the manifest", async || {
            bucket.check().await;
            bucket.has_manifest().await
        })
        .await;
        bucket.check_whole().await;
    }

    /// The record never says `complete` here, so nothing may be removed.
    async fn check_nothing_was_removed(&self) {
        let all = client(&self.deluge).status_of_all(&[Key::IsFinished]).await;
        let all = all.expect("Deluge's torrents");
        assert!(all.contains_key(&self.id), "the torrent was removed");
        let dir = self.deluge.downloads_dir().join("content");
        assert!(dir.join(FILM).is_file(), "the data was removed");
    }
}

fn client(deluge: &Deluge) -> Client {
    Client::new(&deluge.web_url(), PASSWORD, Limits::default()).expect("a client")
}

async fn add(deluge: &Deluge, scene: &Scene) -> String {
    let torrent = fs::read(&scene.content.torrent).expect("the torrent");
    let id = Metainfo::parse(&torrent).expect("a torrent").deluge_id;
    let client = client(deluge);
    let added = client
        .add_file(
            &id.to_string(),
            "a.torrent",
            &torrent,
            &TorrentOptions::default(),
        )
        .await;
    let Added::New(id) = added.expect("Deluge takes the torrent") else {
        panic!("Deluge knows the torrent");
    };
    wait_for("Deluge to find the files", async || {
        let all = client.status_of_all(&[Key::IsFinished]).await;
        all.is_ok_and(|all| all[&id].is_finished == Some(true))
    })
    .await;
    id
}

fn command(scene: &Scene, deluge: &Deluge, queue_url: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_torrent2s3-agent"));
    xtask::aws::AwsEnv::new(scene.proxy.url.clone(), &PathBuf::new()).apply(&mut command);
    command
        .env("FILES_BUCKET", &scene.bucket.name)
        .env("TABLE", &scene.bucket.name)
        .env("FILE_TRANSFERRING_QUEUE_URL", queue_url)
        .env("DELUGE_URL", deluge.web_url())
        .env("DELUGE_PASSWORD", PASSWORD)
        .env("DELUGE_STATE_DIR", deluge.state_dir())
        .env("WORKER_ID", "faults");
    command
}

async fn wait_for(what: &str, mut is_there: impl AsyncFnMut() -> bool) {
    let begin = Instant::now();
    while !is_there().await {
        assert!(begin.elapsed() < LIMIT, "no {what} after {LIMIT:?}");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn deluge_may_go_away_midway_and_come_back() {
    let mut this = Box::start().await;
    this.wait_until_midway().await;
    tokio::task::block_in_place(|| this.deluge.stop());
    tokio::time::sleep(Duration::from_secs(4)).await;
    assert!(this.agent.is_alive(), "the agent ended with Deluge");
    tokio::task::block_in_place(|| this.deluge.restart().expect("Deluge again"));
    this.wait_until_whole().await;
    this.check_nothing_was_removed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn deluged_may_restart_midway_behind_deluge_web() {
    let mut this = Box::start().await;
    this.wait_until_midway().await;
    tokio::task::block_in_place(|| {
        this.deluge.stop_daemon();
        this.deluge.restart_daemon().expect("deluged again");
    });
    this.wait_until_whole().await;
    this.check_nothing_was_removed().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_queue_that_cannot_be_reached_delays_reports_and_loses_nothing() {
    let this = Box::start().await;
    this.wait_until_midway().await;
    let struck = this.scene.proxy.record().struck();
    this.scene
        .proxy
        .add(Rule::new(Operation::Queue, Fault::INTERNAL_ERROR).always());
    tokio::time::sleep(Duration::from_secs(8)).await;
    let failed = this.scene.proxy.record().struck() - struck;
    assert!(failed > 0, "nothing was reported meanwhile");
    this.scene.proxy.heal();
    this.wait_until_whole().await;
    let (scene, url) = (&this.scene, &this.queue_url);
    wait_for("the report that all is done", async || {
        tokio::task::block_in_place(|| scene.received(url)).contains(r#"\"done\""#)
    })
    .await;
    println!("{failed} reports failed meanwhile");
    this.check_nothing_was_removed().await;
}
