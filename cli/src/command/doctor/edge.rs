//! Who is let in, and who is not.

use serde_json::json;
use torrent::Timestamp;
use ureq::http::{Method, header};

use super::ask::{Answer, Ask};
use super::causes::{Commands, From, silence, unexpected};
use super::finding::Finding;
use crate::failure::Failure;
use crate::http::Call;

const COOKIE: &str = "__Host-session";

/// A token of the right form that nobody has.
const MADE_UP: &str = "Bearer torrent2s3-doctor-made-this-token-up-0000000";

/// More than any clock that is kept right is off.
const CLOCK_SECONDS_MAX: u64 = 60;

pub(super) fn public(answer: &Result<Answer, Failure>, commands: &Commands) -> Finding {
    let answer = match answer {
        Ok(answer) => answer,
        Err(failure) => return silence(failure),
    };
    let is_ours = is_html(answer) && String::from_utf8_lossy(&answer.body).contains("torrent2s3");
    match answer.status {
        200 if is_ours => Finding::ok("200, the sign-in page"),
        200 => {
            let cause = "something else is at this address";
            Finding::failed("200, but not our sign-in page", cause).more(commands.outputs())
        }
        _ => unexpected(answer, From::Site, commands),
    }
}

fn is_html(answer: &Answer) -> bool {
    answer.header("content-type").starts_with("text/html")
}

/// Those that keep a page from being misused. HSTS is for HTTPS alone (RFC 6797, 7.2).
pub(super) fn headers(page: &Answer, https: bool, commands: &Commands) -> Finding {
    let has = |name: &str, part: &str| page.header(name).contains(part);
    let wanted = [
        ("content-security-policy", "default-src 'self'", true),
        ("x-content-type-options", "nosniff", true),
        ("strict-transport-security", "max-age=", https),
    ];
    let missing = wanted
        .iter()
        .filter(|(name, part, due)| *due && !has(name, part));
    let missing: Vec<_> = missing.map(|(name, ..)| *name).collect();
    if missing.is_empty() {
        return Finding::ok("the policies that belong there");
    }
    let cause = "the response headers policy PageHeaders is not part of the distribution";
    Finding::failed(format!("without {}", missing.join(", ")), cause).more(commands.events())
}

pub(super) fn clock(page: &Answer, now: Timestamp) -> Finding {
    let Some(date) = page.date() else {
        return Finding::skipped("the answer has no date");
    };
    let ahead = now.as_second().saturating_sub(date.as_second());
    let off = ahead.unsigned_abs();
    if off <= CLOCK_SECONDS_MAX {
        return Finding::ok("they agree");
    }
    let side = if ahead > 0 { "ahead" } else { "behind" };
    let off = crate::text::duration(off);
    let cause = "the clock of this machine is wrong; certificates and times are judged by it";
    Finding::warning(format!("this machine is {off} {side}"), cause)
}

/// Nothing but a proof opens pages and API.
pub(super) fn refusal(ask: &Ask) -> Finding {
    for path in ["", "status/status.json", "api/torrents"] {
        for made_up in [false, true] {
            let mut call = ask.get(path);
            if made_up {
                call = call.with_header(header::AUTHORIZATION, MADE_UP);
            }
            let answer = match ask.send(&call) {
                Ok(answer) => answer,
                Err(failure) => return silence(&failure),
            };
            let what = if made_up { ", by a made-up token" } else { "" };
            if let Some(finding) = let_in(&answer, &format!("/{path}{what}"), &ask.commands) {
                return finding;
            }
        }
    }
    Finding::ok("refused, each of them")
}

