//! Everything that is stored, on one page.

use pages::{Kind, Library, LibraryEntry};
use torrent::{Infohash, Timestamp};

fn entry(name: &str, second: i64) -> LibraryEntry {
    LibraryEntry {
        infohash: Infohash::v1(name.as_bytes()),
        name: name.into(),
        size_bytes: 3 << 20,
        file_count: 2,
        kind: Kind::Video,
        stored_at: Timestamp::from_second(1_772_000_000 + second).unwrap(),
        expires_at: None,
    }
}

#[test]
fn the_newest_is_first_whatever_came_first() {
    let hostile = entry("<img src=x onerror=alert(1)> \u{202e}dne", 3);
    let all = [entry("old", 1), hostile, entry("new", 9)];
    let (mut one, mut other) = (Library::default(), Library::default());
    for (a, b) in all.iter().zip(all.iter().rev()) {
        assert!(one.insert(a.clone()));
        assert!(other.insert(b.clone()));
    }
    assert_eq!(one, other);
    insta::assert_snapshot!(one.to_html());
}

#[test]
fn what_expires_says_until_when_it_is_kept() {
    let mut library = Library::default();
    library.insert(entry("stays", 1));
    assert!(!serde_json::to_string(&library).unwrap().contains("expires"));
    library.insert(LibraryEntry {
        expires_at: Some("2026-04-01T00:00:00Z".parse().unwrap()),
        ..entry("goes", 2)
    });
    let html = library.to_html();
    assert_eq!(html.matches("kept until").count(), 1);
    assert!(html.contains(r#"kept until <time datetime="2026-04-01T00:00:00Z">"#));
}

#[test]
fn the_same_again_is_no_news_and_another_name_is() {
    let mut library = Library::default();
    assert!(library.insert(entry("a", 1)));
    assert!(!library.insert(entry("a", 1)));
    let renamed = LibraryEntry {
        name: "b".into(),
        ..entry("a", 1)
    };
    assert!(library.insert(renamed));
    assert!(library.to_html().contains("1 torrent stored"));
    assert!(library.remove(entry("a", 1).infohash));
    assert!(!library.remove(entry("a", 1).infohash));
    insta::assert_snapshot!(library.to_html());
}

#[test]
fn it_reads_back_and_is_cut_after_500() {
    let mut library = Library::default();
    for at in 0..503 {
        library.insert(entry(&format!("torrent {at}"), at));
    }
    let json = serde_json::to_string(&library).unwrap();
    assert_eq!(serde_json::from_str::<Library>(&json).unwrap(), library);
    let html = library.to_html();
    assert_eq!(html.matches("<li data-kind").count(), 500);
    assert!(
        html.contains("503 torrents")
            && html.contains("And 3 older")
            && !html.contains(">torrent 2<")
    );
}
