use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::PathBuf;

use aws_sdk_s3::Client;
use aws_sdk_s3::config::{
    BehaviorVersion, Credentials, Region, RequestChecksumCalculation, ResponseChecksumValidation,
};
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
            (key.to_string(), source.file(file.path.as_str()))
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

    async fn get(&self, key: &str) -> Vec<u8> {
        let got = self.client.get_object().bucket(&self.name).key(key);
        let got = got.send().await.expect("an object");
        got.body.collect().await.expect("its bytes").to_vec()
    }
}

/// A file's path, without `files/<infohash>/`.
fn path(key: &str) -> &str {
    key.splitn(3, '/').nth(2).unwrap_or_default()
}
