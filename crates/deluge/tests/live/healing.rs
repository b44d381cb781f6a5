use std::time::{Duration, Instant};

use deluge::{Added, Client, Error, Key, TorrentOptions};

use tokio::time::sleep;

use crate::common::{Deluge, LIMITS, Loss, PASSWORD, Relay, Sample, in_time};

#[tokio::test]
async fn a_daemon_killed_and_started_again_is_found_again() {
    in_time(async {
        let mut deluge = Deluge::start().await;
        let client = deluge.client();
        let sample = Sample::new("kept over a crash");
        client
            .add_file(&sample.id, "a.torrent", &sample.torrent, &paused())
            .await
            .expect("added");
        deluge.wait_until_saved(&sample.id).await;

        deluge.kill_daemon();
        let started = Instant::now();
        let error = client
            .status(&[&sample.id], &[Key::Name])
            .await
            .expect_err("no daemon");
        assert!(matches!(error, Error::DaemonAway { .. }), "{error:?}");
        assert!(error.is_retryable());
        assert!(
            started.elapsed() < LIMITS.call,
            "a dead daemon shows before the limit"
        );
        let error = client
            .status(&[&sample.id], &[Key::Name])
            .await
            .expect_err("still none");
        assert!(matches!(error, Error::DaemonAway { .. }), "{error:?}");

        deluge.start_daemon().await;
        assert_eq!(name_once_loaded(&client, &sample.id).await, sample.name);

        // Back before anybody has asked: what hangs is the call in the old connection.
        deluge.kill_daemon();
        deluge.start_daemon().await;
        assert_eq!(name_once_loaded(&client, &sample.id).await, sample.name);
    })
    .await;
}

#[tokio::test]
async fn a_daemon_that_hangs_makes_no_call_hang_and_is_found_again() {
    in_time(async {
        let deluge = Deluge::start().await;
        let client = deluge.client();
        client.connect().await.expect("a daemon");

        deluge.freeze_daemon();
        let started = Instant::now();
        let error = client.daemon_version().await.expect_err("the daemon hangs");
        assert!(error.is_retryable(), "{error:?}");
        assert!(started.elapsed() < LIMITS.call * 3 + Duration::from_secs(1));

        deluge.thaw_daemon();
        client
            .daemon_version()
            .await
            .expect("the daemon answers again");
    })
    .await;
}

#[tokio::test]
async fn a_daemon_that_turned_deluge_web_down_is_found_again_once_it_does_not() {
    in_time(async {
        let mut deluge = Deluge::start().await;
        let client = deluge.client();
        deluge.set_daemon_password(false);
        deluge.kill_daemon();
        deluge.start_daemon().await;

        let error = client
            .daemon_version()
            .await
            .expect_err("deluge-web has the wrong account");
        assert!(matches!(error, Error::DaemonAway { .. }), "{error:?}");

        // deluged reads its accounts again by itself, and deluge-web stays "connected".
        deluge.set_daemon_password(true);
        let mut answer = client.daemon_version().await;
        for _ in 0..15 {
            if answer.is_ok() {
                break;
            }
            sleep(Duration::from_secs(1)).await;
            answer = client.daemon_version().await;
        }
        answer.expect("deluge-web's account is right now");
    })
    .await;
}

#[tokio::test]
async fn an_add_whose_answer_is_lost_is_looked_up_and_not_repeated() {
    in_time(async {
        let deluge = Deluge::start().await;
        for (loss, name) in [(Loss::Closed, "closed"), (Loss::Silence, "silence")] {
            let sample = Sample::new(name);
            let relay = Relay::start(deluge.web_port(), "core.add_torrent_file", loss).await;
            let client = Client::new(&relay.url, PASSWORD, LIMITS).expect("a client");
            client.connect().await.expect("a daemon");

            let added = client
                .add_file(&sample.id, "a.torrent", &sample.torrent, &paused())
                .await;
            assert_eq!(added.expect("healed"), Added::Known(sample.id.clone()));
            assert_eq!(relay.requests(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn an_add_that_the_daemon_never_got_is_repeated() {
    in_time(async {
        let mut deluge = Deluge::start().await;
        let client = deluge.client();
        client.connect().await.expect("a daemon");
        deluge.kill_daemon();
        deluge.start_daemon().await;

        let sample = Sample::new("second try");
        let added = client
            .add_file(&sample.id, "a.torrent", &sample.torrent, &paused())
            .await;
        assert_eq!(added.expect("healed"), Added::New(sample.id));
    })
    .await;
}

#[tokio::test]
async fn an_answer_lost_on_the_way_is_asked_for_again() {
    in_time(async {
        let deluge = Deluge::start().await;
        let relay = Relay::start(deluge.web_port(), "core.get_free_space", Loss::Closed).await;
        let client = Client::new(&relay.url, PASSWORD, LIMITS).expect("a client");
        client.connect().await.expect("a daemon");
        assert!(client.free_space(None).await.expect("healed") > 0);
        assert_eq!(relay.requests(), 2);
    })
    .await;
}

/// Answers come before all torrents are loaded, so that the torrent may be missing at first.
async fn name_once_loaded(client: &Client, id: &str) -> String {
    loop {
        let mut status = client.status(&[id], &[Key::Name]).await.expect("an answer");
        if let Some(status) = status.remove(id) {
            return status.name.expect("a name");
        }
        sleep(Duration::from_millis(50)).await;
    }
}

fn paused() -> TorrentOptions {
    TorrentOptions {
        add_paused: Some(true),
        ..TorrentOptions::default()
    }
}
