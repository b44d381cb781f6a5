//! The page of one torrent, as it is stored, and the lists beside it.

use pages::{CompletePage, Expected, Kind, PageFile};
use torrent::{FilePath, Infohash, ObjectKey, PageKey};

const HOSTILE: &str = "<img src=x onerror=alert(1)>";

fn infohash() -> Infohash {
    Infohash::v1(b"complete")
}

fn file(path: &str, size_bytes: u64) -> PageFile {
    let path = FilePath::from_components(path.split('/').map(str::as_bytes));
    PageFile {
        key: ObjectKey::file(infohash(), &path).to_string(),
        path: path.as_str().to_owned(),
        size_bytes,
        crc32: None,
    }
}

fn files() -> Vec<PageFile> {
    vec![
        file("video/Größe & mehr 50%.mkv", 3 << 30),
        file("video/Größe & mehr 50%.srt", 70_000),
        file(&format!("{HOSTILE}.txt"), 1),
        file("pictures/\"><script>.png", 4_000),
        file(&format!("deep/{}.bin", "x".repeat(255)), 5 << 20),
        file("deep/paper.pdf", 5 << 10),
        file("photo\u{202e}gpj.exe", 0),
    ]
}

fn page(files: Vec<PageFile>, expected: Option<Vec<PageFile>>) -> CompletePage {
    CompletePage {
        infohash: infohash(),
        name: format!("{HOSTILE} \u{202e}dne"),
        added_at: Some("2026-03-01T11:54:40Z".parse().unwrap()),
        expires_at: None,
        files,
        expected: expected.map(|files| Expected {
            name: HOSTILE.into(),
            files,
            stored_at: "2026-03-01T12:00:00Z".parse().unwrap(),
        }),
    }
}

fn checked(files: Vec<PageFile>) -> Vec<PageFile> {
    let crc32 = Some("00c0ffee".to_owned());
    files
        .into_iter()
        .map(|file| PageFile {
            crc32: crc32.clone(),
            ..file
        })
        .collect()
}

#[test]
fn everything_is_there() {
    let page = page(files(), Some(files()));
    assert!(page.is_complete());
    assert!(!page.has_zip(), "its manifest has no checksums");
    insta::assert_snapshot!(page.to_html());
}

#[test]
fn what_expires_says_until_when_it_is_kept() {
    let mut page = page(files(), Some(files()));
    page.expires_at = Some("2026-04-01T00:00:00Z".parse().unwrap());
    let kept = r#"kept until <time datetime="2026-04-01T00:00:00Z">2026-04-01 00:00 UTC</time>"#;
    assert!(page.to_html().contains(kept));
    page.files.pop();
    assert!(
        !page.to_html().contains("kept until"),
        "the rest is still to come"
    );
}

/// A file over what one answer of `CloudFront` can have is not offered as if it could be fetched like the others.
#[test]
fn a_file_over_50_gb_says_how_to_fetch_it_and_is_in_no_list_that_cannot() {
    let mut all = files();
    all.push(file("backup.img", 50_000_000_001));
    all.push(file("fits.img", 50_000_000_000));
    let page = page(all.clone(), Some(checked(all)));
    let html = page.to_html();
    let command = format!("<code>torrent2s3 get {}</code>", infohash());
    assert_eq!(
        html.matches("over 50 GB").count(),
        2,
        "at the file, and at the lists"
    );
    assert_eq!(html.matches(&command).count(), 2);
    assert!(page.has_zip(), "the browser fetches it in ranges");
    for list in page.lists("https://a.example") {
        let has_it = list.body.contains("backup.img");
        let whole = matches!(list.key, PageKey::FilesJson(_));
        assert_eq!(has_it, whole, "{}", list.key);
        let plays = matches!(list.key, PageKey::Playlist(_));
        assert_eq!(list.body.contains("fits.img"), !plays, "{}", list.key);
    }
}

#[test]
fn with_checksums_there_is_a_zip() {
    let page = page(files(), Some(checked(files())));
    assert!(page.has_zip());
    assert!(page.to_html().contains("href=\"all.zip\""));
}

#[test]
fn one_is_missing_one_has_another_size_and_one_is_extra() {
    let mut stored = files();
    stored.remove(4);
    stored[2].size_bytes = 2;
    stored.push(file("extra.nfo", 9));
    let page = page(stored, Some(checked(files())));
    assert!(!page.is_complete() && !page.has_zip());
    assert!(page.to_html().contains("5 of 7 files stored"));
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
    let (there, back) = (page(there, Some(files())), page(back, Some(files())));
    assert_eq!(there.to_html(), back.to_html());
    assert_eq!(there.lists("https://x"), back.lists("https://x"));
}

#[test]
fn every_file_has_one_link() {
    let html = page(files(), Some(files())).to_html();
    assert_eq!(html.matches("href=\"/files/").count(), files().len());
}

#[test]
fn only_keys_of_files_become_links() {
    let mut stored = files();
    stored[0].key = "//evil.example/x".into();
    stored[1].key = format!("manifests/{}.json", infohash());
    let page = page(stored, None);
    let html = page.to_html();
    assert_eq!(html.matches("href=\"/files/").count(), files().len() - 2);
    let mut everything = html;
    for list in page.lists("https://x") {
        everything += &list.body;
    }
    assert!(!everything.contains("evil.example"));
    assert!(!everything.contains("manifests"));
}

#[test]
fn names_stay_text_and_nothing_is_inline() {
    let html = page(files(), Some(files())).to_html();
    for never in [
        "<img src=x",
        "<script>",
        "<style",
        "style=\"",
        "javascript:",
        "onerror=alert(1)>.",
    ] {
        assert!(!html.contains(never), "{never}");
    }
    assert_eq!(html.matches("<script").count(), 1, "the page's own");
}

#[test]
fn the_lists_name_every_file_once() {
    let page = page(files(), Some(checked(files())));
    let lists = page.lists("https://example.net");
    let shown = lists
        .iter()
        .map(|list| format!("== {} ({})\n{}\n", list.key, list.content_type, list.body));
    let all: String = shown.collect();
    insta::assert_snapshot!(all);
}

#[test]
fn a_hostile_path_neither_ends_a_line_nor_leaves_its_folder() {
    let mut evil = file("x", 1);
    evil.path = "../../etc/a\nurl = \"file:///etc/passwd\"".into();
    for list in page(vec![evil], None).lists("https://example.net") {
        assert!(!list.body.contains("../"), "{}", list.key);
        assert!(
            !list
                .body
                .lines()
                .any(|line| line.starts_with("url = \"file")),
            "{}",
            list.key
        );
        if list.key == PageKey::Curl(infohash()) {
            assert!(
                list.body
                    .contains("output = \"_/_/etc/a_url = \\\"file:/etc/passwd\\\"\""),
                "{}",
                list.body
            );
        }
    }
}

#[test]
fn most_of_it_is_video() {
    assert_eq!(page(files(), None).kind(), Kind::Video);
}
