use std::sync::Arc;

use deluge::{Client, Error, Limits};
use serde_json::{Value, json};
use tokio::task::JoinSet;

use crate::common::{Deluge, LIMITS, Loss, PASSWORD, Relay, in_time};

#[tokio::test]
async fn the_right_password_opens_and_a_wrong_one_is_no_case_for_a_retry() {
    in_time(async {
        let deluge = Deluge::start().await;

        let client = deluge.client();
        client.sign_in().await.expect("the password is right");
        assert_eq!(client.daemon_version().await.expect("a version"), "2.2.0");
        assert_eq!(deluge.sign_ins(), 1, "all calls share one sign-in");

        let stranger = deluge.client_with_password("wrong horse");
        for error in [
            stranger.sign_in().await.expect_err("the password is wrong"),
            stranger
                .daemon_version()
                .await
                .expect_err("the password is wrong"),
        ] {
            assert!(matches!(error, Error::WrongPassword), "{error:?}");
            assert!(!error.is_retryable());
        }
        assert_eq!(deluge.sign_ins(), 1);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_lose_their_session_together_sign_in_once() {
    in_time(async {
        let deluge = Deluge::start().await;
        let relay = Relay::start(deluge.web_port(), "auth.login", Loss::None).await;
        let client = Arc::new(Client::new(&relay.url, PASSWORD, LIMITS).expect("a client"));
        client.daemon_version().await.expect("a first session");
        assert_eq!(deluge.sign_ins(), 1);
        end_session(&deluge, &relay.cookie()).await;

        for free in twelve_calls(&client).await {
            assert!(free.expect("an answer in a second session") > 0);
        }
        assert_eq!(deluge.sign_ins(), 2);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn calls_that_meet_a_new_deluge_web_together_sign_in_and_connect_it_once() {
    in_time(async {
        let mut deluge = Deluge::start().await;
        let client = Arc::new(deluge.client());
        client.daemon_version().await.expect("a first session");
        let connections = deluge.daemon_connections();
        deluge.restart_web().await;

        for free in twelve_calls(&client).await {
            assert!(free.expect("an answer in the new session") > 0);
        }
        assert_eq!(
            deluge.sign_ins(),
            1,
            "the new deluge-web sees one sign-in for all calls"
        );
        assert_eq!(
            deluge.daemon_connections(),
            connections + 1,
            "and it connects once"
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_at_the_address_is_an_error_to_retry_and_comes_soon() {
    in_time(async {
        let mut deluge = Deluge::start().await;
        let client = deluge.client();
        client.sign_in().await.expect("deluge-web is up");
        deluge.kill_web();

        let error = client
            .daemon_version()
            .await
            .expect_err("deluge-web is gone");
        assert!(matches!(error, Error::Unreachable { .. }), "{error:?}");
        assert!(error.is_retryable());
    })
    .await;
}

#[tokio::test]
async fn the_password_and_the_session_are_never_shown() {
    in_time(async {
        let deluge = Deluge::start().await;
        let client = deluge.client();
        client.sign_in().await.expect("the password is right");
        let shown = format!("{client:?} {client:#?}");
        assert!(shown.contains(&deluge.url()), "{shown}");
        assert!(
            !shown.contains(PASSWORD) && !shown.contains("_session_id"),
            "{shown}"
        );
    })
    .await;
}

#[test]
fn an_address_that_cannot_work_is_refused_at_once() {
    for url in [
        "",
        "127.0.0.1:8112",
        "https://127.0.0.1:8112",
        "http://me:secret@127.0.0.1:8112",
    ] {
        let error = Client::new(url, PASSWORD, LIMITS).expect_err(url);
        assert!(matches!(error, Error::Address { .. }), "{error:?}");
        assert!(!error.is_retryable());
        assert!(!format!("{error} {error:?}").contains("secret"));
    }
    Client::new(
        "http://10.0.0.5:8112/behind/a/path/",
        PASSWORD,
        Limits::default(),
    )
    .expect("fine");
}

async fn twelve_calls(client: &Arc<Client>) -> Vec<Result<u64, Error>> {
    let mut calls = JoinSet::new();
    for _ in 0..12 {
        let client = Arc::clone(client);
        calls.spawn(async move { client.free_space(None).await });
    }
    calls.join_all().await
}

/// Does what deluge-web does to an expired session. Waiting for that is no use: deluge-web 2.2.0
/// never starts the timer that would look for one.
async fn end_session(deluge: &Deluge, cookie: &str) {
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .expect("an HTTP client");
    let end = json!({ "method": "auth.delete_session", "params": [], "id": 1 });
    let request = http.post(format!("{}/json", deluge.url())).json(&end);
    let answer = request
        .header("cookie", cookie)
        .send()
        .await
        .expect("an answer");
    let answer: Value = answer.json().await.expect("JSON");
    assert_eq!(answer["result"], true, "{answer}");
}
