use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::{fs, io};

use torrent::{FilePath, Infohash};

use super::partial::Partial;
use crate::failure::Failure;

/// The name of the folder with the partial files.
const PARTIALS: &str = ".torrent2s3";

/// The folder that files are downloaded into. Nothing is written outside it.
#[derive(Debug)]
pub(crate) struct Folder {
    root: PathBuf,
    /// Which file of which torrent a path was given to.
    given: HashMap<FilePath, (Infohash, u32)>,
}

/// Where one file belongs, and what is there.
#[derive(Debug)]
pub(crate) enum Place {
    /// Nothing yet.
    Free(PathBuf),
    /// A file of the right size.
    Taken(PathBuf),
}

impl Folder {
    pub(crate) fn new(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
            given: HashMap::new(),
        }
    }

    /// The place of a file. Its path is cleaned here whatever the server did, as [`FilePath`] does it: it
    /// cannot climb, be absolute or hold control characters.
    ///
    /// # Errors
    /// When something else is there.
    pub(crate) fn place(
        &mut self,
        infohash: Infohash,
        index: u32,
        path: &str,
        size_bytes: u64,
    ) -> Result<Place, Failure> {
        let clean = FilePath::from_components(path.split('/').map(str::as_bytes));
        let (first, _) = clean
            .as_str()
            .split_once('/')
            .unwrap_or((clean.as_str(), ""));
        // Not every file system tells cases apart.
        if first.eq_ignore_ascii_case(PARTIALS) {
            let detail = format!("{clean} would be among the partial files");
            return Err(Failure::failed("in-the-way", detail));
        }
        let owner = *self.given.entry(clean.clone()).or_insert((infohash, index));
        if owner != (infohash, index) {
            let detail = format!(
                "{clean} is also a file of {}; get one of them into another folder",
                owner.0
            );
            return Err(Failure::failed("in-the-way", detail));
        }
        let target: PathBuf = clean
            .as_str()
            .split('/')
            .fold(self.root.clone(), |path, part| path.join(part));
        match fs::metadata(&target) {
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::NotFound | io::ErrorKind::NotADirectory
                ) =>
            {
                Ok(Place::Free(target))
            }
            Err(error) => Err(Failure::failed(
                "disk",
                format!("{}: {error}", target.display()),
            )),
            Ok(there) if there.is_file() && there.len() == size_bytes => Ok(Place::Taken(target)),
            Ok(there) => {
                let what = if there.is_file() {
                    format!("a file of {} bytes", there.len())
                } else {
                    "something else".into()
                };
                let detail = format!(
                    "{}: {what} is there, and the torrent's has {size_bytes} bytes; move it away, or choose another folder",
                    target.display()
                );
                Err(Failure::failed("in-the-way", detail))
            }
        }
    }

    /// The partial file of a file, which nobody else writes meanwhile.
    ///
    /// # Errors
    /// When it cannot be opened, or another process has it.
    pub(super) fn partial(root: &Path, infohash: Infohash, index: u32) -> Result<Partial, Failure> {
        Partial::open(root.join(PARTIALS).join(format!("{infohash}-{index}")))
    }

    /// The folder itself.
    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    /// Removes the folder of partial files if there are none.
    pub(crate) fn tidy(&self) {
        // Not empty, or never made: both are fine.
        let _ = fs::remove_dir(self.root.join(PARTIALS));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn free(folder: &mut Folder, index: u32, path: &str) -> PathBuf {
        match folder.place(Infohash::v1(b"t"), index, path, 1) {
            Ok(Place::Free(path)) => path,
            other => panic!("{path}: {other:?}"),
        }
    }

    #[test]
    fn hostile_paths_stay_in_the_folder() {
        let mut folder = Folder::new(Path::new("/nowhere/dir"));
        for (index, (path, place)) in (0..).zip([
            ("a/b c.ogg", "a/b c.ogg"),
            ("../../etc/passwd", "_/_/etc/passwd"),
            ("/etc/passwd", "etc/passwd"),
            ("a\\..\\b", "a_.._b"),
            ("x\u{1b}[2J\ny", "x_[2J_y"),
            ("./.././", "_"),
            ("", "_x"),
        ]) {
            let path = if path.is_empty() { "_x" } else { path };
            assert_eq!(
                free(&mut folder, index, path),
                Path::new("/nowhere/dir").join(place)
            );
        }
    }

    #[test]
    fn two_files_do_not_share_a_path_and_none_goes_among_the_partial_ones() {
        let mut folder = Folder::new(Path::new("/nowhere"));
        free(&mut folder, 0, "a/b");
        free(&mut folder, 0, "a/b");
        assert!(folder.place(Infohash::v1(b"t"), 1, "a/b", 1).is_err());
        assert!(folder.place(Infohash::v1(b"u"), 0, "a//b", 1).is_err());
        for path in [".torrent2s3/x", ".TORRENT2S3", "./.torrent2s3/x"] {
            assert!(
                folder.place(Infohash::v1(b"t"), 2, path, 1).is_err(),
                "{path}"
            );
        }
    }

    #[test]
    fn what_is_there_counts_by_its_size() {
        let root = tempfile::tempdir().unwrap();
        fs::create_dir(root.path().join("folder")).unwrap();
        fs::write(root.path().join("three"), "abc").unwrap();
        let mut folder = Folder::new(root.path());
        let mut place = |path, size| folder.place(Infohash::v1(b"t"), 0, path, size);
        assert!(matches!(place("three", 3), Ok(Place::Taken(_))));
        assert!(
            place("three", 4)
                .unwrap_err()
                .to_string()
                .contains("3 bytes")
        );
        assert!(place("folder", 3).is_err());
        assert!(matches!(place("other", 3), Ok(Place::Free(_))));
    }

    proptest! {
        #[test]
        fn no_path_leaves_the_folder(path in "[./\\\\a\u{0}\u{1b}]{0,20}|\\PC{0,30}") {
            let mut folder = Folder::new(Path::new("/nowhere/dir"));
            if let Ok(Place::Free(target)) = folder.place(Infohash::v1(b"t"), 0, &path, 1) {
                let inside = target.strip_prefix("/nowhere/dir").unwrap();
                prop_assert!(inside.components().all(|part| matches!(part, std::path::Component::Normal(_))));
                prop_assert!(inside.components().count() > 0);
            }
        }
    }
}
