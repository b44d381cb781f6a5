use std::cmp::Ordering;
use std::collections::{HashMap, HashSet};
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Range;
use std::sync::Arc;

/// Where a file of a torrent stands below the torrent's root: one or more clean components joined by `/`.
///
/// The names in a torrent are a stranger's. Here they lose everything that could lead out of their folder
/// or deceive a reader: separators, control characters and characters that turn the direction of writing
/// become `_`, `..` becomes `_`, empty components and `.` vanish, bytes that are not UTF-8 become U+FFFD, and
/// a component over 240 bytes is cut, as libtorrent cuts it. The result is never empty.
///
/// The paths of one torrent share their memory: a clone is cheap, and keeps all of them.
#[derive(Clone)]
pub struct FilePath {
    all: Arc<String>,
    start: u32,
    end: u32,
}

/// File systems take 255 bytes; libtorrent leaves room for what it appends to a name that is there twice.
pub(crate) const COMPONENT_BYTES_MAX: usize = 240;

/// An extension is kept when a component is cut, if it is no longer than this, its dot included.
const EXTENSION_BYTES_MAX: usize = 10;

impl FilePath {
    /// Cleans the components of a path as they stand in a metainfo file.
    pub fn from_components<'a>(components: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut path = Vec::new();
        for component in components {
            push_clean(&mut path, component);
        }
        if path.is_empty() {
            path.push(b'_');
        }
        Self::from_clean(&String::from_utf8_lossy(&path))
    }

    /// The path with `/` between its components.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.all[self.start as usize..self.end as usize]
    }

    /// The last component.
    #[must_use]
    pub fn file_name(&self) -> &str {
        let path = self.as_str();
        path.rsplit_once('/').map_or(path, |(_, name)| name)
    }

    /// Takes what [`push_clean`] has written, which must be a component at least.
    pub(crate) fn from_clean(path: &str) -> Self {
        Self::part_of(&Arc::new(path.to_owned()), 0..path.len())
    }

    /// As [`Self::from_clean`], for one of the paths that stand in `all` one after the other. Together they
    /// have less than 4 GiB, as the limits of a torrent file see to.
    pub(crate) fn part_of(all: &Arc<String>, part: Range<usize>) -> Self {
        let place = |at: usize| u32::try_from(at).unwrap_or(u32::MAX);
        Self {
            all: Arc::clone(all),
            start: place(part.start),
            end: place(part.end),
        }
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl fmt::Debug for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("FilePath").field(&self.as_str()).finish()
    }
}

impl PartialEq for FilePath {
    fn eq(&self, other: &Self) -> bool {
        self.as_str() == other.as_str()
    }
}

impl Eq for FilePath {}

impl PartialOrd for FilePath {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for FilePath {
    fn cmp(&self, other: &Self) -> Ordering {
        self.as_str().cmp(other.as_str())
    }
}

impl Hash for FilePath {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.as_str().hash(state);
    }
}

/// Appends one component, cleaned, after a `/` where one is needed.
pub(crate) fn push_clean(path: &mut Vec<u8>, component: &[u8]) {
    push(path, component, is_plain(component));
}

/// As [`push_clean`], where [`is_plain`] is known of the component.
#[inline]
pub(crate) fn push(path: &mut Vec<u8>, component: &[u8], is_plain: bool) {
    match component {
        b"" | b"." => return,
        _ if path.is_empty() => {}
        _ => path.push(b'/'),
    }
    match component {
        b".." => path.push(b'_'),
        _ if is_plain && component.len() <= COMPONENT_BYTES_MAX => {
            path.extend_from_slice(component);
        }
        _ => push_cut(path, &String::from_utf8_lossy(component)),
    }
}

/// Whether there is nothing in the bytes that a component would lose for it. Most torrents are like that.
pub(crate) fn is_plain(bytes: &[u8]) -> bool {
    let plain = |byte| matches!(byte, b' '..=b'~') && !matches!(byte, b'/' | b'\\');
    // No early end: that leaves the loop to the vector unit.
    bytes.iter().fold(true, |all, byte| all & plain(*byte))
}

#[cold]
fn push_cut(path: &mut Vec<u8>, text: &str) {
    let clean = |c: char| {
        let replaced = matches!(c, '/' | '\\') || c.is_control() || turns_direction(c);
        if replaced { '_' } else { c }
    };
    let clean: String = text.chars().map(clean).collect();
    if clean.len() <= COMPONENT_BYTES_MAX {
        path.extend_from_slice(clean.as_bytes());
        return;
    }
    let dot = clean.rfind('.').unwrap_or(clean.len());
    let extension = &clean[dot..];
    let extension = if extension.len() <= EXTENSION_BYTES_MAX {
        extension
    } else {
        ""
    };
    let cut = clean.floor_char_boundary(COMPONENT_BYTES_MAX - extension.len());
    path.extend_from_slice(&clean.as_bytes()[..cut]);
    path.extend_from_slice(extension.as_bytes());
}

