//! Listings that are longer than one page of S3's.

use fake_aws::FakeAws;
use store::{Bucket, MultipartUpload};

const KEY: &str = "files/a b+c/film %41.mkv";

fn bucket(aws: &FakeAws) -> Bucket {
    Bucket::new(&aws.config(), "files".to_owned())
}

#[tokio::test]
async fn ten_thousand_parts_are_ten_pages() {
    let aws = FakeAws::start();
    // Some were lost on the way: numbers are no positions.
    let parts: Vec<_> = (1..=10_000)
        .filter(|number| number % 7 != 0)
        .map(|number| (number, u64::from(number)))
        .collect();
    aws.listed().parts.clone_from(&parts);
    let upload = MultipartUpload {
        key: KEY.to_owned(),
        id: "an upload".to_owned(),
    };
    let listed = bucket(&aws).parts(&upload).await.unwrap().unwrap();
    let listed: Vec<_> = listed
        .iter()
        .map(|part| (part.number, part.size_bytes))
        .collect();
    assert_eq!(listed, parts);
    assert_eq!(aws.take_calls().len(), parts.len().div_ceil(1000));
}

#[tokio::test]
async fn thousands_of_open_uploads_are_found_also_of_one_key() {
    let aws = FakeAws::start();
    let mut uploads: Vec<_> = (0..1500)
        .map(|number| (KEY.to_owned(), format!("{number:05}")))
        .collect();
    uploads.extend((0..1500).map(|number| (format!("files/b ü/{number:05}"), "one".to_owned())));
    aws.listed().uploads.clone_from(&uploads);
    let found = bucket(&aws).unfinished("files/").await.unwrap();
    let found: Vec<_> = found
        .into_iter()
        .map(|upload| (upload.key, upload.id))
        .collect();
    assert_eq!(found, uploads);
    assert_eq!(aws.take_calls(), ["ListMultipartUploads"; 3]);
}

#[tokio::test]
async fn a_hundred_thousand_objects_are_listed() {
    let aws = FakeAws::start();
    let objects: Vec<_> = (0..100_000)
        .map(|number| (format!("files/a+b %20/{number:06}"), number))
        .collect();
    aws.listed().objects.clone_from(&objects);
    let listed = bucket(&aws).list("files/").await.unwrap();
    let listed: Vec<_> = listed
        .into_iter()
        .map(|object| (object.key, object.size_bytes))
        .collect();
    assert_eq!(listed, objects);
    assert_eq!(aws.take_calls().len(), 100);
}

#[tokio::test]
async fn thousands_of_objects_are_deleted_a_thousand_at_a_time() {
    let aws = FakeAws::start();
    let keys: Vec<_> = (0..2500).map(|number| format!("files/{number}")).collect();
    aws.listed().objects = keys.iter().map(|key| (key.clone(), 1)).collect();
    bucket(&aws).delete(&keys).await.unwrap();
    assert!(aws.listed().objects.is_empty());
    assert_eq!(aws.take_calls(), ["DeleteObjects"; 3]);
}
