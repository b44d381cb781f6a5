//! What holds for every proof: only what was signed opens, only as long, only with these keys.

use proof::{Keys, SESSION_SECONDS, Secret, Session, ShareScope, TokenId, bearer};
use proptest::prelude::*;

const NOW: u64 = 1_795_000_000;
const TORRENT: &str = "25e6e4bc4eb17527321dd43fbe4233c7b2e82370";
const OTHER: &str = "c9e15763f722f23e98a29decdfae341b98d53056";

fn keys(secret: &str) -> Keys {
    Keys::derive(&Secret::new(secret.to_owned()).unwrap())
}

fn secrets() -> impl Strategy<Value = String> {
    "[A-Za-z0-9]{32,64}"
}

fn torrent() -> ShareScope {
    ShareScope::torrent(TORRENT.parse().unwrap())
}

proptest! {
    #[test]
    fn a_session_opens_until_it_expires(secret in secrets(), token in "[!-~]{1,60}", now in 1..NOW) {
        let keys = keys(&secret);
        let session = Session { token: keys.token_hash(&token).id(), expires: now + SESSION_SECONDS };
        let cookie = keys.seal_session(&session);
        prop_assert_eq!(keys.open_session(&cookie, now), Some(session.clone()));
        prop_assert_eq!(keys.open_session(&cookie, session.expires - 1), Some(session.clone()));
        prop_assert_eq!(keys.open_session(&cookie, session.expires), None);
    }

    #[test]
    fn after_rotation_no_proof_is_worth_anything(old in secrets(), new in secrets()) {
        prop_assume!(old != new);
        let (before, after) = (keys(&old), keys(&new));
        let token = before.token_hash("token");
        let cookie = before.seal_session(&Session { token: token.id(), expires: NOW + 1 });
        prop_assert!(before.open_session(&cookie, NOW).is_some());
        prop_assert!(after.open_session(&cookie, NOW).is_none());
        prop_assert!(!after.token_hash("token").is(token.as_str()));
        let share = before.sign_share(&torrent(), NOW + 1).to_string();
        let path = format!("/files/{TORRENT}/a");
        prop_assert!(before.opens(&share, &path, NOW));
        prop_assert!(!after.opens(&share, &path, NOW));
        let viewer = before.sign_viewer([192, 0, 2, 1].into());
        prop_assert!(before.viewer(&viewer).is_some());
        prop_assert!(after.viewer(&viewer).is_none());
    }

    #[test]
    fn one_changed_character_is_enough(at in 0..200_usize, character in any::<char>()) {
        let keys = keys(&"a".repeat(43));
        let token = keys.token_hash("token").id();
        let cookie = keys.seal_session(&Session { token, expires: NOW + 1 });
        let share = keys.sign_share(&torrent(), NOW + 1).to_string();
        let viewer = keys.sign_viewer([192, 0, 2, 1].into());
        for proof in [&cookie, &share, &viewer] {
            let mut spoilt: Vec<char> = proof.chars().collect();
            let at = at % spoilt.len();
            prop_assume!(spoilt[at] != character);
            spoilt[at] = character;
            let spoilt: String = spoilt.into_iter().collect();
            prop_assert!(keys.open_session(&spoilt, NOW).is_none());
            let path = format!("/files/{TORRENT}/a");
            prop_assert!(!keys.opens(&spoilt, &path, NOW));
            prop_assert!(keys.viewer(&spoilt).is_none());
        }
    }

    #[test]
    fn nothing_that_somebody_sends_is_taken_or_panics(text in any::<String>(), path in any::<String>()) {
        let keys = keys(&"a".repeat(43));
        prop_assert!(keys.open_session(&text, 0).is_none());
        prop_assert!(!keys.opens(&text, &path, 0));
        prop_assert!(keys.viewer(&text).is_none());
        prop_assert!(!keys.token_hash("token").is(&text));
        let _ = (bearer(&text), path.parse::<ShareScope>());
    }

    #[test]
    fn a_file_is_opened_by_its_own_link_alone(name in "[a-z%0-9.]{1,20}", other in "[a-z%0-9.]{1,20}") {
        let keys = keys(&"a".repeat(43));
        let path = format!("/files/{TORRENT}/{name}");
        let Ok(scope) = path.parse::<ShareScope>() else { return Ok(()) };
        let share = keys.sign_share(&scope, NOW + 1).to_string();
        prop_assert!(keys.opens(&share, &path, NOW));
        let elsewhere = format!("/files/{TORRENT}/{other}");
        prop_assert_eq!(keys.opens(&share, &elsewhere, NOW), name == other);
        for path in [format!("/files/{OTHER}/{name}"), format!("/complete/{TORRENT}/index.html")] {
            prop_assert!(!keys.opens(&share, &path, NOW));
        }
    }
}

