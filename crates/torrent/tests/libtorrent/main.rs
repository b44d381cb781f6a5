//! The same torrents, hostile ones most of all, read by us and by libtorrent as Deluge uses it: what Deluge
//! would refuse must be refused at once, what it takes must be taken, and both must see the same in it.

#[path = "../common/mod.rs"]
mod common;
mod encoding;
mod hybrid;
mod layers;
mod names;
mod oracle;
mod sizes;
mod stricter;
mod v2;

use std::collections::HashSet;

use oracle::{Accepted, Verdict};
use torrent::{FileKind, Metainfo};

/// One torrent, under a name that tells what is special about it.
struct Case {
    name: String,
    torrent: Vec<u8>,
    /// Its `info`, where that is a dictionary.
    info: Vec<u8>,
}

/// A torrent around `info`.
fn case(name: impl Into<String>, info: &[u8]) -> Case {
    Case {
        name: name.into(),
        torrent: common::torrent(info),
        info: info.to_vec(),
    }
}

/// A whole file.
fn whole(name: impl Into<String>, torrent: Vec<u8>) -> Case {
    Case {
        name: name.into(),
        torrent,
        info: Vec::new(),
    }
}

fn cases() -> Vec<Case> {
    [
        encoding::cases(),
        names::cases(),
        sizes::cases(),
        v2::cases(),
        hybrid::cases(),
        layers::cases(),
    ]
    .into_iter()
    .flatten()
    .collect()
}

#[test]
fn torrents_are_accepted_and_refused_as_libtorrent_does() {
    let cases = cases();
    let names: HashSet<_> = cases.iter().map(|case| case.name.as_str()).collect();
    assert_eq!(names.len(), cases.len(), "two cases have one name");
    let mut stricter = stricter::cases();
    let torrents: Vec<_> = cases.iter().map(|case| case.torrent.as_slice()).collect();
    let mut wrong = Vec::new();
    for (case, verdict) in cases.iter().zip(oracle::ask(&torrents)) {
        let ours = Metainfo::parse(&case.torrent);
        let exception = stricter.remove(case.name.as_str());
        let problem = match (ours, verdict, exception) {
            (Ok(ours), Verdict::Accepted(theirs), None) => difference(&ours, &theirs),
            (Err(_), Verdict::Refused(_), None) => None,
            (Err(_), Verdict::Accepted(theirs), Some(reason)) => {
                println!("stricter: {}: {reason}", case.name);
                reason.doubt(&case.info, &theirs)
            }
            (ours, theirs, exception) => Some(format!(
                "ours: {}\n    libtorrent: {}{}",
                ours.map_or_else(|error| error.to_string(), |_| "accepted".into()),
                match theirs {
                    Verdict::Accepted(_) => "accepted".into(),
                    Verdict::Refused(reason) => reason,
                },
                exception.map_or("", |_| "\n    listed as stricter")
            )),
        };
        wrong.extend(problem.map(|problem| format!("{}\n    {problem}", case.name)));
    }
    wrong.extend(stricter.keys().map(|name| format!("{name}: no such case")));
    assert!(
        wrong.is_empty(),
        "{} of {} cases:\n{}",
        wrong.len(),
        cases.len(),
        wrong.join("\n")
    );
}

/// What we see in a torrent, in libtorrent's words.
fn seen(metainfo: &Metainfo, theirs: &Accepted) -> Accepted {
    let kind = |kind| metainfo.files.iter().map(move |file| file.kind == kind);
    let mut trackers = metainfo.trackers.clone();
    trackers.sort_unstable();
    let infohash = metainfo.infohash.to_string();
    Accepted {
        v1: theirs.v1.as_ref().map(|_| infohash.clone()),
        // Of the v2 hash we keep what the swarm and Deluge use.
        v2: theirs.v2.as_ref().map(|long| {
            let ours = if theirs.v1.is_some() {
                metainfo.deluge_id.to_string()
            } else {
                infohash
            };
            format!("{ours}{}", &long[ours.len()..])
        }),
        id: metainfo.deluge_id.to_string(),
        total: metainfo.files.iter().map(|file| file.size_bytes).sum(),
        piece_length: metainfo.piece_length,
        sizes: metainfo.files.iter().map(|file| file.size_bytes).collect(),
        padding: kind(FileKind::Padding).collect(),
        symlink: kind(FileKind::Symlink).collect(),
        private: metainfo.private,
        trackers,
    }
}

fn difference(ours: &Metainfo, theirs: &Accepted) -> Option<String> {
    let seen = seen(ours, theirs);
    if seen != *theirs {
        let (ours, theirs) = (format!("{seen:?}"), format!("{theirs:?}"));
        let start = ours.bytes().zip(theirs.bytes()).take_while(|(a, b)| a == b);
        let start = start.count().saturating_sub(60);
        let part = |text: &str| text.chars().skip(start).take(400).collect::<String>();
        return Some(format!(
            "ours: {}\n    libtorrent: {}",
            part(&ours),
            part(&theirs)
        ));
    }
    let real = ours.files.iter().filter(|f| f.kind != FileKind::Padding);
    let mut paths = HashSet::new();
    let twice = real
        .map(|file| &file.path)
        .find(|path| !paths.insert(*path));
    if let Some(path) = twice {
        return Some(format!("two files are {path}"));
    }
    let climbs = |part: &str| matches!(part, "" | "." | "..") || part.contains(['\\', '\0']);
    let mut parts = paths.iter().flat_map(|path| path.as_str().split('/'));
    parts
        .find(|part| climbs(part))
        .map(|part| format!("a path with {part:?}"))
}
