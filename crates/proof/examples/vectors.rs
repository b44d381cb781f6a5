//! Prints what `edge/edge.js` and this crate must agree on: keys, the tokens that are there, and 10,000 random
//! requests with this crate's verdict. `edge/tests/checks.js` puts each to the edge's function.

use std::collections::BTreeMap;

use proof::{Keys, Secret, Session, ShareScope, TokenHash, bearer};
use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Value, json};

const REQUESTS: usize = 10_000;
const NOW: u64 = 1_795_000_000;
const TORRENTS: [&str; 2] = [
    "25e6e4bc4eb17527321dd43fbe4233c7b2e82370",
    "c9e15763f722f23e98a29decdfae341b98d53056",
];
/// Behind `/files/<info-hash>/` and `/complete/<info-hash>/`; the second half are tricks.
const RESTS: [&str; 16] = [
    "",
    "a.txt",
    "index.html",
    "An%20album/01%20%c3%a9.flac",
    "An%20album/",
    "%252e%252e/x",
    "..a/x",
    "a%2eb",
    "../x",
    "%2e%2e/x",
    "%2E./x",
    ".",
    "a//b",
    "a%2Fb",
    "a%5cb",
    "a%00",
];

/// What somebody has, before it is spoilt.
#[derive(Debug, Clone)]
struct Attempt {
    area: &'static str,
    torrent: &'static str,
    rest: &'static str,
    proof: Proof,
    own_keys: bool,
    expires: u64,
    token: usize,
    spoil: Option<(usize, char)>,
}

#[derive(Debug, Clone, Copy)]
enum Proof {
    Session,
    Bearer,
    ShareOfTorrent,
    ShareOfFile,
    ShareOfOther,
    Nothing,
}

fn attempts() -> impl Strategy<Value = Attempt> {
    let proofs = [
        Proof::Session,
        Proof::Bearer,
        Proof::ShareOfTorrent,
        Proof::ShareOfFile,
        Proof::ShareOfOther,
        Proof::Nothing,
    ];
    let expires = select(vec![
        NOW - 1,
        NOW,
        NOW + 1,
        NOW + 3600,
        999_999_999_999,
        0,
        1,
    ]);
    let spoilt = select("0aZ-_. =\u{e9}".chars().collect::<Vec<_>>());
    (
        select(vec![
            "/files/",
            "/files/",
            "/complete/",
            "/api/",
            "/FILES/",
            "//files/",
        ]),
        select(TORRENTS.to_vec()),
        select(RESTS.to_vec()),
        select(proofs.to_vec()),
        prop::bool::weighted(0.8),
        expires,
        0..4_usize,
        prop::option::weighted(0.3, (0..120_usize, spoilt)),
    )
        .prop_map(
            |(area, torrent, rest, proof, own_keys, expires, token, spoil)| Attempt {
                area,
                torrent,
                rest,
                proof,
                own_keys,
                expires,
                token,
                spoil,
            },
        )
}

struct World {
    keys: Keys,
    others: Keys,
    /// The last one was revoked.
    tokens: [String; 4],
    known: BTreeMap<String, String>,
}

impl World {
    fn new() -> Self {
        let secret = |digit: &str| Secret::new(digit.repeat(43)).expect("43 characters are enough");
        let keys = Keys::derive(&secret("a"));
        let tokens = ["1", "2", "3", "4"].map(|digit| digit.repeat(43));
        let stored = |token: &String| -> (String, String) {
            let hash: TokenHash = keys.token_hash(token);
            (hash.id().as_str().to_owned(), hash.as_str().to_owned())
        };
        let known = tokens[..3].iter().map(stored).collect();
        Self {
            others: Keys::derive(&secret("b")),
            keys,
            tokens,
            known,
        }
    }

    fn request(&self, attempt: &Attempt) -> Value {
        let keys = if attempt.own_keys {
            &self.keys
        } else {
            &self.others
        };
        let uri = format!("{}{}/{}", attempt.area, attempt.torrent, attempt.rest);
        let of_torrent = |infohash: &str| ShareScope::torrent(infohash.parse().expect("it is one"));
        let share = |scope: &ShareScope| keys.sign_share(scope, attempt.expires).to_string();
        let (mut cookie, mut authorization, mut signature) = (None, None, None);
        match attempt.proof {
            Proof::Session => {
                let token = self.keys.token_hash(&self.tokens[attempt.token]).id();
                let session = Session {
                    token,
                    expires: attempt.expires,
                };
                cookie = Some(keys.seal_session(&session));
            }
            Proof::Bearer => authorization = Some(format!("Bearer {}", self.tokens[attempt.token])),
            Proof::ShareOfTorrent => signature = Some(share(&of_torrent(attempt.torrent))),
            Proof::ShareOfFile => {
                let scope = uri.parse().unwrap_or_else(|_| of_torrent(attempt.torrent));
                signature = Some(share(&scope));
            }
            Proof::ShareOfOther => signature = Some(share(&of_torrent(TORRENTS[0]))),
            Proof::Nothing => {}
        }
        for proof in [&mut cookie, &mut authorization, &mut signature] {
            if let (Some(text), Some((at, character))) = (proof, attempt.spoil) {
                *text = spoilt(text, at, character);
            }
        }
        let lets_in = cookie.as_deref().is_some_and(|cookie| self.session(cookie))
            || authorization
                .as_deref()
                .is_some_and(|header| self.token(header))
            || signature
                .as_deref()
                .is_some_and(|text| self.keys.opens(text, &uri, NOW));
        json!({
            "uri": uri,
            "cookie": cookie,
            "authorization": authorization,
            "s": signature,
            "lets_in": lets_in,
        })
    }

    fn session(&self, cookie: &str) -> bool {
        let session = self.keys.open_session(cookie, NOW);
        session.is_some_and(|session| self.known.contains_key(session.token.as_str()))
    }

    fn token(&self, header: &str) -> bool {
        let Some(token) = bearer(header) else {
            return false;
        };
        let hash = self.keys.token_hash(token);
        self.known
            .get(hash.id().as_str())
            .is_some_and(|stored| hash.is(stored))
    }
}

fn spoilt(text: &str, at: usize, character: char) -> String {
    let mut all: Vec<char> = text.chars().collect();
    let at = at % (all.len() + 1);
    if at == all.len() {
        all.push(character);
    } else {
        all[at] = character;
    }
    all.into_iter().collect()
}

fn main() {
    let world = World::new();
    let mut runner = TestRunner::default();
    let strategy = attempts();
    let requests: Vec<_> = (0..REQUESTS)
        .map(|_| {
            let tree = strategy
                .new_tree(&mut runner)
                .expect("nothing is filtered out");
            world.request(&tree.current())
        })
        .collect();
    let viewer = world.keys.sign_viewer([192, 0, 2, 1].into());
    let all = json!({
        "now": NOW,
        "keys": world.keys,
        "tokens": world.known,
        "viewer": viewer,
        "requests": requests,
    });
    println!("{all}");
}