/// What is wrong with how somebody without proof was answered.
fn let_in(answer: &Answer, what: &str, commands: &Commands) -> Option<Finding> {
    let to_sign_in = answer.header("location").contains("/sign-in.html?to=");
    match answer.status {
        401 => None,
        302 if to_sign_in => None,
        200..=299 => {
            let cause =
                "the function at the edge is not part of the distribution: EVERYBODY CAN READ THIS";
            let came = format!("{what} was answered with {}", answer.status);
            Some(Finding::failed(came, cause).more(commands.events()))
        }
        _ => {
            let mut finding = unexpected(answer, From::Site, commands);
            finding.came = format!("{what}: {}", finding.came);
            Some(finding)
        }
    }
}

/// Also the cookie to come in with.
pub(super) fn sign_in(ask: &Ask) -> (Finding, Option<String>) {
    let show = ask.commands.outputs();
    let Some(token) = &ask.token else {
        let cause =
            "give it by TORRENT2S3_TOKEN; the output ShowToken is the command that shows it";
        return (Finding::failed("there is no token", cause).more(show), None);
    };
    let body = json!({ "token": token.secret() }).to_string();
    let call = Call::probe(Method::POST, ask.address.api("session"));
    let answer = match ask.send(&call.carrying("application/json", body.as_bytes())) {
        Ok(answer) => answer,
        Err(failure) => return (silence(&failure), None),
    };
    let finding = match answer.status {
        200 => return cookie(&answer, &ask.commands),
        401 => {
            let cause = "the token is wrong or was rotated; the output ShowToken is the command that shows it";
            Finding::failed(answer.in_words(), cause).more(show)
        }
        429 => {
            let cause = "somebody tried too often to sign in; this passes within ten minutes";
            Finding::warning(answer.in_words(), cause)
        }
        _ => unexpected(&answer, From::Function("SignIn"), &ask.commands),
    };
    (finding, None)
}

fn cookie(answer: &Answer, commands: &Commands) -> (Finding, Option<String>) {
    let set = answer.header("set-cookie");
    let mut parts = set.split(';').map(str::trim);
    let pair = parts.next().filter(|pair| {
        pair.strip_prefix(COOKIE)
            .is_some_and(|rest| rest.len() > 1 && rest.starts_with('='))
    });
    let Some(pair) = pair else {
        let cause = "something between here and the function takes the cookie away";
        let finding = Finding::failed(format!("200, but no cookie {COOKIE}"), cause);
        return (finding.more(commands.logs("SignIn")), None);
    };
    let rest: Vec<_> = parts.collect();
    let has = |wanted: &str| rest.iter().any(|part| part.eq_ignore_ascii_case(wanted));
    let wanted = ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"];
    if let Some(missing) = wanted.iter().find(|wanted| !has(wanted)) {
        let cause = "something between here and the function changes the cookie";
        let finding = Finding::failed(format!("a cookie without {missing}"), cause);
        return (finding.more(commands.logs("SignIn")), None);
    }
    (
        Finding::ok("200, and a session's cookie"),
        Some(pair.to_owned()),
    )
}

pub(super) fn session(ask: &Ask, cookie: Option<&str>) -> Finding {
    let Some(cookie) = cookie else {
        return Finding::not_tried("not tried: there is no session");
    };
    is_let_in(ask, &ask.get("").with_header(header::COOKIE, cookie))
}

pub(super) fn bearer(ask: &Ask) -> Finding {
    if ask.token.is_none() {
        return Finding::not_tried("not tried: there is no token");
    }
    is_let_in(ask, &ask.get("").by_token())
}

fn is_let_in(ask: &Ask, call: &Call<'_>) -> Finding {
    let answer = match ask.send(call) {
        Ok(answer) => answer,
        Err(failure) => return silence(&failure),
    };
    match answer.status {
        200 if is_html(&answer) => Finding::ok("200, the page"),
        302 | 401 => {
            let cause = "the edge does not know the token: it is wrong, or the edge's copy of the keys is old";
            Finding::failed(answer.in_words(), cause).more(ask.commands.logs("RotateSecret"))
        }
        _ => unexpected(&answer, From::Site, &ask.commands),
    }
}
