//! Whatever order events come in, however often, however runs overlap: the same page.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

use aws_lambda_events::sqs::{SqsEvent, SqsMessage};
use futures_util::future::join_all;
use pages::{CompletePage, Expected, PageFile};
use proptest::prelude::*;
use serde_json::json;
use store::{Changes, Notice, Object, StoreError, Version};
use torrent::{
    FilePath, Infohash, ObjectKey, PageKey, Retention, Source, State, Timestamp, TorrentRecord,
};

use crate::batch::CompletePages;
use crate::world::{Page, World};

/// A bucket, a table and a site in memory. Before every call other runs get their turn, as often as `pauses`
/// says.
struct Memory {
    objects: RefCell<BTreeMap<String, Vec<u8>>>,
    pages: RefCell<BTreeMap<String, (Version, String)>>,
    record: RefCell<Option<TorrentRecord>>,
    pauses: Vec<u8>,
    calls: Cell<usize>,
    writes: Cell<usize>,
    told: RefCell<Vec<Notice>>,
    /// How often nobody can be told.
    silent: Cell<usize>,
    /// How often watch-queue was asked to take the torrent away.
    taken_away: Cell<usize>,
    now: Cell<Timestamp>,
}

impl Memory {
    async fn pause(&self) {
        let call = self.calls.replace(self.calls.get() + 1);
        for _ in 0..self.pauses[call % self.pauses.len()] {
            tokio::task::yield_now().await;
        }
    }
}

impl World for Memory {
    async fn record(&self, _: Infohash) -> Result<Option<TorrentRecord>, StoreError> {
        self.pause().await;
        Ok(self.record.borrow().clone())
    }

    async fn manifest(&self, infohash: Infohash) -> Result<Option<Vec<u8>>, StoreError> {
        self.pause().await;
        let key = ObjectKey::Manifest(infohash).to_string();
        Ok(self.objects.borrow().get(&key).cloned())
    }

    async fn files(&self, infohash: Infohash) -> Result<Vec<Object>, StoreError> {
        self.pause().await;
        let prefix = ObjectKey::files_prefix(infohash);
        let objects = self.objects.borrow();
        let files = objects.iter().filter(|(key, _)| key.starts_with(&prefix));
        Ok(files
            .map(|(key, bytes)| Object {
                key: key.clone(),
                size_bytes: bytes.len() as u64,
                stored_at: Some(at("2026-03-01T11:30:00Z")),
            })
            .collect())
    }

    async fn version(&self, key: PageKey) -> Result<Option<Version>, StoreError> {
        self.pause().await;
        let pages = self.pages.borrow();
        Ok(pages.get(&key.to_string()).map(|there| there.0.clone()))
    }

    async fn body(&self, key: PageKey) -> Result<Option<Vec<u8>>, StoreError> {
        self.pause().await;
        let pages = self.pages.borrow();
        Ok(pages
            .get(&key.to_string())
            .map(|there| there.1.clone().into_bytes()))
    }

    async fn put_page(
        &self,
        key: PageKey,
        page: Page,
        seen: Option<&Version>,
    ) -> Result<bool, StoreError> {
        self.pause().await;
        let mut pages = self.pages.borrow_mut();
        if pages.get(&key.to_string()).map(|there| &there.0) != seen {
            return Ok(false);
        }
        let version = Version {
            etag: self.writes.replace(self.writes.get() + 1).to_string(),
            fingerprint: Some(page.fingerprint()),
            written_at: None,
        };
        pages.insert(key.to_string(), (version, page.body));
        Ok(true)
    }

    async fn delete_pages(&self, keys: &[PageKey]) -> Result<(), StoreError> {
        self.pause().await;
        let mut pages = self.pages.borrow_mut();
        for key in keys {
            pages.remove(&key.to_string());
        }
        Ok(())
    }

    async fn tell(&self, notice: Notice) -> Result<(), StoreError> {
        self.pause().await;
        if let Some(left) = self.silent.get().checked_sub(1) {
            self.silent.set(left);
            let (operation, detail) = ("sns:Publish", "throttled".to_owned());
            return Err(StoreError::Aws { operation, detail });
        }
        self.told.borrow_mut().push(notice);
        Ok(())
    }

