use std::fs;
use std::path::Path;

use anyhow::Context;
use data_encoding::HEXLOWER;
use sha2::{Digest, Sha256};

/// What lies beside this function: `static-site/` and `box/`.
pub(crate) struct Package {
    pub(crate) site: Vec<Packed>,
    pub(crate) boxed: Vec<Packed>,
    /// Another one for other contents of `box/`.
    pub(crate) release: String,
}

/// A file of the package, small enough to be held: the largest is the agent.
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
    /// When a folder is missing, empty or unreadable.
    pub(crate) fn read(root: &Path) -> anyhow::Result<Self> {
        let site = folder(&root.join("static-site"))?;
        let boxed = folder(&root.join("box"))?;
        let release = fingerprint(&boxed);
        Ok(Self {
            site,
            boxed,
            release,
        })
    }
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

fn fingerprint(files: &[Packed]) -> String {
    let mut hash = Sha256::new();
    for file in files {
        for part in [file.name.as_bytes(), &file.bytes] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
    }
    HEXLOWER.encode(&hash.finalize()[..16])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn package(agent: &[u8]) -> tempfile::TempDir {
        let root = tempfile::tempdir().unwrap();
        for folder in ["static-site/add", "box/systemd"] {
            fs::create_dir_all(root.path().join(folder)).unwrap();
        }
        for (name, bytes) in [
            ("static-site/index.html", &b"page"[..]),
            ("static-site/add/read.js", b"module"),
            ("box/systemd/a.service", b"unit"),
            ("box/torrent2s3-agent", agent),
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
    fn another_agent_is_another_release_and_the_same_one_is_not() {
        let release = |agent| Package::read(package(agent).path()).unwrap().release;
        assert_eq!(release(b"1"), release(b"1"));
        assert_ne!(release(b"1"), release(b"2"));
    }

    #[test]
    fn a_package_without_a_page_is_refused() {
        let root = package(b"1");
        fs::remove_dir_all(root.path().join("static-site")).unwrap();
        assert!(Package::read(root.path()).is_err());
    }
}
