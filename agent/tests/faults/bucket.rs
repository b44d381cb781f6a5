use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{self, Read, Write};
use std::net::TcpStream;
use std::path::PathBuf;
use std::time::Duration;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
use aws_sdk_s3::presigning::PresigningConfig;
use torrent::{FileKind, Manifest, Metainfo, ObjectKey};

use crate::content::Content;

/// A bucket as any reader sees it, asked around the proxy, beside what has to be in it.
pub(crate) struct Bucket {
    pub(crate) name: String,
    client: Client,
    /// Keys, with the files on disk whose bytes they must have.
    wanted: BTreeMap<String, PathBuf>,
    metainfo: (String, PathBuf),
    manifest: String,
}

impl Bucket {
    /// `source` is what the torrent should be: the files before a test spoils them.
    pub(crate) async fn make(endpoint: &str, name: &str, source: &Content) -> Self {
        let config = aws_sdk_s3::Config::builder()
            .behavior_version(BehaviorVersion::latest())
            .region(Region::new("us-east-1"))
            .credentials_provider(Credentials::new("test", "test", None, None, "test"))
            .endpoint_url(endpoint)
            .force_path_style(true)
            .request_checksum_calculation(RequestChecksumCalculation::WhenRequired)
            .response_checksum_validation(ResponseChecksumValidation::WhenRequired)
            .build();
        let client = Client::from_conf(config);
        let made = client.create_bucket().bucket(name).send().await;
        made.expect("a bucket");
        let bytes = fs::read(&source.torrent).expect("the torrent");
        let metainfo = Metainfo::parse(&bytes).expect("a torrent");
        let content = metainfo.files.iter();
        let content = content.filter(|file| file.kind == FileKind::Regular);
        let wanted = content.map(|file| {
            let key = ObjectKey::file(metainfo.infohash, &file.path);
            (key.to_string(), source.dir.join(file.path.as_str()))
        });
        Self {
            name: name.to_owned(),
            client,
            wanted: wanted.collect(),
            metainfo: (
                ObjectKey::Torrent(metainfo.infohash).to_string(),
                source.torrent.clone(),
            ),
            manifest: ObjectKey::Manifest(metainfo.infohash).to_string(),
        }
    }

    pub(crate) fn content_bytes(&self) -> u64 {
        let files = self.wanted.values();
        files
            .map(|file| fs::metadata(file).expect("a file").len())
            .sum()
    }

    /// Whatever is visible is right to the last byte, nothing else is there, and the manifest only if all
    /// files are. Returns the paths of the files that are visible.
    pub(crate) async fn check(&self) -> BTreeSet<&str> {
        let mut visible = BTreeSet::new();
        let mut manifest = None;
        for key in self.keys().await {
            let bytes = self.get(&key).await;
            if key == self.manifest {
                manifest = Some(bytes);
            } else if key == self.metainfo.0 {
                let wanted = fs::read(&self.metainfo.1).expect("the torrent");
                assert!(bytes == wanted, "another torrent is stored");
            } else {
                let wanted = self.wanted.get_key_value(&key);
                let (key, file) = wanted.unwrap_or_else(|| panic!("{key} is extra"));
                let wanted = fs::read(file).expect("a file");
                assert!(
                    bytes == wanted,
                    "{key} is wrong: {} bytes for {}",
                    bytes.len(),
                    wanted.len()
                );
                visible.insert(path(key));
            }
        }
        if let Some(manifest) = manifest {
            let missing = self.wanted.keys().find(|key| !visible.contains(path(key)));
            assert_eq!(missing, None, "there is a manifest, but a file is missing");
            self.check_manifest(&manifest);
        }
        visible
    }

    fn check_manifest(&self, json: &[u8]) {
        let manifest: Manifest = serde_json::from_slice(json).expect("a manifest");
        let listed = manifest.files.iter();
        let listed: BTreeMap<_, _> = listed
            .map(|file| (file.key.clone(), file.size_bytes))
            .collect();
        let wanted = self.wanted.iter().map(|(key, file)| {
            let size = fs::metadata(file).expect("a file").len();
            (key.clone(), size)
        });
        assert_eq!(listed, wanted.collect(), "the manifest's files");
    }

    /// All of it is there, right, with the manifest, and nothing is left over.
    pub(crate) async fn check_whole(&self) {
        let visible = self.check().await;
        let missing: Vec<_> = self
            .wanted
            .keys()
            .filter(|key| !visible.contains(path(key)))
            .collect();
        assert!(missing.is_empty(), "missing: {missing:?}");
        let keys = self.keys().await;
        assert!(keys.contains(&self.manifest), "there is no manifest");
        assert!(keys.contains(&self.metainfo.0), "there is no metainfo");
        self.check_no_upload().await;
    }

    /// No upload was left open.
    pub(crate) async fn check_no_upload(&self) {
        let uploads = self.uploads().await;
        assert!(uploads.is_empty(), "orphaned uploads of {uploads:?}");
    }

    pub(crate) async fn has_manifest(&self) -> bool {
        self.keys().await.contains(&self.manifest)
    }

    /// Keys of uploads that are neither completed nor aborted.
    pub(crate) async fn uploads(&self) -> Vec<String> {
        let listed = self.client.list_multipart_uploads().bucket(&self.name);
        let listed = listed.send().await.expect("the open uploads");
        let keys = listed.uploads().iter().filter_map(|upload| upload.key());
        keys.map(str::to_owned).collect()
    }

    pub(crate) async fn empty(&self) {
        for key in self.keys().await {
            let delete = self.client.delete_object().bucket(&self.name).key(key);
            delete.send().await.expect("a deletion");
        }
    }

    async fn keys(&self) -> BTreeSet<String> {
        let listed = self.client.list_objects_v2().bucket(&self.name);
        let listed = listed.send().await.expect("the objects");
        assert_ne!(listed.is_truncated(), Some(true), "more than one page");
        let keys = listed.contents().iter().filter_map(|object| object.key());
        keys.map(str::to_owned).collect()
    }

    /// By a presigned address and a plain socket: unoptimised, as in tests, the SDK needs many seconds for what is
    /// here.
    async fn get(&self, key: &str) -> Vec<u8> {
        let minute = PresigningConfig::expires_in(Duration::from_mins(1)).expect("a short time");
        let get = self.client.get_object().bucket(&self.name).key(key);
        let get = get.presigned(minute).await.expect("an address");
        let address = get.uri().to_owned();
        let got = tokio::task::spawn_blocking(move || fetch(&address)).await;
        got.expect("no panic").expect("an answer")
    }
}

/// The body of an answer that must be a 200 with its length.
fn fetch(address: &str) -> io::Result<Vec<u8>> {
    let rest = address.strip_prefix("http://").expect("plain HTTP");
    let (host, path) = rest.split_once('/').expect("a path");
    let mut stream = TcpStream::connect(host)?;
    write!(
        stream,
        "GET /{path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n"
    )?;
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer)?;
    let end = answer.windows(4).position(|bytes| bytes == b"\r\n\r\n");
    let end = end.expect("a head") + 4;
    let head = String::from_utf8_lossy(&answer[..end]).to_lowercase();
    assert!(head.starts_with("http/1.1 200"), "{head}");
    let length = head
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "));
    let length: usize = length.expect("a length").parse().expect("a number");
    answer.drain(..end);
    assert_eq!(answer.len(), length, "the answer broke off");
    Ok(answer)
}

/// A file's path inside the torrent's own folder: without `files/<infohash>/<name>/`.
fn path(key: &str) -> &str {
    key.splitn(4, '/').nth(3).unwrap_or_default()
}