#[test]
fn a_torrent_is_its_page_and_its_files() {
    let keys = keys(&"a".repeat(43));
    let share = keys.sign_share(&torrent(), NOW + 1).to_string();
    let opens = |path: &str| keys.opens(&share, path, NOW);
    assert!(opens(&format!("/files/{TORRENT}/a/b.txt")));
    assert!(opens(&format!("/complete/{TORRENT}/index.html")));
    for path in [
        format!("/files/{OTHER}/a"),
        format!("/files/{TORRENT}"),
        format!("/files/{TORRENT}0/a"),
        format!("/FILES/{TORRENT}/a"),
        format!("/files/{}/a", TORRENT.to_uppercase()),
        format!("/files/{TORRENT}/../{OTHER}/a"),
        format!("/files/{TORRENT}/%2e%2E/{OTHER}/a"),
        format!("/files/{TORRENT}/.%2e/{OTHER}/a"),
        format!("/files/{TORRENT}/..%2f{OTHER}/a"),
        format!("/files/{TORRENT}/..\\{OTHER}/a"),
        format!("/files/{TORRENT}//a"),
        format!("/files/{TORRENT}/a\0"),
        format!("/files/{TORRENT}/é"),
        format!("/api/torrents/{TORRENT}"),
        "/status/status.json".to_owned(),
        "/".to_owned(),
        String::new(),
    ] {
        assert!(!opens(&path), "{path}");
    }
}

#[test]
fn one_key_signs_nothing_for_another_purpose() {
    let keys = keys(&"a".repeat(43));
    let all: serde_json::Value = serde_json::to_value(&keys).unwrap();
    let all: Vec<_> = all.as_object().unwrap().values().collect();
    assert_eq!(all.len(), 4);
    for (at, key) in all.iter().enumerate() {
        assert!(!all[at + 1..].contains(key));
    }
}

#[test]
fn a_number_has_one_spelling() {
    let keys = keys(&"a".repeat(43));
    let token = keys.token_hash("token").id();
    let session = Session { token, expires: 10 };
    let cookie = keys.seal_session(&session);
    assert!(keys.open_session(&cookie, 9).is_some());
    for spelling in ["010", "+10", "1e1", " 10", "10.0"] {
        let cookie = cookie.replacen("10", spelling, 1);
        assert!(keys.open_session(&cookie, 9).is_none(), "{cookie}");
    }
}

#[test]
fn an_authorization_header_has_one_token() {
    assert_eq!(bearer("Bearer abc"), Some("abc"));
    assert_eq!(bearer("bearer abc"), Some("abc"));
    for header in [
        "",
        "Bearer",
        "Bearer ",
        "Bearer  abc",
        "Bearer a b",
        "Basic abc",
        "abc",
        "Bearer é",
    ] {
        assert_eq!(bearer(header), None, "{header}");
    }
}

#[test]
fn an_id_tells_nothing_and_has_its_form() {
    let keys = keys(&"a".repeat(43));
    let hash = keys.token_hash("token");
    assert!(TokenId::try_from(hash.id().as_str().to_owned()).is_ok());
    for text in [
        "",
        "short",
        "seventeen-signs--",
        "has a blank here",
        "has.a.dot.in.it.",
    ] {
        assert!(TokenId::try_from(text.to_owned()).is_err(), "{text}");
    }
}
