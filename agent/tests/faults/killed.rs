//! The agent itself ends, at any time.

use std::collections::BTreeSet;
use std::hash::{BuildHasher, Hasher, RandomState};
use std::time::{Duration, Instant};

use crate::record::Seen;
use crate::scene::Scene;

const PART_BYTES: u64 = 16 << 20;

/// How many parts, or as much in smaller files, the agent has on their way at most.
const PARTS_IN_FLIGHT: u64 = 4;

/// Slow enough that a transfer lasts several lives.
const BYTES_PER_SECOND: u32 = 24 << 20;
const LIFE_MS: std::ops::Range<u64> = 50..2_500;

/// SIGTERM must end it sooner.
const GRACE: Duration = Duration::from_secs(10);

/// What kills cost.
#[derive(Debug, Default)]
struct Cost {
    kills: usize,
    transfers: usize,
    /// Most bytes that one kill made worthless.
    worst_bytes: u64,
    lost_bytes: u64,
}

/// Kills runs of the agent at random times; each transfer that comes to its end is followed by another.
async fn kill(times: usize, seed: u64) {
    println!("seed {seed}");
    let mut random = seed | 1;
    let scene = Scene::new().await;
    scene.proxy.limit(Some(BYTES_PER_SECOND));
    let mut cost = Cost::default();
    let mut taken = BTreeSet::new();
    while cost.kills < times {
        let first = scene.proxy.record().len();
        let agent = scene.run();
        // xorshift64 (Marsaglia, 2003).
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let life = LIFE_MS.start + random % (LIFE_MS.end - LIFE_MS.start);
        let life = Duration::from_millis(life);
        tokio::time::sleep(life).await;
        let killed = agent.kill().await;
        // What was on its way has arrived or broken off.
        tokio::time::sleep(Duration::from_millis(150)).await;
        let requests = scene.proxy.record().since(first);
        check_nothing_is_sent_again(&requests, &mut taken);
        scene.bucket.check().await;
        if killed {
            cost.kills += 1;
            let lost = lost_bytes(&requests);
            assert!(
                lost <= PARTS_IN_FLIGHT * PART_BYTES,
                "killed after {life:?}: {lost} bytes have to be sent again"
            );
            cost.worst_bytes = cost.worst_bytes.max(lost);
            cost.lost_bytes += lost;
        } else {
            scene.run().succeeds().await;
            scene.bucket.check_whole().await;
            scene.bucket.empty().await;
            taken.clear();
            cost.transfers += 1;
        }
    }
    scene.proxy.limit(None);
    let first = scene.proxy.record().len();
    scene.run().succeeds().await;
    check_nothing_is_sent_again(&scene.proxy.record().since(first), &mut taken);
    scene.bucket.check_whole().await;
    let mib = |bytes: u64| bytes / (1 << 20);
    println!(
        "{} kills in {} transfers: sent again at most {} MiB after one, {} MiB in all",
        cost.kills,
        cost.transfers + 1,
        mib(cost.worst_bytes),
        mib(cost.lost_bytes)
    );
}

/// What S3 has taken is never sent again. `taken` is what it took in earlier runs; this run's is added.
fn check_nothing_is_sent_again(seen: &[Seen], taken: &mut BTreeSet<(String, Option<String>)>) {
    for seen in seen.iter().filter(|seen| seen.has_content()) {
        let what = (seen.key.clone(), seen.part.clone());
        assert!(
            !taken.contains(&what),
            "S3 has {what:?}, and it was sent again"
        );
        if seen.is_taken() {
            taken.insert(what);
        }
    }
}

/// Bytes that were sent in vain.
fn lost_bytes(seen: &[Seen]) -> u64 {
    let lost = seen.iter();
    let lost = lost.filter(|seen| seen.has_content() && !seen.is_taken());
    lost.map(|seen| seen.bytes).sum()
}

fn seed() -> u64 {
    match std::env::var("FAULTS_SEED") {
        Ok(seed) => seed.parse().expect("FAULTS_SEED is a number"),
        Err(_) => RandomState::new().build_hasher().finish(),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn eight_kills_lose_nothing_and_little_is_sent_again() {
    kill(8, seed()).await;
}

/// About five minutes.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "long: cargo xtask test --soak"]
async fn a_hundred_kills_lose_nothing_and_little_is_sent_again() {
    kill(100, seed()).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn sigterm_ends_it_soon_and_the_next_run_goes_on() {
    let scene = Scene::new().await;
    scene.proxy.limit(Some(BYTES_PER_SECOND));
    let agent = scene.run();
    tokio::time::sleep(Duration::from_millis(1_500)).await;
    let begin = Instant::now();
    agent.terminate();
    let ended = agent.ended().await;
    assert!(begin.elapsed() < GRACE, "{:?}", begin.elapsed());
    assert!(!ended.status.success(), "not all was stored");
    println!("ended after {:?}", begin.elapsed());
    scene.bucket.check().await;
    let mut taken = BTreeSet::new();
    check_nothing_is_sent_again(&scene.proxy.record().all(), &mut taken);
    let first = scene.proxy.record().len();
    scene.proxy.limit(None);
    scene.run().succeeds().await;
    check_nothing_is_sent_again(&scene.proxy.record().since(first), &mut taken);
    scene.bucket.check_whole().await;
}
