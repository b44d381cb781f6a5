//! S3 and the way to it.

use std::time::Duration;

use crate::agent::Agent;
use crate::fault::{Fault, Operation, Rule};
use crate::scene::Scene;

/// Runs a transfer that meets these faults, all of which must have happened, and checks that all is well in the
/// end.
async fn survives(rules: &[Rule]) -> Scene {
    let scene = Scene::new().await;
    for rule in rules {
        scene.proxy.add(rule.clone());
    }
    let ended = scene.run().succeeds().await;
    let struck = scene.proxy.record().struck();
    let wanted: usize = rules.iter().map(|rule| rule.times).sum();
    assert_eq!(struck, wanted, "faults that happened\n{}", ended.log);
    scene.bucket.check_whole().await;
    check_manifest_came_last(&scene);
    println!("{struck} faults, {:.1} s", ended.took.as_secs_f64());
    scene
}

/// The manifest was not even on its way before S3 had taken every file.
fn check_manifest_came_last(scene: &Scene) {
    let all = scene.proxy.record().all();
    let manifest = all
        .iter()
        .position(|seen| seen.key.starts_with("manifests/"));
    let manifest = manifest.expect("a manifest was sent");
    let files = all.iter().filter(|seen| {
        let finishes = matches!(seen.operation, Operation::PutObject | Operation::Complete);
        finishes && seen.key.starts_with("files/") && seen.is_taken()
    });
    for file in files {
        let (_, before) = file.answer.expect("it was taken");
        assert!(before <= manifest, "{} came after the manifest", file.key);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_fault_everything_is_stored_once() {
    let scene = survives(&[]).await;
    let sent: u64 = scene
        .proxy
        .record()
        .all()
        .iter()
        .filter(|seen| seen.has_content())
        .map(|seen| seen.bytes)
        .sum();
    assert_eq!(sent, scene.bucket.content_bytes());
    let requests = scene.proxy.record().len();
    // What is there is not sent again.
    scene.run().succeeds().await;
    let again = scene.proxy.record().since(requests);
    let sent = again.iter().filter(|seen| seen.has_content()).count();
    assert_eq!(sent, 0, "files sent again");
    println!("{requests} requests at first, {} again", again.len());
    scene.bucket.check_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn internal_errors_of_every_request_are_survived() {
    let each = [
        Operation::ListUploads,
        Operation::Create,
        Operation::UploadPart,
        Operation::PutObject,
        Operation::Complete,
    ];
    survives(&each.map(|operation| Rule::new(operation, Fault::INTERNAL_ERROR))).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_down_is_survived() {
    let scene = survives(&[
        Rule::new(Operation::UploadPart, Fault::SLOW_DOWN).times(4),
        Rule::new(Operation::PutObject, Fault::SLOW_DOWN).times(6),
    ])
    .await;
    // A client that answers "slow down" with a storm would be the fault.
    let sent = scene.proxy.record().count(Operation::UploadPart);
    assert!(sent <= 5 + 4, "{sent} parts were sent");
}

#[tokio::test(flavor = "multi_thread")]
async fn request_timeouts_are_survived() {
    survives(&[
        Rule::new(Operation::UploadPart, Fault::REQUEST_TIMEOUT).times(2),
        Rule::new(Operation::PutObject, Fault::REQUEST_TIMEOUT).times(2),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn connections_that_break_inside_a_body_are_survived() {
    let break_after = |after_bytes| Fault::Break { after_bytes };
    survives(&[
        Rule::new(Operation::UploadPart, break_after(5 << 20)).times(2),
        Rule::new(Operation::UploadPart, break_after(0)).skip(1),
        Rule::new(Operation::PutObject, break_after(10)).times(2),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn lost_answers_are_survived() {
    survives(&[
        Rule::new(Operation::Create, Fault::LoseAnswer),
        Rule::new(Operation::UploadPart, Fault::LoseAnswer),
        Rule::new(Operation::PutObject, Fault::LoseAnswer),
        Rule::new(Operation::Complete, Fault::LoseAnswer),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_that_hangs_is_given_up_and_asked_again() {
    survives(&[
        Rule::new(Operation::UploadPart, Fault::Hang),
        Rule::new(Operation::PutObject, Fault::Hang),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn an_error_under_a_200_of_complete_is_an_error() {
    survives(&[Rule::new(Operation::Complete, Fault::OK_WITH_ERROR).times(2)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn bits_that_flip_on_the_way_are_noticed_by_s3_and_sent_again() {
    survives(&[
        Rule::new(Operation::UploadPart, Fault::FlipBit).times(2),
        Rule::new(Operation::PutObject, Fault::FlipBit).key("notes/"),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_expire_midway_and_come_back_are_survived() {
    survives(&[
        Rule::new(Operation::UploadPart, Fault::EXPIRED_TOKEN).skip(2),
        Rule::new(Operation::PutObject, Fault::EXPIRED_TOKEN).skip(5),
    ])
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_until_it_is_set_is_survived() {
    survives(&[Rule::new(Operation::UploadPart, Fault::CLOCK_SKEWED).skip(1)]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn slow_answers_only_take_time() {
    let late = Fault::Delay(Duration::from_millis(700));
    survives(&[
        Rule::new(Operation::UploadPart, late).times(3),
        Rule::new(Operation::PutObject, late).times(10),
    ])
    .await;
}

/// What never gets better ends the run with an error that says what it was; nothing is left behind, and once
/// it is better the next run finishes the work.
async fn ends_cleanly(rule: Rule, words: &[&str]) {
    let scene = Scene::new().await;
    scene.proxy.add(rule.always());
    let ended = scene.run().fails(words).await;
    let visible = scene.bucket.check().await.len();
    assert!(!scene.bucket.has_manifest().await, "there is a manifest");
    let uploads = scene.bucket.uploads().await;
    println!(
        "gave up after {:.1} s with {visible} files stored, uploads left for the next run: {uploads:?}",
        ended.took.as_secs_f64()
    );
    scene.proxy.heal();
    scene.run().succeeds().await;
    scene.bucket.check_whole().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn credentials_that_stay_expired_end_the_run() {
    ends_cleanly(
        Rule::new(Operation::UploadPart, Fault::EXPIRED_TOKEN).skip(1),
        &["ExpiredToken"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_stays_wrong_ends_the_run() {
    ends_cleanly(
        Rule::new(Operation::PutObject, Fault::CLOCK_SKEWED).key("notes/"),
        &["RequestTimeTooSkewed"],
    )
    .await;
}

/// A real clock that is wrong, and AWS's own rule about it.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_by_ten_minutes_does_not_matter() {
    for offset in ["+10m", "-10m"] {
        let scene = Scene::new().await;
        let agent = Agent::start_with_clock(&scene.content, &scene.bucket, &scene.proxy, offset);
        agent.succeeds().await;
        assert_eq!(scene.proxy.record().struck(), 0, "requests refused");
        scene.bucket.check_whole().await;
    }
}

/// Refused answers have the right time with them, and the next requests are signed with that.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_off_by_an_hour_is_made_up_for() {
    let scene = Scene::new().await;
    let agent = Agent::start_with_clock(&scene.content, &scene.bucket, &scene.proxy, "-1h");
    let ended = agent.succeeds().await;
    let refused = scene.proxy.record().struck();
    assert!(refused > 0, "nothing was refused");
    println!("{refused} refused, {:.1} s", ended.took.as_secs_f64());
    scene.bucket.check_whole().await;
}