/// Such characters make `gpj.exe` look like `exe.jpg`.
const fn turns_direction(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// Whether libtorrent, which drops what [`FilePath`] replaces, has nothing left of a component.
pub(crate) fn is_nothing(component: &[u8]) -> bool {
    if component.is_empty() {
        return false;
    }
    let dropped = |c: &char| {
        matches!(
            c,
            '\0' | '/' | '\\' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}'
        )
    };
    let text = String::from_utf8_lossy(component);
    let left: String = text.chars().filter(|c| !dropped(c)).take(3).collect();
    matches!(left.as_str(), "" | "." | "..")
}

/// The paths of a torrent that are given away. Two files of one torrent may claim the same path; each still
/// needs its own object.
#[derive(Default)]
pub(crate) struct TakenPaths {
    taken: HashSet<FilePath>,
    /// The last number that was tried for a path that was taken.
    numbers: HashMap<FilePath, usize>,
}

impl TakenPaths {
    /// `path`, or the first of `name.1.ext`, `name.2.ext` … that is free.
    pub(crate) fn take(&mut self, path: FilePath) -> FilePath {
        if self.taken.insert(path.clone()) {
            return path;
        }
        let (whole, name) = (path.as_str(), path.file_name());
        let dot = name.rfind('.').filter(|dot| *dot > 0);
        let end_of_stem = whole.len() - name.len() + dot.unwrap_or(name.len());
        let (stem, extension) = whole.split_at(end_of_stem);
        let number = self.numbers.entry(path.clone()).or_default();
        loop {
            *number += 1;
            let free = FilePath::from_clean(&format!("{stem}.{number}{extension}"));
            if self.taken.insert(free.clone()) {
                return free;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(components: &[&str]) -> String {
        FilePath::from_components(components.iter().map(|c| c.as_bytes())).to_string()
    }

    #[test]
    fn hostile_names_stay_below_the_root() {
        assert_eq!(path(&["..", "..", "etc", "passwd"]), "_/_/etc/passwd");
        assert_eq!(path(&["/etc/passwd"]), "_etc_passwd");
        assert_eq!(path(&["a\\b", "c\0d\n"]), "a_b/c_d_");
        assert_eq!(path(&["", ".", ""]), "_");
        assert_eq!(path(&["übung", "naïve song.ogg"]), "übung/naïve song.ogg");
        assert_eq!(path(&["song\u{202e}gpj.exe"]), "song_gpj.exe");
    }

    #[test]
    fn long_names_are_cut_and_keep_their_extension() {
        let long = "ä".repeat(300);
        assert_eq!(path(&["a", &long]), format!("a/{}", "ä".repeat(120)));
        assert_eq!(
            path(&[&format!("{long}.webm")]),
            format!("{}.webm", "ä".repeat(117))
        );
        assert_eq!(
            path(&[&format!("a.{}", "b".repeat(300))]),
            format!("a.{}", "b".repeat(238))
        );
    }

    #[test]
    fn libtorrent_has_nothing_left_of_some_names() {
        for name in [".", "..", "/", "\\", "/.", "\0", "\u{202e}", "././"] {
            assert!(is_nothing(name.as_bytes()), "{name:?}");
        }
        for name in ["", "...", "a", " ", "\n", "\u{2066}", "/a"] {
            assert!(!is_nothing(name.as_bytes()), "{name:?}");
        }
    }

    #[test]
    fn the_same_path_twice_gives_two_paths() {
        let mut taken = TakenPaths::default();
        let mut add = |text: &str| taken.take(FilePath::from_clean(text)).to_string();
        assert_eq!(add("a/bar.txt"), "a/bar.txt");
        assert_eq!(add("a/bar.2.txt"), "a/bar.2.txt");
        assert_eq!(add("a/bar.txt"), "a/bar.1.txt");
        assert_eq!(add("a/bar.txt"), "a/bar.3.txt");
        assert_eq!(add("a/bar.2.txt"), "a/bar.2.1.txt");
        assert_eq!(add("a/.hidden"), "a/.hidden");
        assert_eq!(add("a/.hidden"), "a/.hidden.1");
    }

    proptest! {
        #[test]
        fn no_component_is_empty_climbs_or_controls(names in prop::collection::vec(prop::collection::vec(any::<u8>(), 0..12), 0..6)) {
            let path = FilePath::from_components(names.iter().map(Vec::as_slice));
            for component in path.as_str().split('/') {
                prop_assert!(!matches!(component, "" | "." | ".."));
                prop_assert!(!component.chars().any(|c| c.is_control() || c == '\\'));
            }
        }
    }
}
