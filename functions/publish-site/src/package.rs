use std::fs;
use std::path::Path;

use anyhow::Context;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// What lies beside this function: `static-site/`, and `box/` as `pack_box.py` leaves it.
pub(crate) struct Package {
    pub(crate) site: Vec<Packed>,
    /// The program with which a new box starts.
    pub(crate) update: Vec<u8>,
    /// All that a box installs itself from: some 25 MB.
    pub(crate) archive: Vec<u8>,
    /// The archive's SHA-256 in hexadecimal digits, by which the box checks it.
    pub(crate) release: String,
}

/// A file of the page.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Packed {
    /// Path below its folder, with `/`.
    pub(crate) name: String,
    pub(crate) bytes: Vec<u8>,
}

impl Package {
    /// Reads all of it.
    ///
    /// # Errors
    /// When something is missing, empty or unreadable.
    pub(crate) fn read(root: &Path) -> anyhow::Result<Self> {
        let site = folder(&root.join("static-site"))?;
        let update = file(&root.join("box/update"))?;
        let archive = file(&root.join("box/release.tar.gz"))?;
        let release = HEXLOWER.encode(&Sha256::digest(&archive));
        Ok(Self {
            site,
            update,
            archive,
            release,
        })
    }
}

fn file(path: &Path) -> anyhow::Result<Vec<u8>> {
    let bytes = fs::read(path).with_context(|| path.display().to_string())?;
    anyhow::ensure!(!bytes.is_empty(), "{} is empty", path.display());
    Ok(bytes)
}

/// The files of a folder in the order of their names.
fn folder(root: &Path) -> anyhow::Result<Vec<Packed>> {
    let mut files = Vec::new();
    collect(root, "", &mut files).with_context(|| root.display().to_string())?;
    anyhow::ensure!(!files.is_empty(), "{} is empty", root.display());
    files.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(files)
}

fn collect(folder: &Path, prefix: &str, files: &mut Vec<Packed>) -> anyhow::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name();
        let name = name.to_str().context("a file's name is not UTF-8")?;
        if entry.file_type()?.is_dir() {
            collect(&entry.path(), &format!("{prefix}{name}/"), files)?;
        } else {
            let name = format!("{prefix}{name}");
            let bytes = fs::read(entry.path()).with_context(|| name.clone())?;
            files.push(Packed { name, bytes });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(archive: &[u8]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in ["static-site/add", "box"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        for (name, bytes) in [
            ("static-site/index.html", &b"page"[..]),
            ("static-site/add/read.js", b"module"),
            ("box/update", b"script"),
            ("box/release.tar.gz", archive),
        ] {
            fs::write(root.path().join(name), bytes).unwrap();
        }
        root
    }

    #[test]
    fn files_are_named_from_their_folder() {
        let package = Package::read(package(b"1").path()).unwrap();
        let names: Vec<_> = package.site.iter().map(|file| &file.name[..]).collect();
        assert_eq!(names, ["add/read.js", "index.html"]);
    }

    #[test]
    fn a_release_is_called_by_the_sum_of_its_archive() {
        let package = Package::read(package(b"abc").path()).unwrap();
        // As sha256sum prints it on the box.
        let sum = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(package.release, sum);
    }

    #[test]
    fn a_package_without_a_release_is_refused() {
        assert!(Package::read(package(b"").path()).is_err());
    }

    #[test]
    fn a_package_without_a_page_is_refused() {
        let root = package(b"1");
        fs::remove_dir_all(root.path().join("static-site")).unwrap();
        assert!(Package::read(root.path()).is_err());
    }
}
