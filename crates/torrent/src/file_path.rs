use std::collections::HashSet;
use std::fmt;

/// Where a file of a torrent stands below the torrent's root: one or more clean components joined by `/`.
///
/// The names in a torrent are a stranger's. Here they lose everything that could lead out of their folder
/// or break a terminal: separators and control characters become `_`, `..` becomes `_`, empty components
/// and `.` vanish, bytes that are not UTF-8 become U+FFFD. The result is never empty.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FilePath(String);

impl FilePath {
    /// Cleans the components of a path as they stand in a metainfo file.
    pub fn from_components<'a>(components: impl IntoIterator<Item = &'a [u8]>) -> Self {
        let mut path = String::new();
        for component in components {
            let clean = clean(component);
            if clean.is_empty() {
                continue;
            }
            if !path.is_empty() {
                path.push('/');
            }
            path.push_str(&clean);
        }
        if path.is_empty() {
            path.push('_');
        }
        Self(path)
    }

    /// The path with `/` between its components.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The last component.
    #[must_use]
    pub fn file_name(&self) -> &str {
        self.0.rsplit_once('/').map_or(&self.0, |(_, name)| name)
    }

    /// This path, or the first of `name.1.ext`, `name.2.ext` … that `taken` does not hold; adds it there.
    ///
    /// Two files of one torrent may claim the same path; each still needs its own object.
    pub(crate) fn made_unique(self, taken: &mut HashSet<Self>) -> Self {
        if taken.insert(self.clone()) {
            return self;
        }
        let name_start = self.0.len() - self.file_name().len();
        let dot = self.file_name().rfind('.').filter(|dot| *dot > 0);
        let (stem, extension) = self
            .0
            .split_at(dot.map_or(self.0.len(), |dot| name_start + dot));
        // One of the first `taken.len() + 1` numbers is free.
        (1..=taken.len() + 1)
            .map(|n| Self(format!("{stem}.{n}{extension}")))
            .find(|path| taken.insert(path.clone()))
            .unwrap_or(self)
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// One component: text, without anything that separates, controls or climbs.
fn clean(component: &[u8]) -> String {
    let text = String::from_utf8_lossy(component);
    match text.as_ref() {
        "" | "." => String::new(),
        ".." => "_".to_owned(),
        text => text
            .chars()
            .map(|c| {
                if matches!(c, '/' | '\\') || c.is_control() {
                    '_'
                } else {
                    c
                }
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn path(components: &[&str]) -> String {
        FilePath::from_components(components.iter().map(|c| c.as_bytes())).0
    }

    #[test]
    fn hostile_names_stay_below_the_root() {
        assert_eq!(path(&["..", "..", "etc", "passwd"]), "_/_/etc/passwd");
        assert_eq!(path(&["/etc/passwd"]), "_etc_passwd");
        assert_eq!(path(&["a\\b", "c\0d\n"]), "a_b/c_d_");
        assert_eq!(path(&["", ".", ""]), "_");
        assert_eq!(path(&["übung", "naïve song.ogg"]), "übung/naïve song.ogg");
    }

    #[test]
    fn the_same_path_twice_gives_two_paths() {
        let mut taken = HashSet::new();
        let mut add = |text: &str| {
            FilePath::from_components(text.split('/').map(str::as_bytes))
                .made_unique(&mut taken)
                .0
        };
        assert_eq!(add("a/bar.txt"), "a/bar.txt");
        assert_eq!(add("a/bar.txt"), "a/bar.1.txt");
        assert_eq!(add("a/bar.txt"), "a/bar.2.txt");
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
