//! The files on this machine.

use std::fs::{self, OpenOptions};
use std::io::{Read, Seek, SeekFrom, Write};
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::Path;
use std::time::Duration;

use xtask::TorrentVersion;

use crate::agent::Agent;
use crate::content::{Content, FILM, NOTE, PAGE, TWO_PARTS};
use crate::scene::Scene;

/// The torrent is not stored, the file never becomes visible and nothing is left open, but all that is visible
/// is right; with the file mended, the next run finishes.
async fn is_refused(scene: &Scene, content: &Content, file: &str, words: &[&str]) {
    refuse(scene, scene.run_on(content), file, words).await;
    fs::remove_file(content.file(file))
        .or_else(|_| fs::remove_dir(content.file(file)))
        .expect("the file goes");
    fs::copy(scene.content.file(file), content.file(file)).expect("the file is mended");
    scene.run_on(content).succeeds().await;
    scene.bucket.check_whole().await;
}

async fn refuse(scene: &Scene, agent: Agent, file: &str, words: &[&str]) {
    let ended = agent.fails(words).await;
    let error = ended.error();
    // Of small files that share a piece nobody knows which is wrong: then it is any of them that is named.
    let is_shared = error.contains(".bin: piece") || error.contains(".txt: piece");
    assert!(error.contains(file) || is_shared, "no {file} in\n{error}");
    let visible = scene.bucket.check().await;
    assert!(!visible.contains(file), "{file} is visible");
    assert!(!scene.bucket.has_manifest().await, "there is a manifest");
    scene.bucket.check_no_upload().await;
    println!(
        "refused after {:.1} s, {} other files stored",
        ended.took.as_secs_f64(),
        visible.len()
    );
}

fn flip_bit(file: &Path, offset: u64) {
    let mut file = OpenOptions::new()
        .read(true)
        .write(true)
        .open(file)
        .expect("a file");
    let mut byte = [0];
    file.seek(SeekFrom::Start(offset)).expect("its middle");
    file.read_exact(&mut byte).expect("a byte");
    file.seek(SeekFrom::Start(offset)).expect("its middle");
    file.write_all(&[byte[0] ^ 0x01]).expect("a byte");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_keeps_its_file_out_of_s3() {
    for version in [
        TorrentVersion::V1,
        TorrentVersion::V2,
        TorrentVersion::Hybrid,
    ] {
        println!("{version:?}");
        let scene = Scene::with(version).await;
        let content = scene.copy();
        flip_bit(&content.file(FILM), 20_000_000);
        is_refused(&scene, &content, FILM, &["piece", "hash"]).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_bit_of_a_file_counts_too() {
    let scene = Scene::new().await;
    let content = scene.copy();
    let last = fs::metadata(content.file(TWO_PARTS)).expect("a file").len() - 1;
    // Its piece ends in another file.
    flip_bit(&content.file(TWO_PARTS), last);
    is_refused(&scene, &content, TWO_PARTS, &["piece", "hash"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_flipped_bit_in_a_small_file_keeps_it_out_of_s3() {
    let scene = Scene::new().await;
    let content = scene.copy();
    flip_bit(&content.file(NOTE), 17);
    is_refused(&scene, &content, NOTE, &["piece", "hash"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_truncated_file_is_refused() {
    let scene = Scene::new().await;
    let content = scene.copy();
    let file = OpenOptions::new().write(true).open(content.file(FILM));
    file.and_then(|file| file.set_len(20_000_000))
        .expect("a shorter file");
    is_refused(
        &scene,
        &content,
        FILM,
        &["20000000", "bytes", "ends", "short"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_truncated_while_it_is_read_is_refused() {
    let scene = Scene::new().await;
    let content = scene.copy();
    // So slow that the end of the file is not read yet, however late it is cut off.
    let agent = Agent::start_slowly(&content, &scene.bucket, &scene.proxy, "8MiB");
    tokio::time::sleep(Duration::from_millis(500)).await;
    let file = OpenOptions::new().write(true).open(content.file(TWO_PARTS));
    file.and_then(|file| file.set_len(31 << 20))
        .expect("a shorter file");
    refuse(
        &scene,
        agent,
        TWO_PARTS,
        &["bytes", "ends", "short", "piece"],
    )
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_grows_never_becomes_visible_with_more_than_the_torrents_bytes() {
    let scene = Scene::new().await;
    let content = scene.copy();
    scene.proxy.limit(Some(20 << 20));
    let agent = scene.run_on(&content);
    let mut file = OpenOptions::new()
        .append(true)
        .open(content.file(FILM))
        .expect("a file");
    let growing = tokio::spawn(async move {
        loop {
            file.write_all(&[7; 10_000]).expect("a longer file");
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    });
    let ended = agent.ended().await;
    growing.abort();
    let visible = scene.bucket.check().await;
    scene.bucket.check_no_upload().await;
    if ended.status.success() {
        scene.bucket.check_whole().await;
    } else {
        assert!(!visible.contains(FILM), "{FILM} is visible");
        assert!(ended.log.contains(FILM), "no {FILM} in\n{}", ended.log);
    }
    println!("{}, {} files stored", ended.status, visible.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_may_not_be_read_is_refused() {
    let scene = Scene::new().await;
    let content = scene.copy();
    let set = |mode| {
        let permissions = fs::Permissions::from_mode(mode);
        fs::set_permissions(content.file(FILM), permissions).expect("permissions");
    };
    fs::set_permissions(&content.dir, fs::Permissions::from_mode(0o755)).expect("permissions");
    set(0o000);
    let agent = Agent::start_unprivileged(&content, &scene.bucket, &scene.proxy);
    refuse(&scene, agent, FILM, &["ermission denied"]).await;
    set(0o644);
    scene.run_on(&content).succeeds().await;
    scene.bucket.check_whole().await;
}

/// As on a disk that goes bad: the file opens, its length is right, and the kernel does not read it.
#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_the_kernel_cannot_read_is_refused() {
    let scene = Scene::new().await;
    let content = scene.copy();
    let page = content.file(PAGE);
    fs::remove_file(&page).expect("the file goes");
    // Nobody can say how fast the loopback device is; asking is an error of the read.
    symlink("/sys/class/net/lo/speed", &page).expect("a link");
    let length = fs::metadata(&page).expect("its length").len();
    assert_eq!(
        length, 4096,
        "this kernel's pages are not those of the test"
    );
    is_refused(&scene, &content, PAGE, &["cannot be read"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_folder_in_a_files_place_is_refused() {
    let scene = Scene::new().await;
    let content = scene.copy();
    fs::remove_file(content.file(FILM)).expect("the file goes");
    fs::create_dir(content.file(FILM)).expect("a folder");
    is_refused(&scene, &content, FILM, &["directory", "bytes", "file"]).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_gone_is_refused() {
    let scene = Scene::new().await;
    let content = scene.copy();
    fs::remove_file(content.file(NOTE)).expect("the file goes");
    let moved = content.file("elsewhere");
    fs::create_dir(&moved).expect("a folder");
    refuse(&scene, scene.run_on(&content), NOTE, &["No such file"]).await;
}
