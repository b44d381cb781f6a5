//! More share links and tokens than one page of any API has.

use std::collections::BTreeSet;

use edge::EdgeStore;
use fake_aws::FakeAws;
use lambda_http::http::{Request as HttpRequest, header};
use lambda_http::{Body, Request, RequestExt};
use proof::{Keys, Secret, ShareScope, TokenId};
use serde_json::Value;
use store::{Access, ShareRow, TokenRow};
use torrent::Timestamp;

use crate::handler::{SignIn, seconds};

const SHARES: usize = 2500;
const TOKENS: usize = 1200;
/// Bytes of an answer (Lambda quotas).
const ANSWER_BYTES_MAX: usize = 6 * 1024 * 1024;
const OWNER: &str = "the-owners-secret-which-is-as-long-as-one-is";

struct Scene {
    aws: FakeAws,
    sign_in: SignIn,
    keys: Keys,
}

impl Scene {
    /// A published table with the owner's token alone.
    async fn new() -> Self {
        let aws = FakeAws::start();
        let config = aws.config();
        let sign_in = SignIn {
            access: Access::new(&config, "access".to_owned()),
            edge: EdgeStore::new(
                &config,
                "arn:aws:cloudfront::123456789012:key-value-store/a".to_owned(),
            ),
        };
        let keys = Keys::derive(&Secret::new(OWNER.to_owned()).unwrap());
        sign_in.access.put_keys(&keys).await.unwrap();
        let scene = Self { aws, sign_in, keys };
        scene.put_token(OWNER, true).await;
        scene.publish().await;
        scene
    }

    async fn put_token(&self, token: &str, owner: bool) -> TokenId {
        let hash = self.keys.token_hash(token);
        let row = TokenRow {
            id: hash.id(),
            // As long as a name can be.
            name: "名".repeat(50),
            hash: hash.as_str().to_owned(),
            owner,
            created_at: Timestamp::now(),
        };
        self.sign_in.access.put_token(&row).await.unwrap();
        row.id
    }

    /// A link to a file whose path is nearly as long as a request may have it.
    async fn put_share(&self, number: usize) -> String {
        let name = format!("{number:0>3900}");
        let path = format!("/files/{}/{name}", "a".repeat(40));
        let scope: ShareScope = path.parse().unwrap();
        let expires_at = seconds(Timestamp::now()) + 3600 + number as u64 % 7;
        let row = ShareRow {
            id: self
                .keys
                .sign_share(&scope, expires_at)
                .id()
                .as_str()
                .to_owned(),
            scope,
            created_at: Timestamp::now(),
            expires_at,
            revoked: false,
        };
        self.sign_in.access.put_share(&row).await.unwrap();
        row.id
    }

    async fn publish(&self) {
        let now = seconds(Timestamp::now());
        self.sign_in
            .edge
            .publish(&self.sign_in.access, now)
            .await
            .unwrap();
    }

    async fn ask(
        &self,
        method: &str,
        path: &str,
        query: &[(&str, &str)],
        body: &str,
    ) -> (u16, Value) {
        let request = HttpRequest::builder()
            .method(method)
            .uri(format!("https://a.example{path}"))
            .header(header::AUTHORIZATION, format!("Bearer {OWNER}"))
            .header(header::CONTENT_TYPE, "application/json");
        let request: Request = request.body(Body::from(body.to_owned())).unwrap();
        let query: Vec<_> = query
            .iter()
            .map(|(name, value)| ((*name).to_owned(), vec![(*value).to_owned()]))
            .collect();
        let request = request.with_query_string_parameters(
            query
                .into_iter()
                .collect::<std::collections::HashMap<_, _>>(),
        );
        let answer = self.sign_in.answer(request).await.unwrap();
        let status = answer.status().as_u16();
        let bytes: &[u8] = answer.body();
        assert!(bytes.len() < ANSWER_BYTES_MAX, "{} bytes", bytes.len());
        (status, serde_json::from_slice(bytes).unwrap_or_default())
    }

    /// Requests to the key-value store since the last time.
    fn store_calls(&self) -> Vec<String> {
        let mut calls = self.aws.take_calls();
        calls.retain(|call| {
            ["DescribeKeyValueStore", "ListKeys", "UpdateKeys"].contains(&call.as_str())
        });
        calls
    }
}

