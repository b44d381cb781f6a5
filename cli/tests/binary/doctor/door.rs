//! Name, edge, API: who is let in and who is not.

use serde_json::json;

use super::{CHECKS, doctor, doctor_by, fails, is, lines};
use crate::healthy::{has_proof, page, service};
use crate::server::{Request, answer};
use crate::world::{command, end, json_answer, problem};

#[test]
fn a_name_that_does_not_resolve_is_reported() {
    let ended = end(command("https://torrent2s3.invalid", &["doctor", "--json"]));
    assert_eq!(ended.code, 6, "{ended:?}");
    let lines = lines(&ended);
    assert_eq!(lines["name"]["outcome"], "failed");
    for check in &CHECKS[1..] {
        assert_eq!(lines[*check]["outcome"], "not_tried", "{check}");
    }
}

#[test]
fn an_edge_that_does_not_run_is_reported() {
    let error = |_: &Request| {
        Some(answer(
            503,
            &[("x-cache", "FunctionExecutionError from cloudfront")],
            b"",
        ))
    };
    let lines = fails(
        "public",
        "the edge does not run",
        "cloudfront/function/torrent2s3-edge",
        error,
    );
    for check in [
        "refusal",
        "sign-in",
        "bearer",
        "api",
        "worker",
        "try-add",
        "try-complete",
    ] {
        assert_eq!(lines[check]["outcome"], "not_tried", "{check}");
    }
    assert_eq!(lines["try-removed"]["outcome"], "not_tried");
}

#[test]
fn another_site_is_reported() {
    let other = |_: &Request| Some(answer(200, &[("content-type", "text/html")], b"parked"));
    fails("public", "something else", "stack-outputs", other);
    let gone = |request: &Request| {
        is(request, "GET", "/sign-in.html")
            .then(|| answer(403, &[], b"<Error>AccessDenied</Error>"))
    };
    fails("public", "not published", "PublishSite", gone);
}

#[test]
fn a_page_without_its_policies_is_reported() {
    let bare = |request: &Request| is(request, "GET", "/sign-in.html").then(|| page(&[]));
    fails("headers", "PageHeaders", "describe-stack-events", bare);
}

#[test]
fn a_clock_that_is_off_is_reported() {
    let server = service(|request| {
        let date = [
            ("date", "Fri, 02 Jan 2026 03:04:05 GMT"),
            ("content-security-policy", "default-src 'self'"),
            ("x-content-type-options", "nosniff"),
        ];
        is(request, "GET", "/sign-in.html").then(|| page(&date))
    });
    let ended = doctor(&server, &["--json"]);
    let lines = lines(&ended);
    assert_eq!(
        (ended.code, &lines["clock"]["outcome"]),
        (0, &json!("warning")),
        "{ended:?}"
    );
    assert!(
        lines["clock"]["came"].as_str().unwrap().contains("ahead"),
        "{ended:?}"
    );
}

#[test]
fn an_open_door_is_reported() {
    for path in ["/", "/status/status.json", "/api/torrents"] {
        let open = move |request: &Request| {
            (!has_proof(request) && is(request, "GET", path)).then(|| page(&[]))
        };
        fails("refusal", "EVERYBODY", "describe-stack-events", open);
    }
    // Who brings a token, whichever, is let in.
    let any = |request: &Request| {
        let made_up = !has_proof(request) && request.header("authorization").is_some();
        made_up.then(|| json_answer(200, &json!({})))
    };
    fails("refusal", "EVERYBODY", "describe-stack-events", any);
}

#[test]
fn a_token_that_is_wrong_or_missing_is_reported() {
    let server = service(|_| None);
    for (token, came) in [("wrong", "401"), ("", "no token")] {
        let ended = doctor_by(token, &server, &["--json"]);
        assert_eq!(ended.code, 6, "{ended:?}");
        let lines = lines(&ended);
        assert_eq!(lines["sign-in"]["outcome"], "failed", "{ended:?}");
        assert!(
            lines["sign-in"]["came"].as_str().unwrap().contains(came),
            "{ended:?}"
        );
        assert!(
            lines["sign-in"]["cause"]
                .as_str()
                .unwrap()
                .contains("ShowToken"),
            "{ended:?}"
        );
        assert_eq!(lines["session"]["outcome"], "not_tried");
        assert_eq!(lines["api"]["outcome"], "not_tried");
    }
}

