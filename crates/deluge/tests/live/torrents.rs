use std::time::Duration;

use deluge::{Added, Client, Error, Key, State, TorrentOptions, TorrentStatus};
use tokio::time::sleep;

use crate::common::{Deluge, Sample, in_time};

const NOBODYS: &str = "00000000000000000000000000000000000000aa";

#[tokio::test]
async fn adding_twice_is_known_and_what_cannot_be_read_is_refused() {
    in_time(async {
        let deluge = Deluge::start().await;
        let client = deluge.client();
        let options = TorrentOptions::default();

        let file = Sample::new("by file");
        let add = async || {
            client
                .add_file(&file.id, "a.torrent", &file.torrent, &options)
                .await
        };
        assert_eq!(add().await.expect("added"), Added::New(file.id.clone()));
        assert_eq!(add().await.expect("known"), Added::Known(file.id.clone()));

        let magnet = Sample::new("by-magnet");
        let add = async || {
            client
                .add_magnet(&magnet.id, &magnet.magnet(), &options)
                .await
        };
        assert_eq!(add().await.expect("added"), Added::New(magnet.id.clone()));
        assert_eq!(add().await.expect("known"), Added::Known(magnet.id.clone()));

        let cut = &file.torrent[..file.torrent.len() - 40];
        for garbage in [
            b"no torrent at all".as_slice(),
            b"",
            b"de",
            b"d4:infodee",
            cut,
        ] {
            let error = client
                .add_file(NOBODYS, "a.torrent", garbage, &options)
                .await;
            refused(&error.expect_err("garbage"));
        }
        for garbage in ["", "magnet:?xt=urn:btih:abc", "http://127.0.0.1/a.torrent"] {
            refused(
                &client
                    .add_magnet(NOBODYS, garbage, &options)
                    .await
                    .expect_err("garbage"),
            );
        }
        let all = client.status_of_all(&[]).await.expect("all torrents");
        assert_eq!(all.len(), 2, "{all:?}");
        let nothing = TorrentStatus::default();
        assert!(
            all.values().all(|status| *status == nothing),
            "no keys are not all keys: {all:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_hybrid_goes_by_its_v2_hash() {
    in_time(async {
        let deluge = Deluge::start().await;
        let client = deluge.client();
        let hybrid = Sample::hybrid("for v1 and v2");
        hybrid.write_to(&deluge.downloads());
        let options = TorrentOptions::default();
        let add = async || {
            client
                .add_file(NOBODYS, "a.torrent", &hybrid.torrent, &options)
                .await
        };
        assert_eq!(add().await.expect("added"), Added::New(hybrid.id.clone()));
        assert_eq!(add().await.expect("known"), Added::Known(hybrid.id.clone()));
        until(&client, &hybrid.id, |status| {
            status.is_finished == Some(true)
        })
        .await;
    })
    .await;
}

#[tokio::test]
async fn the_status_holds_what_was_asked_for_and_nothing_made_up() {
    in_time(async {
        let deluge = Deluge::start().await;
        let client = deluge.client();
        let file = Sample::new("here already");
        file.write_to(&deluge.downloads());
        let magnet = Sample::new("without-metadata");
        let options = TorrentOptions::default();
        client
            .add_file(&file.id, "a.torrent", &file.torrent, &options)
            .await
            .expect("added");
        client
            .add_magnet(&magnet.id, &magnet.magnet(), &options)
            .await
            .expect("added");

        let names = client
            .status(&[file.id.as_str(), NOBODYS], &[Key::Name])
            .await
            .expect("names");
        assert_eq!(names.len(), 1, "unknown ids are left out: {names:?}");
        let name = &names[&file.id];
        assert_eq!(name.name.as_ref(), Some(&file.name));
        assert_eq!(
            (name.state.as_ref(), name.total_size),
            (None, None),
            "not asked for"
        );

        let status = until(&client, &file.id, |status| status.is_finished == Some(true)).await;
        let length = u64::try_from(file.content.len()).expect("a length");
        assert_eq!(status.state, Some(State::Seeding));
        assert_eq!(status.progress, Some(100.0));
        assert_eq!(
            (status.total_size, status.total_done),
            (Some(length), Some(length))
        );
        assert_eq!(status.file_progress, Some(vec![1.0]));
        assert_eq!((status.eta, status.download_payload_rate), (None, Some(0)));
        let files = status.files.expect("files");
        assert_eq!((files.len(), files[0].index, files[0].offset), (1, 0, 0));
        assert_eq!(
            (files[0].path.as_str(), files[0].size),
            (file.name.as_str(), length)
        );
        let folder = deluge
            .downloads()
            .to_str()
            .expect("a readable path")
            .to_owned();
        assert_eq!(status.download_location.as_ref(), Some(&folder));
        assert_eq!(status.save_path, Some(folder));

        let status = client
            .status(&[&file.id], &[Key::Progress])
            .await
            .expect("a progress");
        assert_eq!(
            status[&file.id].state,
            Some(State::Seeding),
            "says what the progress is of"
        );

        let status = until(&client, &magnet.id, |status| status.state.is_some()).await;
        assert_eq!(status.name.as_ref(), Some(&magnet.name));
        assert_eq!(
            (status.files, status.file_progress, status.total_size),
            (None, None, None)
        );
        assert_eq!((status.ratio, status.eta), (None, None));
        assert_eq!(status.is_finished, Some(false));
    })
    .await;
}

#[tokio::test]
async fn deluge_knows_every_key() {
    in_time(async {
        let deluge = Deluge::start().await;
        let client = deluge.client();
        let sample = Sample::new("all keys");
        sample.write_to(&deluge.downloads());
        let options = TorrentOptions {
            seed_mode: Some(true),
            ..TorrentOptions::default()
        };
        client
            .add_file(&sample.id, "a.torrent", &sample.torrent, &options)
            .await
            .expect("added");

        let status = until(&client, &sample.id, |status| status.ratio.is_some()).await;
        let unknown = [
            status.download_location.is_none(),
            status.download_payload_rate.is_none(),
            status.file_priorities.is_none(),
            status.file_progress.is_none(),
            status.files.is_none(),
            status.is_finished.is_none(),
            status.message.is_none(),
            status.name.is_none(),
            status.num_peers.is_none(),
            status.num_seeds.is_none(),
            status.progress.is_none(),
            status.ratio.is_none(),
            status.save_path.is_none(),
            status.seeding_time.is_none(),
            status.state.is_none(),
            status.total_done.is_none(),
            status.total_size.is_none(),
            status.total_uploaded.is_none(),
            status.total_wanted.is_none(),
            status.tracker_status.is_none(),
            status.upload_payload_rate.is_none(),
        ];
        assert_eq!(
            unknown,
            [false; Key::ALL.len() - 1],
            "all keys but `eta`: {status:?}"
        );
    })
    .await;
}

#[tokio::test]
async fn torrents_are_paused_resumed_set_and_removed_with_their_data() {
    in_time(async {
        let deluge = Deluge::start().await;
        let client = deluge.client();
        let sample = Sample::new("to be removed");
        sample.write_to(&deluge.downloads());
        let id = sample.id.as_str();
        let options = TorrentOptions::default();
        client
            .add_file(id, "a.torrent", &sample.torrent, &options)
            .await
            .expect("added");
        until(&client, id, |status| status.state == Some(State::Seeding)).await;

        client
            .pause(&[] as &[&str])
            .await
            .expect("nothing to pause");
        sleep(Duration::from_millis(300)).await;
        let status = client.status(&[id], &[Key::State]).await.expect("a status");
        assert_eq!(
            status[id].state,
            Some(State::Seeding),
            "an empty list does not mean all"
        );

        client.pause(&[id]).await.expect("paused");
        until(&client, id, |status| status.state == Some(State::Paused)).await;
        client.resume(&[id]).await.expect("resumed");
        until(&client, id, |status| status.state == Some(State::Seeding)).await;

        let skip = TorrentOptions {
            file_priorities: Some(vec![0]),
            ..options
        };
        client.set_options(&[id], &skip).await.expect("set");
        until(&client, id, |status| {
            status.file_priorities == Some(vec![0])
        })
        .await;

        refused(&client.pause(&[NOBODYS]).await.expect_err("no such torrent"));
        refused(
            &client
                .free_space(Some("/no/such/folder"))
                .await
                .expect_err("no such folder"),
        );
        assert!(client.free_space(None).await.expect("a number") > 0);

        let data = deluge.downloads().join(&sample.name);
        assert!(data.exists());
        assert!(client.remove(id, true).await.expect("removed"));
        assert!(!client.remove(id, true).await.expect("gone already"));
        assert!(
            client
                .status(&[id], &[Key::Name])
                .await
                .expect("an empty answer")
                .is_empty()
        );
        while data.exists() {
            sleep(Duration::from_millis(50)).await;
        }
    })
    .await;
}

/// Asks for all keys until the status is as wanted; the test's own limit ends it.
async fn until(
    client: &Client,
    id: &str,
    wanted: impl Fn(&TorrentStatus) -> bool,
) -> TorrentStatus {
    loop {
        let mut status = client.status(&[id], &Key::ALL).await.expect("a status");
        let status = status.remove(id).expect("the torrent");
        if wanted(&status) {
            return status;
        }
        sleep(Duration::from_millis(100)).await;
    }
}

#[track_caller]
fn refused(error: &Error) {
    assert!(matches!(error, Error::Refused { .. }), "{error:?}");
    assert!(!error.is_retryable());
}