#[tokio::test]
async fn all_share_links_are_listed_a_page_at_a_time() {
    let scene = Scene::new().await;
    let mut made = BTreeSet::new();
    for number in 0..SHARES {
        made.insert(scene.put_share(number).await);
    }
    let (mut listed, mut expiries, mut cursor) = (BTreeSet::new(), Vec::new(), None::<String>);
    loop {
        let query: Vec<_> = cursor
            .iter()
            .map(|cursor| ("cursor", cursor.as_str()))
            .collect();
        let (status, page) = scene.ask("GET", "/api/shares", &query, "").await;
        assert_eq!(status, 200, "{page}");
        for share in page["shares"].as_array().unwrap() {
            let is_new = listed.insert(share["id"].as_str().unwrap().to_owned());
            assert!(is_new, "listed twice");
            expiries.push(share["expires_at"].as_str().unwrap().to_owned());
        }
        match page["next"].as_str() {
            Some(next) => cursor = Some(next.to_owned()),
            None => break,
        }
    }
    assert_eq!(listed, made);
    assert!(expiries.is_sorted_by(|a, b| a >= b));
    let (status, problem) = scene
        .ask("GET", "/api/shares", &[("cursor", "x")], "")
        .await;
    assert_eq!((status, problem["field"].as_str()), (400, Some("cursor")));
}

#[tokio::test]
async fn a_change_is_one_request_to_the_edge_however_many_there_are() {
    let scene = Scene::new().await;
    for number in 1..TOKENS {
        scene.put_token(&format!("token {number}"), false).await;
    }
    scene.publish().await;
    assert_eq!(scene.aws.store().entries.len(), 1 + TOKENS);
    scene.store_calls();

    let (status, listed) = scene.ask("GET", "/api/tokens", &[], "").await;
    assert_eq!(
        (status, listed["tokens"].as_array().unwrap().len()),
        (200, TOKENS)
    );

    let (status, made) = scene
        .ask("POST", "/api/tokens", &[], r#"{"name": "one more"}"#)
        .await;
    assert_eq!(status, 201, "{made}");
    assert_eq!(scene.store_calls(), ["UpdateKeys"]);
    let entry = format!("token:{}", made["id"].as_str().unwrap());
    assert!(scene.aws.store().entries.contains_key(&entry));

    let path = format!("/api/tokens/{}", made["id"].as_str().unwrap());
    assert_eq!(scene.ask("DELETE", &path, &[], "").await.0, 204);
    assert_eq!(scene.store_calls(), ["UpdateKeys"]);
    assert!(!scene.aws.store().entries.contains_key(&entry));

    let share = scene.put_share(0).await;
    assert_eq!(
        scene
            .ask("DELETE", &format!("/api/shares/{share}"), &[], "")
            .await
            .0,
        204
    );
    assert_eq!(scene.store_calls(), ["UpdateKeys"]);
    assert!(
        scene
            .aws
            .store()
            .entries
            .contains_key(&format!("revoked:{share}"))
    );
}

#[tokio::test]
async fn what_the_edge_was_not_told_it_is_told_with_the_next_change() {
    let scene = Scene::new().await;
    let lost = scene.put_token("lost with a phone", false).await;
    let other = scene.put_token("another", false).await;
    scene.publish().await;
    scene.aws.store().accept = Some(0);
    let path = format!("/api/tokens/{}", lost.as_str());
    assert_eq!(scene.ask("DELETE", &path, &[], "").await.0, 503);
    scene.aws.store().accept = None;
    assert!(
        scene
            .aws
            .store()
            .entries
            .contains_key(&format!("token:{}", lost.as_str()))
    );

    let path = format!("/api/tokens/{}", other.as_str());
    assert_eq!(scene.ask("DELETE", &path, &[], "").await.0, 204);
    let left: Vec<_> = scene.aws.store().entries.keys().cloned().collect();
    let owner = scene.keys.token_hash(OWNER).id();
    assert_eq!(
        left,
        ["keys".to_owned(), format!("token:{}", owner.as_str())]
    );
}