    async fn complete(
        &self,
        _: Infohash,
        changes: Changes,
    ) -> Result<Option<TorrentRecord>, StoreError> {
        self.pause().await;
        let mut record = self.record.borrow_mut();
        let Some(record) = record
            .as_mut()
            .filter(|record| record.state != State::Complete)
        else {
            return Ok(None);
        };
        record.state = State::Complete;
        record.stored_bytes = changes.stored_bytes.unwrap_or_default();
        Ok(Some(record.clone()))
    }

    async fn expire(&self, _: Infohash, reason: &str) -> Result<(), StoreError> {
        self.pause().await;
        let mut record = self.record.borrow_mut();
        if let Some(record) = record
            .as_mut()
            .filter(|record| record.state == State::Complete)
        {
            record.state = State::Removed;
            record.reason = Some(reason.to_owned());
        }
        Ok(())
    }

    async fn take_away(&self, _: Infohash) -> Result<(), StoreError> {
        self.pause().await;
        self.taken_away.set(self.taken_away.get() + 1);
        Ok(())
    }

    fn now(&self) -> Timestamp {
        self.now.get()
    }
}

fn infohash() -> Infohash {
    Infohash::v1(b"orders")
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn record() -> TorrentRecord {
    let mut record = TorrentRecord::queued(
        infohash(),
        "orders".into(),
        Source::File,
        at("2026-03-01T11:00:00Z"),
    );
    record.state = State::Transferring;
    record
}

/// A message as SQS brings it from SNS from S3, with the key in S3's own spelling.
fn event(key: &str, times: usize) -> SqsEvent {
    let key: String = form_urlencoded::byte_serialize(key.as_bytes()).collect();
    let key = key.replace("%2F", "/");
    message(
        &json!({"Records": [{"s3": {"object": {"key": key}}}]}),
        times,
    )
}

fn message(notification: &serde_json::Value, times: usize) -> SqsEvent {
    let mut message = SqsMessage::default();
    message.message_id = Some("1".into());
    let attributes = &mut message.attributes;
    attributes.insert("ApproximateReceiveCount".into(), times.to_string());
    message.body =
        Some(json!({"Type": "Notification", "Message": notification.to_string()}).to_string());
    let mut event = SqsEvent::default();
    event.records = vec![message];
    event
}

fn names() -> impl Strategy<Value = String> {
    prop_oneof![
        "[a-z +%&?#'\"<>]{1,12}",
        "(dir |a%20b/|c\\+d/){0,2}\\PC{1,8}",
        Just("🎬 🧨/ünï+côde 100%.mkv".to_owned()),
        (200usize..980).prop_map(|length| format!("{}.bin", "long word/".repeat(length / 10 + 1))),
    ]
}

/// The objects of a torrent in the order in which the agent puts them, the manifest last.
fn objects(names: &[String]) -> Vec<(String, Vec<u8>)> {
    let mut objects = BTreeMap::new();
    for name in names {
        let path = FilePath::from_components(name.split('/').map(str::as_bytes));
        let key = ObjectKey::file(infohash(), &path).to_string();
        objects.insert(key, path.as_str().as_bytes().to_vec());
    }
    let files: Vec<_> = objects
        .iter()
        .map(|(key, bytes)| json!({"path": key[47..], "key": key, "size_bytes": bytes.len(), "crc32": "00000000"}))
        .collect();
    let manifest = json!({
        "infohash": infohash(), "name": "orders", "files": files, "stored_at": "2026-03-01T12:00:00Z",
    });
    let mut objects: Vec<_> = objects.into_iter().collect();
    objects.push((
        ObjectKey::Manifest(infohash()).to_string(),
        manifest.to_string().into_bytes(),
    ));
    objects
}

fn wanted(objects: &[(String, Vec<u8>)]) -> CompletePage {
    let (manifest, files) = objects.split_last().unwrap();
    let expires_at = (!files.is_empty()).then(|| at("2026-04-01T00:00:00Z"));
    let files = files.iter().map(|(key, bytes)| PageFile {
        path: key[47..].to_owned(),
        key: key.clone(),
        size_bytes: bytes.len() as u64,
        crc32: None,
    });
    CompletePage {
        infohash: infohash(),
        name: "orders".into(),
        added_at: Some(at("2026-03-01T11:00:00Z")),
        expires_at,
        files: files.collect(),
        expected: Some(serde_json::from_slice::<Expected>(&manifest.1).unwrap()),
    }
}

/// Puts the objects in their order, `gaps` turns apart; every message comes after its object, some twice, each
/// after its own delay and all in overlapping runs.
async fn play(
    pages: &CompletePages<Memory>,
    objects: &[(String, Vec<u8>)],
    gaps: &[u8],
    delays: &[(u8, Option<u8>)],
) {
    let put = async {
        for (at, (key, bytes)) in objects.iter().enumerate() {
            for _ in 0..gaps[at % gaps.len()] {
                tokio::task::yield_now().await;
            }
            pages
                .world
                .objects
                .borrow_mut()
                .insert(key.clone(), bytes.clone());
        }
    };
    let deliver = |key: String, delay: u8| async move {
        while !pages.world.objects.borrow().contains_key(&key) {
            tokio::task::yield_now().await;
        }
        for _ in 0..delay {
            tokio::task::yield_now().await;
        }
        // A message that goes back comes again, as SQS does it.
        let mut times = 1;
        while !pages
            .batch(event(&key, times))
            .await
            .unwrap()
            .batch_item_failures
            .is_empty()
        {
            times += 1;
            tokio::task::yield_now().await;
        }
    };
    let messages = objects.iter().enumerate().flat_map(|(at, (key, _))| {
        let (once, twice) = delays[at % delays.len()];
        [Some(once), twice]
            .into_iter()
            .flatten()
            .map(|delay| deliver(key.clone(), delay))
    });
    // The bucket may get new notifications at any time.
    let test = async {
        let event = message(&json!({"Service": "Amazon S3", "Event": "s3:TestEvent"}), 1);
        let answer = pages.batch(event).await.unwrap();
        assert!(answer.batch_item_failures.is_empty());
    };
    tokio::join!(put, test, join_all(messages));
}

fn memory(pauses: Vec<u8>) -> CompletePages<Memory> {
    CompletePages {
        world: Memory {
            objects: RefCell::default(),
            pages: RefCell::default(),
            record: RefCell::new(Some(record())),
            pauses,
            calls: Cell::new(0),
            writes: Cell::new(0),
            told: RefCell::default(),
            silent: Cell::new(0),
            taken_away: Cell::new(0),
            now: Cell::new(at("2026-03-01T12:00:01Z")),
        },
        site: "https://example.net".into(),
        retention: Retention::from_days(30),
    }
}

fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .unwrap();
    runtime.block_on(future)
}

