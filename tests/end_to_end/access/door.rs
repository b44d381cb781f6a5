//! The stack from outside, and everything that somebody may bring to get in.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result};
use proof::{Keys, SESSION_COOKIE, Secret, Session, ShareScope};
use serde_json::Value;
use tests::World;
use ureq::http::{Request, Response};
use xtask::Loopback;

/// A torrent that nobody added, and an id that nothing has.
pub(super) const NOBODY: &str = "0000000000000000000000000000000000000000";
pub(super) const NO_ID: &str = "0000000000000000";

/// What somebody brings.
pub(super) struct Proof {
    pub(super) name: &'static str,
    pub(super) right: bool,
    pub(super) header: Option<(&'static str, String)>,
}

/// The stack as somebody sees it who has its addresses and, for a right proof, its secret.
pub(super) struct Door {
    pub(super) http: Loopback,
    pub(super) page: String,
    pub(super) direct: String,
    pub(super) keys: Keys,
    pub(super) token: String,
}

impl Door {
    pub(super) fn of(world: &World) -> Result<Self> {
        let stack = world.stack();
        let token = stack.owner_token().to_owned();
        Ok(Self {
            http: stack.http(),
            page: stack.page_url(),
            direct: stack.direct_api_url().trim_end_matches("api").to_owned(),
            keys: keys(&token)?,
            token,
        })
    }

    /// Everything that is no proof, and two that are.
    pub(super) fn proofs(&self) -> Result<Vec<Proof>> {
        let owner = self.keys.token_hash(&self.token).id();
        let other = self.keys.token_hash("a token that nobody made").id();
        let later = now()? + 3600;
        let session = |keys: &Keys, token: &proof::TokenId, expires| {
            let token = token.clone();
            keys.seal_session(&Session { token, expires })
        };
        let right = session(&self.keys, &owner, later);
        let others = keys(&"k".repeat(43))?;
        let share = ShareScope::torrent(NOBODY.parse()?);
        let share = self.keys.sign_share(&share, later).to_string();
        let cookie = |value: &str| Some(("cookie", format!("{SESSION_COOKIE}={value}")));
        let bearer = |value: &str| Some(("authorization", format!("Bearer {value}")));
        let hash = self.keys.token_hash(&self.token);
        let proof = |name, header| Proof {
            name,
            right: false,
            header,
        };
        Ok(vec![
            proof("nothing", None),
            proof("an empty cookie", cookie("")),
            proof("a wrong token", bearer(&"x".repeat(43))),
            proof("a token and more", bearer(&format!("{}x", self.token))),
            proof("a token's hash", bearer(hash.as_str())),
            proof("a token as a cookie", cookie(&self.token)),
            proof("a cookie as a token", bearer(&right)),
            proof(
                "an expired session",
                cookie(&session(&self.keys, &owner, now()? - 1)),
            ),
            proof("a forged session", cookie(&forged(&right))),
            proof(
                "a session that lasts longer",
                cookie(&right.replacen(&later.to_string(), "999999999999", 1)),
            ),
            proof(
                "a session of another key",
                cookie(&session(&others, &owner, later)),
            ),
            proof(
                "a session of no token",
                cookie(&session(&self.keys, &other, later)),
            ),
            proof("a share link as a cookie", cookie(&share)),
            proof("a share link as a token", bearer(&share)),
            Proof {
                name: "a session",
                right: true,
                header: cookie(&right),
            },
            Proof {
                name: "the token",
                right: true,
                header: bearer(&self.token),
            },
        ])
    }

    pub(super) fn send(
        &self,
        method: &str,
        url: &str,
        proof: Option<&(&'static str, String)>,
    ) -> Result<Response<Vec<u8>>> {
        let mut request = Request::builder().method(method).uri(url);
        request = request.header("sec-fetch-site", "same-origin");
        if let Some((name, value)) = proof {
            request = request.header(*name, value);
        }
        self.http.send(request.body(Vec::new())?)
    }

    pub(super) fn get(&self, path: &str) -> Result<u16> {
        let answer = self.send("GET", &format!("{}{path}", self.page), None)?;
        Ok(answer.status().as_u16())
    }
}

pub(super) fn keys(secret: &str) -> Result<Keys> {
    let secret = Secret::new(secret.to_owned()).context("the secret is too short")?;
    Ok(Keys::derive(&secret))
}

pub(super) fn now() -> Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}

/// With another last character but one; the last has bits that mean nothing.
pub(super) fn forged(cookie: &str) -> String {
    let at = cookie.len() - 2;
    let other = if &cookie[at..=at] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &cookie[..at], &cookie[at + 1..])
}

pub(super) fn text<'a>(body: &'a Value, field: &str) -> Result<&'a str> {
    body[field]
        .as_str()
        .with_context(|| format!("no {field} in {body}"))
}