#[test]
fn a_cookie_that_is_missing_or_changed_is_reported() {
    for (cookie, came) in [
        ("other=x", "no cookie"),
        (
            "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Strict",
            "no cookie",
        ),
        (
            "__Host-session=s; Path=/; HttpOnly; SameSite=Strict",
            "without Secure",
        ),
    ] {
        let fault = move |request: &Request| {
            let set = [("set-cookie", cookie)];
            is(request, "POST", "/api/session").then(|| answer(200, &set, b"{}"))
        };
        let lines = fails("sign-in", "cookie", "SignIn", fault);
        assert!(
            lines["sign-in"]["came"].as_str().unwrap().contains(came),
            "{lines:?}"
        );
        assert_eq!(lines["session"]["outcome"], "not_tried");
    }
    let unknown = |request: &Request| {
        let by_cookie = is(request, "GET", "/") && request.header("cookie").is_some();
        by_cookie.then(|| answer(302, &[("location", "/sign-in.html?to=%2F")], b""))
    };
    fails("session", "edge's copy", "RotateSecret", unknown);
}

#[test]
fn too_many_tries_to_sign_in_are_no_failure() {
    let server = service(|request| {
        is(request, "POST", "/api/session").then(|| problem(429, "too-many-tries"))
    });
    let ended = doctor(&server, &["--json"]);
    let lines = lines(&ended);
    assert_eq!(
        (ended.code, &lines["sign-in"]["outcome"]),
        (0, &json!("warning")),
        "{ended:?}"
    );
    assert_eq!(lines["session"]["outcome"], "not_tried");
    assert_eq!(lines["storing"]["outcome"], "ok");
}

#[test]
fn a_token_that_the_edge_does_not_know_is_reported() {
    let unknown = |request: &Request| {
        let by_token = is(request, "GET", "/")
            && request.header("authorization").is_some()
            && has_proof(request);
        by_token.then(|| answer(302, &[("location", "/sign-in.html?to=%2F")], b""))
    };
    fails("bearer", "edge's copy", "RotateSecret", unknown);
}

#[test]
fn an_api_that_fails_is_reported() {
    for (fault, cause, more) in [
        (
            problem(401, "no-proof"),
            "authorizer does not take",
            "Authorizer",
        ),
        (
            answer(503, &[], b"{\"message\":\"Service Unavailable\"}"),
            "may not be started",
            "ManageTorrent",
        ),
        (
            answer(504, &[], b""),
            "does not reach API Gateway",
            "ManageTorrent",
        ),
        (
            answer(429, &[], b""),
            "too many requests",
            "get-account-settings",
        ),
        (
            answer(200, &[], b"{}"),
            "is the address right",
            "stack-outputs",
        ),
        (
            answer(302, &[("location", "https://b.example")], b""),
            "at another address",
            "stack-outputs",
        ),
    ] {
        fails("api", cause, more, move |request| {
            (is(request, "GET", "/api/torrents") && has_proof(request)).then(|| fault.clone())
        });
    }
    let every_route =
        |request: &Request| is(request, "GET", "/api/doctor").then(|| json_answer(200, &json!({})));
    fails("api", "is the address right", "stack-outputs", every_route);
}

#[test]
fn an_authorizer_that_is_not_asked_is_reported() {
    let open = |request: &Request| {
        request
            .header("sec-fetch-site")
            .is_some()
            .then(|| json_answer(201, &json!({})))
    };
    fails(
        "authorizer",
        "does not ask the authorizer",
        "describe-stack-events",
        open,
    );
}