proptest! {
    #[test]
    fn any_order_of_events_gives_the_same_page(
        names in prop::collection::vec(names(), 0..6),
        gaps in prop::collection::vec(0u8..12, 1..6),
        delays in prop::collection::vec((0u8..40, prop::option::of(0u8..60)), 1..8),
        // Mostly short, now and then so long that a whole other run fits in.
        pauses in prop::collection::vec(prop_oneof![6 => 0u8..4, 1 => 50u8..=255], 1..40),
    ) {
        let objects = objects(&names);
        let pages = memory(pauses);
        block_on(play(&pages, &objects, &gaps, &delays));
        let wanted = wanted(&objects);
        let site = pages.world.pages.borrow();
        let page = site.get(&PageKey::Complete(infohash()).to_string());
        let page = page.map(|page| page.1.clone());
        prop_assert_eq!(page, Some(wanted.to_html()));
        for list in wanted.lists("https://example.net") {
            prop_assert_eq!(&site[&list.key.to_string()].1, &list.body);
        }
        let json: serde_json::Value = serde_json::from_str(&site[&PageKey::LibraryJson.to_string()].1).unwrap();
        prop_assert_eq!(json["torrents"].as_array().unwrap().len(), 1);
        let record = pages.world.record.borrow().clone().unwrap();
        prop_assert_eq!(record.state, State::Complete);
        let told = pages.world.told.borrow();
        prop_assert!(!told.is_empty() && told.iter().all(|notice| *notice == told[0]));
    }
}

