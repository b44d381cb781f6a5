use super::Kind;
use super::order::by_name;
use crate::format::{count, size};

/// Folders below this depth are written into the names of their files: parsers of HTML give up at some depth.
const DEPTH_MAX: usize = 24;

/// So many files at most are shown with every folder open.
const OPEN_FILES_MAX: usize = 60;

/// A file in the tree.
#[derive(Debug, Clone)]
pub(crate) struct Leaf<'a> {
    pub(crate) path: &'a str,
    pub(crate) size_bytes: u64,
    pub(crate) stored: bool,
    pub(crate) link: Option<String>,
    pub(crate) needs_ranges: bool,
    pub(crate) fault: Option<String>,
}

/// The tree in the order of its HTML.
#[derive(Debug)]
pub(crate) enum Item<'a> {
    /// A folder begins.
    Folder {
        name: &'a str,
        size: String,
        count: String,
        open: bool,
    },
    /// The last folder that began ends.
    End,
    /// A file.
    File {
        name: &'a str,
        size: String,
        kind: Kind,
        leaf: Leaf<'a>,
    },
}

/// Files in the order of their paths, folder by folder.
pub(crate) fn items(mut leaves: Vec<Leaf<'_>>) -> Vec<Item<'_>> {
    leaves.sort_by(|a, b| by_name(a.path, b.path));
    let all_open = leaves.len() <= OPEN_FILES_MAX;
    let mut items = Vec::new();
    let mut open: Vec<&str> = Vec::new();
    for (at, leaf) in leaves.iter().enumerate() {
        let (folders, name) = split(leaf.path);
        let common = open
            .iter()
            .zip(&folders)
            .take_while(|(a, b)| a == b)
            .count();
        while open.len() > common {
            open.pop();
            items.push(Item::End);
        }
        for folder in &folders[common..] {
            open.push(folder);
            let inside = leaves[at..]
                .iter()
                .take_while(|leaf| split(leaf.path).0.starts_with(&open));
            let (files, bytes) = inside.fold((0, 0), |(files, bytes), leaf| {
                (files + 1, bytes + leaf.size_bytes)
            });
            items.push(Item::Folder {
                name: folder,
                size: size(bytes),
                count: count(files, "file"),
                open: all_open || open.len() == 1,
            });
        }
        items.push(Item::File {
            name,
            size: size(leaf.size_bytes),
            kind: Kind::of(leaf.path),
            leaf: leaf.clone(),
        });
    }
    items.extend(open.iter().map(|_| Item::End));
    items
}

/// The folders of a path, and what is left as the file's name.
fn split(path: &str) -> (Vec<&str>, &str) {
    let mut folders = Vec::new();
    let mut rest = path;
    while let Some((folder, below)) = rest.split_once('/')
        && folders.len() < DEPTH_MAX
        && !folder.is_empty()
    {
        folders.push(folder);
        rest = below;
    }
    (folders, rest)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn drawn(paths: &[&str]) -> String {
        let leaves = paths.iter().map(|path| Leaf {
            path,
            size_bytes: 1,
            stored: true,
            link: None,
            needs_ranges: false,
            fault: None,
        });
        let words = items(leaves.collect()).into_iter().map(|item| match item {
            Item::Folder { name, count, .. } => format!("{name} ({count}) ["),
            Item::End => "]".to_owned(),
            Item::File { name, .. } => name.to_owned(),
        });
        words.collect::<Vec<_>>().join(" ")
    }

    #[test]
    fn every_folder_begins_once_and_ends() {
        assert_eq!(
            drawn(&["a/b/2", "a!/x", "a/1", "z", "a/b/c/3"]),
            "a (3 files) [ 1 b (2 files) [ 2 c (1 file) [ 3 ] ] ] a! (1 file) [ x ] z"
        );
    }

    #[test]
    fn no_depth_is_too_deep() {
        let deep = vec!["d"; 488].join("/");
        let drawn = drawn(&[&deep]);
        assert_eq!(drawn.matches('[').count(), DEPTH_MAX);
        assert_eq!(drawn.matches(']').count(), DEPTH_MAX);
    }
}
