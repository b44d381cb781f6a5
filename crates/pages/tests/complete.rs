//! The page of one torrent, as it is stored.

use pages::CompletePage;
use torrent::{FilePath, Infohash, Manifest, ObjectKey, StoredFile};

const HOSTILE: &str = "<img src=x onerror=alert(1)>";

fn infohash() -> Infohash {
    Infohash::v1(b"complete")
}

fn file(path: &str, size_bytes: u64) -> StoredFile {
    let path = FilePath::from_components(path.split('/').map(str::as_bytes));
    StoredFile {
        key: ObjectKey::file(infohash(), &path).to_string(),
        path: path.as_str().to_owned(),
        size_bytes,
        crc32: None,
    }
}

fn files() -> Vec<StoredFile> {
    vec![
        file("video/Größe & mehr 50%.mkv", 3 << 30),
        file(&format!("{HOSTILE}.txt"), 1),
        file(&format!("deep/{}.bin", "x".repeat(255)), 5 << 20),
        file("photo\u{202e}gpj.exe", 0),
    ]
}

fn page(files: Vec<StoredFile>, expected: Option<Vec<StoredFile>>) -> CompletePage {
    CompletePage {
        infohash: infohash(),
        name: format!("{HOSTILE} \u{202e}dne"),
        files,
        expected: expected.map(|files| Manifest {
            infohash: infohash(),
            name: HOSTILE.into(),
            files,
            size_bytes: None,
            started_at: None,
            stored_at: "2026-03-01T12:00:00Z".parse().unwrap(),
        }),
    }
}

#[test]
fn everything_is_there() {
    let page = page(files(), Some(files()));
    assert!(page.is_complete());
    insta::assert_snapshot!(page.to_html());
}

#[test]
fn one_is_missing_one_has_another_size_and_one_is_extra() {
    let mut stored = files();
    stored.remove(2);
    stored[1].size_bytes = 2;
    stored.push(file("extra.nfo", 9));
    let page = page(stored, Some(files()));
    assert!(!page.is_complete());
    assert!(page.to_html().contains("2 of 4 files stored"));
    insta::assert_snapshot!(page.to_html());
}

#[test]
fn what_is_expected_is_not_known_yet() {
    let page = page(files(), None);
    assert!(!page.is_complete());
    insta::assert_snapshot!(page.to_html());
}

#[test]
fn nothing_is_there() {
    insta::assert_snapshot!(page(Vec::new(), Some(files())).to_html());
}

#[test]
fn the_order_of_the_listing_does_not_show() {
    let (mut there, mut back) = (files(), files());
    there.sort_by(|a, b| a.key.cmp(&b.key));
    back.reverse();
    assert_eq!(
        page(there, Some(files())).to_html(),
        page(back, Some(files())).to_html()
    );
}

#[test]
fn only_keys_of_files_become_links() {
    let mut stored = files();
    stored[0].key = "//evil.example/x".into();
    stored[1].key = format!("manifests/{}.json", infohash());
    let html = page(stored, None).to_html();
    let links = html.matches("<a href=\"/files/").count();
    assert_eq!(links, 2);
    assert!(!html.contains("evil.example"));
    assert!(!html.contains("manifests"));
}

#[test]
fn names_stay_text_and_nothing_is_inline() {
    let html = page(files(), Some(files())).to_html();
    for never in ["<img src=x", "<script", "<style", "style=\"", "javascript:"] {
        assert!(!html.contains(never), "{never}");
    }
}