#[test]
fn with_nothing_left_the_page_goes() {
    let objects = objects(&["a.txt".to_owned()]);
    let pages = memory(vec![0]);
    block_on(play(&pages, &objects, &[1], &[(1, None)]));
    let library = |pages: &CompletePages<Memory>| {
        let site = pages.world.pages.borrow();
        let body = |key: PageKey| site[&key.to_string()].1.clone();
        (body(PageKey::LibraryHtml), body(PageKey::LibraryJson))
    };
    assert_eq!(pages.world.pages.borrow().len(), 8);
    let link = format!("/complete/{}/index.html", infohash());
    assert!(library(&pages).0.contains(&link));
    assert_eq!(pages.world.told.borrow().len(), 1);
    block_on(pages.batch(event(&objects[0].0, 1))).unwrap();
    assert_eq!(
        pages.world.told.borrow().len(),
        1,
        "what is complete was told of"
    );
    pages.world.objects.borrow_mut().clear();
    *pages.world.record.borrow_mut() = None;
    let manifest = ObjectKey::Manifest(infohash()).to_string();
    block_on(pages.batch(event(&manifest, 1))).unwrap();
    assert_eq!(pages.world.pages.borrow().len(), 2);
    assert!(!library(&pages).0.contains(&link));
    assert_eq!(library(&pages).1, r#"{"torrents":[]}"#);
}

#[test]
fn a_removed_torrent_gets_no_page_again() {
    let objects = objects(&["a.txt".to_owned()]);
    let pages = memory(vec![0]);
    pages.world.record.borrow_mut().as_mut().unwrap().state = State::Removed;
    block_on(play(&pages, &objects, &[1], &[(1, None)]));
    let site = pages.world.pages.borrow();
    let empty = PageKey::LibraryHtml.to_string();
    assert_eq!(site.keys().collect::<Vec<_>>(), [&empty]);
}

#[test]
fn the_owner_is_told_once_and_also_where_that_fails_at_first() {
    let objects = objects(&["a.txt".to_owned(), "b.txt".to_owned()]);
    for silent in [0, 1, 2] {
        let pages = memory(vec![0, 1, 2]);
        pages.world.silent.set(silent);
        let delays = [(1, Some(1)), (2, Some(3))];
        block_on(play(&pages, &objects, &[0], &delays));
        assert_eq!(pages.world.told.borrow().len(), 1, "{silent} failures");
    }
}

#[test]
fn with_the_first_expired_file_goes_all_of_it() {
    let objects = objects(&["a.txt".to_owned(), "b.txt".to_owned()]);
    // A file and then the manifest, or the other way round, or both at once, and each twice.
    for gone in [[0, 2], [2, 0], [1, 0], [2, 2]] {
        let pages = memory(vec![0, 1]);
        block_on(play(&pages, &objects, &[0], &[(1, None)]));
        assert!(
            pages.world.pages.borrow()[&PageKey::LibraryJson.to_string()]
                .1
                .contains("2026-04-01")
        );
        pages.world.now.set(at("2026-03-31T23:59:59Z"));
        pages.world.objects.borrow_mut().remove(&objects[1].0);
        block_on(pages.batch(event(&objects[1].0, 1))).unwrap();
        let state =
            |pages: &CompletePages<Memory>| pages.world.record.borrow().as_ref().unwrap().state;
        assert_eq!(
            state(&pages),
            State::Complete,
            "its owner deleted it by hand"
        );
        pages.world.now.set(at("2026-04-01T00:00:00Z"));
        for at in gone {
            let key = &objects[at].0;
            pages.world.objects.borrow_mut().remove(key);
            let answer = block_on(pages.batch(event(key, 1))).unwrap();
            assert!(answer.batch_item_failures.is_empty());
        }
        assert_eq!(state(&pages), State::Removed);
        assert_eq!(
            pages.world.taken_away.get(),
            2,
            "a run that broke off would have been gone on with"
        );
        let library = &pages.world.pages.borrow()[&PageKey::LibraryJson.to_string()].1;
        assert_eq!(library, r#"{"torrents":[]}"#);
    }
}

#[test]
fn without_a_limit_nothing_expires() {
    let objects = objects(&["a.txt".to_owned()]);
    let pages = CompletePages {
        retention: None,
        ..memory(vec![0])
    };
    block_on(play(&pages, &objects, &[0], &[(1, None)]));
    pages.world.now.set(at("2036-01-01T00:00:00Z"));
    pages.world.objects.borrow_mut().clear();
    block_on(pages.batch(event(&objects[0].0, 1))).unwrap();
    assert_eq!(pages.world.taken_away.get(), 0);
    let site = pages.world.pages.borrow();
    assert!(!site.values().any(|(_, body)| body.contains("kept until")));
}
