use pages::LibraryEntry;
use store::Notice;
use torrent::PageKey;

/// What SNS takes as a subject, in characters; the rest of them is the words around the name.
const SUBJECT_NAME_MAX: usize = 70;

/// More of a name helps nobody.
const NAME_MAX: usize = 300;

/// What the owner is told of a torrent that is wholly stored. `site` is the address of the front door.
pub(crate) fn notice(entry: &LibraryEntry, site: &str) -> Notice {
    let name = readable(&entry.name);
    let url = format!("{site}/{}", PageKey::Complete(entry.infohash));
    let files = if entry.file_count == 1 {
        "file"
    } else {
        "files"
    };
    Notice {
        subject: subject(&entry.name),
        text: format!(
            "{name} is complete: {} {files}, {}.\n\n{url}\n\nInfo-hash {}, stored {:.0}.\n",
            entry.file_count,
            pages::size(entry.size_bytes),
            entry.infohash,
            entry.stored_at
        ),
        attributes: vec![
            ("event", "String", "completed".to_owned()),
            ("infohash", "String", entry.infohash.to_string()),
            ("name", "String", name),
            ("url", "String", url),
            ("kind", "String", entry.kind.as_str().to_owned()),
            ("size_bytes", "Number", entry.size_bytes.to_string()),
            ("file_count", "Number", entry.file_count.to_string()),
            ("stored_at", "String", entry.stored_at.to_string()),
        ],
    }
}

/// The name without what would begin a line of its own or turn the text around: it is a stranger's.
fn readable(name: &str) -> String {
    let is_plain = |c: char| {
        !c.is_control()
            && !matches!(c, '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{fffe}' | '\u{ffff}')
    };
    let clean: String = name
        .chars()
        .map(|c| if is_plain(c) { c } else { ' ' })
        .take(NAME_MAX)
        .collect();
    if clean.trim().is_empty() {
        "A torrent without a name".to_owned()
    } else {
        clean.trim().to_owned()
    }
}

/// SNS takes a subject of ASCII alone (API reference, "Publish").
fn subject(name: &str) -> String {
    let ascii = |c: char| {
        if c.is_ascii_graphic() || c == ' ' {
            c
        } else {
            '?'
        }
    };
    let name: String = readable(name)
        .chars()
        .map(ascii)
        .take(SUBJECT_NAME_MAX)
        .collect();
    format!("Complete: {name}")
}

#[cfg(test)]
mod tests {
    use pages::Kind;
    use torrent::Infohash;

    use super::*;

    fn told(name: &str) -> Notice {
        let entry = LibraryEntry {
            infohash: Infohash::v1(b"notice"),
            name: name.into(),
            size_bytes: 3 << 20,
            file_count: 2,
            kind: Kind::Audio,
            stored_at: "2026-03-01T12:00:00.123Z".parse().unwrap(),
            expires_at: None,
        };
        notice(&entry, "https://example.net")
    }

    #[test]
    fn it_reads_as_a_message_and_links_to_the_page() {
        let infohash = Infohash::v1(b"notice");
        let notice = told("An album");
        assert_eq!(notice.subject, "Complete: An album");
        assert_eq!(
            notice.text,
            format!(
                "An album is complete: 2 files, 3.0 MiB.\n\nhttps://example.net/complete/{infohash}/index.html\n\nInfo-hash {infohash}, stored 2026-03-01T12:00:00Z.\n"
            )
        );
        let size = notice
            .attributes
            .iter()
            .find(|(name, ..)| *name == "size_bytes");
        assert_eq!(size, Some(&("size_bytes", "Number", "3145728".to_owned())));
    }

    #[test]
    fn a_hostile_name_stays_one_line_that_sns_takes() {
        let long = "ü".repeat(5_000);
        for name in [
            "a\r\nBcc: everybody\u{2028}x",
            "\u{202e}gpj.exe",
            "",
            "\0\t",
            "🎬 Größe",
            &long,
        ] {
            let notice = told(name);
            assert_eq!(notice.text.lines().count(), 5, "{name:?}");
            assert!(
                !notice.text.contains(['\r', '\u{2028}', '\u{202e}', '\0']),
                "{name:?}"
            );
            assert!(
                notice.subject.len() <= 100
                    && notice.subject.bytes().all(|b| (b' '..=b'~').contains(&b)),
                "{name:?}"
            );
            assert!(
                notice
                    .attributes
                    .iter()
                    .all(|(.., value)| !value.is_empty()),
                "{name:?}"
            );
        }
    }
}
