//! Only the owner gets in: every route with every kind of proof, right and wrong, through the front door and
//! round it.

use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context, Result, bail, ensure};
use proof::{Keys, SESSION_COOKIE, Secret, Session, ShareScope};
use serde_json::{Value, json};
use tests::World;
use ureq::http::{Request, Response};
use xtask::Loopback;

/// A torrent that nobody added, and an id that nothing has.
const NOBODY: &str = "0000000000000000000000000000000000000000";
const NO_ID: &str = "0000000000000000";

/// The one route that may be called without proof.
const OPEN: &str = "POST /api/session";

/// What somebody brings.
struct Proof {
    name: &'static str,
    right: bool,
    header: Option<(&'static str, String)>,
}

/// The stack as somebody sees it who has its addresses and, for a right proof, its secret.
struct Door {
    http: Loopback,
    page: String,
    direct: String,
    keys: Keys,
    token: String,
}

impl Door {
    fn of(world: &World) -> Result<Self> {
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
    fn proofs(&self) -> Result<Vec<Proof>> {
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

    fn send(
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

    fn get(&self, path: &str) -> Result<u16> {
        let answer = self.send("GET", &format!("{}{path}", self.page), None)?;
        Ok(answer.status().as_u16())
    }
}

fn keys(secret: &str) -> Result<Keys> {
    let secret = Secret::new(secret.to_owned()).context("the secret is too short")?;
    Ok(Keys::derive(&secret))
}

fn now() -> Result<u64> {
    Ok(SystemTime::now().duration_since(UNIX_EPOCH)?.as_secs())
}

/// With another last character but one; the last has bits that mean nothing.
fn forged(cookie: &str) -> String {
    let at = cookie.len() - 2;
    let other = if &cookie[at..=at] == "A" { "B" } else { "A" };
    format!("{}{other}{}", &cookie[..at], &cookie[at + 1..])
}

/// The routes of the API as they are deployed: `METHOD /path` or `$default`, and whether an authorizer is asked.
fn routes(world: &World) -> Result<Vec<(String, bool)>> {
    let api = world.stack().outputs().api_id.clone();
    let answer = world.aws(&["apigatewayv2", "get-routes", "--api-id", &api])?;
    let items = answer["Items"]
        .as_array()
        .context("the API has no routes")?;
    let route = |item: &Value| -> Result<(String, bool)> {
        let key = item["RouteKey"].as_str().context("a route has no key")?;
        Ok((
            key.to_owned(),
            item["AuthorizationType"] == "CUSTOM" && item["AuthorizerId"].is_string(),
        ))
    };
    items.iter().map(route).collect()
}

/// A request that takes a route and, with a right proof, changes nothing.
fn example(route: &str) -> (String, String) {
    let (method, path) = route
        .split_once(' ')
        .unwrap_or(("GET", "/api/nothing/of/this/name"));
    let method = if method == "ANY" { "GET" } else { method };
    let path = path.replace("{infohash}", NOBODY).replace("{id}", NO_ID);
    (method.to_owned(), path.trim_start_matches('/').to_owned())
}

pub(crate) fn every_route_wants_a_proof(world: &World) -> Result<()> {
    let door = Door::of(world)?;
    let proofs = door.proofs()?;
    let routes = routes(world)?;
    ensure!(
        routes.len() >= 15,
        "only {} routes are deployed",
        routes.len()
    );
    let mut faults = Vec::new();
    for (route, asks) in &routes {
        if *asks == (route == OPEN) {
            faults.push(format!("{route}: no rule says whether it is open"));
        }
        let (method, path) = example(route);
        for proof in &proofs {
            for (front, address) in [(true, &door.page), (false, &door.direct)] {
                let answer =
                    door.send(&method, &format!("{address}{path}"), proof.header.as_ref())?;
                let status = answer.status().as_u16();
                // API Gateway's own word for an authorizer's no is 403.
                let refusal = if front { 401 } else { 403 };
                let right = match (route == OPEN, proof.right) {
                    // Without a body the open route says what it wants.
                    (true, _) => status == 415,
                    (false, true) => ![401, 403].contains(&status),
                    (false, false) => status == refusal,
                };
                if !right || status >= 500 {
                    let way = if front {
                        "the front door"
                    } else {
                        "API Gateway"
                    };
                    faults.push(format!(
                        "{method} /{path} with {} at {way}: {status}",
                        proof.name
                    ));
                }
            }
        }
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// What is no API: pages, their data, files. `true` is for everybody.
const PLACES: &[(&str, bool)] = &[
    ("", false),
    ("index.html", false),
    ("status/index.html", false),
    ("status/status.json", false),
    ("complete/index.html", false),
    ("complete/library.json", false),
    (
        "complete/0000000000000000000000000000000000000000/index.html",
        false,
    ),
    (
        "complete/0000000000000000000000000000000000000000/urls.txt",
        false,
    ),
    ("files/0000000000000000000000000000000000000000/a.js", false),
    ("nothing", false),
    ("sign-in.html", true),
    ("style.css", true),
    ("app.js", true),
];

pub(crate) fn every_page_wants_a_proof(world: &World) -> Result<()> {
    let door = Door::of(world)?;
    let mut faults = Vec::new();
    for (path, open) in PLACES {
        for proof in door.proofs()? {
            let answer = door.send(
                "GET",
                &format!("{}{path}", door.page),
                proof.header.as_ref(),
            )?;
            let location = answer
                .headers()
                .get("location")
                .and_then(|to| to.to_str().ok());
            let to_sign_in = location.is_some_and(|to| to.starts_with("/sign-in.html?to="));
            let refused = answer.status() == 401 || (answer.status() == 302 && to_sign_in);
            if refused == (*open || proof.right) {
                faults.push(format!("/{path} with {}: {}", proof.name, answer.status()));
            }
            let leads = path.is_empty() || path.ends_with(".html");
            if refused && to_sign_in != leads {
                faults.push(format!(
                    "/{path} with {}: leads to {location:?}",
                    proof.name
                ));
            }
        }
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

pub(crate) fn the_buckets_are_closed(world: &World) -> Result<()> {
    let door = Door::of(world)?;
    let (endpoint, files, site) = {
        let stack = world.stack();
        let outputs = stack.outputs();
        (
            stack.aws().endpoint().to_owned(),
            outputs.files_bucket.clone(),
            outputs.site_bucket.clone(),
        )
    };
    for (bucket, key) in [
        (&files, ""),
        (&files, "files/x"),
        (&site, ""),
        (&site, "index.html"),
        (&site, "status/status.json"),
    ] {
        for proof in door.proofs()? {
            let answer = door.send(
                "GET",
                &format!("{endpoint}/{bucket}/{key}"),
                proof.header.as_ref(),
            )?;
            let refused = [400, 401, 403].contains(&answer.status().as_u16());
            ensure!(
                refused,
                "{bucket}/{key} with {}: {}",
                proof.name,
                answer.status()
            );
        }
    }
    Ok(())
}

/// A change that a browser is led to make by a page of another site.
pub(crate) fn another_site_changes_nothing(world: &World) -> Result<()> {
    let door = Door::of(world)?;
    let session = door
        .proofs()?
        .into_iter()
        .find(|proof| proof.name == "a session");
    let (_, cookie) = session
        .and_then(|proof| proof.header)
        .context("there is such a proof")?;
    let own = door.page.trim_end_matches('/').to_owned();
    for (headers, passes) in [
        (&[("sec-fetch-site", "same-origin")][..], true),
        (&[("origin", own.as_str())], true),
        (
            &[
                ("sec-fetch-site", "cross-site"),
                ("origin", "https://evil.example"),
            ],
            false,
        ),
        (&[("sec-fetch-site", "same-site")], false),
        (&[("origin", "https://evil.example")], false),
        (&[("origin", "null")], false),
        (&[], false),
    ] {
        for address in [&door.page, &door.direct] {
            let url = format!("{address}api/torrents/{NOBODY}/pause");
            let mut request = Request::post(url).header("cookie", &cookie);
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            let status = door.http.send(request.body(Vec::new())?)?.status().as_u16();
            let expected = if passes { 404 } else { 403 };
            ensure!(status == expected, "{headers:?} at {address}: {status}");
        }
    }
    let preflight = Request::options(format!("{}api/torrents", door.direct))
        .header("origin", "https://evil.example")
        .header("access-control-request-method", "POST");
    let answer = door.http.send(preflight.body(Vec::new())?)?;
    let allowed = answer
        .headers()
        .keys()
        .any(|name| name.as_str().starts_with("access-control-"));
    ensure!(
        !allowed,
        "another site is allowed something: {:?}",
        answer.headers()
    );
    Ok(())
}

pub(crate) fn a_named_token_is_made_and_revoked(world: &World) -> Result<()> {
    let door = Door::of(world)?;
    let product = &world.product;
    let made = product.send_json("POST", "api/tokens", &json!({ "name": "a phone" }))?;
    ensure!(made.status == 201, "{made:?}");
    let (id, token) = (text(&made.body, "id")?, text(&made.body, "token")?);
    let bearer = ("authorization", format!("Bearer {token}"));
    let lists = |proof: &(&'static str, String), path: &str| -> Result<[u16; 2]> {
        let status = |address: &str| -> Result<u16> {
            let answer = door.send("GET", &format!("{address}{path}"), Some(proof))?;
            Ok(answer.status().as_u16())
        };
        Ok([status(&door.page)?, status(&door.direct)?])
    };
    ensure!(
        lists(&bearer, "api/torrents")? == [200, 200],
        "it opens nothing"
    );
    ensure!(
        lists(&bearer, "api/tokens")? == [403, 403],
        "it may see the others"
    );
    let session = Session {
        token: door.keys.token_hash(token).id(),
        expires: now()? + 3600,
    };
    let cookie = (
        "cookie",
        format!("{SESSION_COOKIE}={}", door.keys.seal_session(&session)),
    );
    ensure!(
        lists(&cookie, "api/torrents")? == [200, 200],
        "its session opens nothing"
    );
    let listed = product.ask("api/tokens")?.body.to_string();
    ensure!(listed.contains(id) && !listed.contains(token), "{listed}");
    let revoked = product.send_json("DELETE", &format!("api/tokens/{id}"), &Value::Null)?;
    ensure!(revoked.status == 204, "{revoked:?}");
    ensure!(
        lists(&bearer, "api/torrents")? == [401, 403],
        "it outlives its end"
    );
    ensure!(
        lists(&cookie, "api/torrents")? == [401, 403],
        "its session outlives it"
    );
    Ok(())
}

fn text<'a>(body: &'a Value, field: &str) -> Result<&'a str> {
    body[field]
        .as_str()
        .with_context(|| format!("no {field} in {body}"))
}

pub(crate) fn a_share_link_opens_what_it_is_for(world: &World) -> Result<()> {
    let door = Door::of(world)?;
    let page = world.product.ask("api/torrents?state=complete")?;
    let torrents = page.body["torrents"].as_array().context("a list")?.clone();
    let [first, second, ..] = torrents.as_slice() else {
        bail!("the tests before this one leave two complete torrents")
    };
    let (infohash, other) = (text(first, "infohash")?, text(second, "infohash")?);
    let link = |of: &str| -> Result<String> {
        world
            .product
            .links(of)?
            .into_iter()
            .next()
            .context("a torrent has a link")
    };
    let (file, foreign) = (link(infohash)?, link(other)?);
    let share = |path: &str| -> Result<(String, String)> {
        let wish = json!({ "path": format!("/{path}"), "seconds": 3600 });
        let made = world.product.send_json("POST", "api/shares", &wish)?;
        ensure!(made.status == 201, "{made:?}");
        let link = text(&made.body, "link")?.trim_start_matches('/').to_owned();
        Ok((text(&made.body, "id")?.to_owned(), link))
    };
    let (file_id, shared_file) = share(&file)?;
    let (_, shared_page) = share(&format!("files/{infohash}/"))?;
    ensure!(
        door.get(&file)? == 401 && door.get(&shared_file)? == 200,
        "the file's link does not open it"
    );
    let of_file = shared_file
        .split_once('?')
        .context("a signature")?
        .1
        .to_owned();
    let of_torrent = shared_page
        .split_once('?')
        .context("a signature")?
        .1
        .to_owned();
    ensure!(
        door.get(&format!("{file}?{of_torrent}"))? == 200,
        "the torrent's link does not open its file"
    );
    ensure!(
        door.get(&format!("complete/{infohash}/urls.txt?{of_torrent}"))? == 200,
        "nor its lists"
    );
    ranges(&door, &shared_file)?;
    for path in tricks(infohash, other, &file, &foreign) {
        for signature in [&of_file, &of_torrent] {
            let status = door.get(&format!("{path}?{signature}"))?;
            ensure!([401, 403, 404].contains(&status), "{path}: {status}");
        }
    }
    let cookie = visit(&door, &shared_page)?;
    let status = |path: &str| -> Result<u16> {
        let answer = door.send(
            "GET",
            &format!("{}{path}", door.page),
            Some(&("cookie", cookie.clone())),
        )?;
        Ok(answer.status().as_u16())
    };
    ensure!(
        status(&format!("complete/{infohash}/index.html"))? == 200,
        "the visitor does not see the page"
    );
    ensure!(status(&file)? == 200, "nor its files");
    for path in [&foreign, "api/torrents", "status/status.json", "api/shares"] {
        ensure!(status(path)? == 401, "the visitor sees {path}");
    }
    let revoked =
        world
            .product
            .send_json("DELETE", &format!("api/shares/{file_id}"), &Value::Null)?;
    ensure!(revoked.status == 204, "{revoked:?}");
    ensure!(
        door.get(&shared_file)? == 401,
        "a revoked link opens the file"
    );
    ensure!(
        door.get(&format!("{file}?{of_torrent}"))? == 200,
        "the other link ended with it"
    );
    Ok(())
}

/// As players seek and `curl -C -` goes on.
fn ranges(door: &Door, link: &str) -> Result<()> {
    let request = Request::get(format!("{}{link}", door.page)).header("range", "bytes=1-3");
    let answer = door.http.send(request.body(Vec::new())?)?;
    ensure!(
        answer.status() == 206 && answer.body().len() == 3,
        "a part of a shared file: {}",
        answer.status()
    );
    Ok(())
}

/// Follows a shared page's link as a browser does and returns the cookie that it got.
fn visit(door: &Door, link: &str) -> Result<String> {
    let answer = door.send("GET", &format!("{}{link}", door.page), None)?;
    let header = |name: &str| {
        answer
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
    };
    let location = header("location").context("the shared page leads nowhere")?;
    ensure!(
        !location.contains("s="),
        "the signature stays in the address"
    );
    let cookie = header("set-cookie").context("the visitor gets no cookie")?;
    for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/"] {
        ensure!(cookie.contains(attribute), "{attribute} is missing");
    }
    Ok(cookie.split(';').next().unwrap_or_default().to_owned())
}

/// Paths that mean a foreign file to somebody who reads them otherwise.
fn tricks(infohash: &str, other: &str, file: &str, foreign: &str) -> Vec<String> {
    let rest = foreign.trim_start_matches("files/");
    vec![
        foreign.to_owned(),
        format!("complete/{other}/index.html"),
        format!("files/{infohash}/%2e%2e/{rest}"),
        format!("files/{infohash}/%2E%2E/{rest}"),
        format!("files/{infohash}/.%2e/{rest}"),
        format!("files/{infohash}/%252e%252e/{rest}"),
        format!("files/{infohash}/..%2f{rest}"),
        format!("files/{infohash}/..%5c{rest}"),
        format!("files/{infohash}//{rest}"),
        format!("files//{rest}"),
        format!("{file}/"),
        format!("Files/{}", file.trim_start_matches("files/")),
        format!("files/{}", file.trim_start_matches("files/").to_uppercase()),
        format!("files/{infohash}"),
        format!("files/{infohash}x/a"),
        "files/".to_owned(),
    ]
}

pub(crate) fn tries_to_sign_in_are_limited(world: &World) -> Result<()> {
    let door = Door::of(world)?;
    let knock = |address: &str, token: &str| -> Result<Response<Vec<u8>>> {
        let request = Request::post(format!("{address}api/session"))
            .header("content-type", "application/json");
        // Who goes round the edge cannot choose an address to be counted under.
        let request = request.header("x-viewer", format!("192.0.2.{} x", token.len()));
        let request = request.header("x-forwarded-for", format!("192.0.2.{}", token.len()));
        door.http
            .send(request.body(serde_json::to_vec(&json!({ "token": token }))?)?)
    };
    let mut answers = std::collections::BTreeSet::new();
    let mut limited = None;
    for length in 0..60 {
        let answer = knock(&door.direct, &"x".repeat(length))?;
        if answer.status() == 429 {
            limited = Some(answer);
            break;
        }
        ensure!(answer.status() == 401, "a wrong token: {}", answer.status());
        ensure!(
            answer.headers().get("set-cookie").is_none(),
            "a wrong token gets a cookie"
        );
        answers.insert(answer.into_body());
    }
    ensure!(
        answers.len() == 1,
        "what is wrong shows: {} answers",
        answers.len()
    );
    let limited = limited.context("60 wrong tokens are no reason to stop")?;
    let wait = limited
        .headers()
        .get("retry-after")
        .and_then(|wait| wait.to_str().ok());
    let wait: u64 = wait.context("nobody says when to come back")?.parse()?;
    ensure!((1..=600).contains(&wait), "come back in {wait} seconds");
    ensure!(
        knock(&door.direct, &door.token)?.status() == 429,
        "the right token gets round the limit"
    );
    // Who comes through the front door is counted apart.
    ensure!(
        knock(&door.page, &door.token)?.status() == 200,
        "others are kept out too"
    );
    Ok(())
}

/// The last of all that need the old session.
pub(crate) fn after_rotation_nothing_old_counts(world: &World) -> Result<()> {
    let old = Door::of(world)?;
    let file = format!("files/{NOBODY}/a.txt");
    let share = old
        .keys
        .sign_share(&ShareScope::torrent(NOBODY.parse()?), now()? + 3600);
    let shared = format!("{file}?s={share}");
    ensure!(old.get(&shared)? != 401, "the share link is refused before");
    let function = world.stack().outputs().rotate_secret_function.clone();
    let payload = r#"{"rotate":true}"#;
    let out = xtask::paths::local().join("rotated.json");
    let out = out.to_str().context("the project's path is UTF-8")?;
    let command = ["lambda", "invoke", "--function-name", &function];
    let answer = world.aws(&[&command[..], &["--payload", payload, out]].concat())?;
    ensure!(answer["FunctionError"].is_null(), "{answer}");
    for proof in old.proofs()? {
        for (address, refusal) in [(&old.page, 401), (&old.direct, 403)] {
            let answer = old.send(
                "GET",
                &format!("{address}api/torrents"),
                proof.header.as_ref(),
            )?;
            ensure!(
                answer.status() == refusal,
                "{} still counts: {}",
                proof.name,
                answer.status()
            );
        }
    }
    ensure!(
        old.get(&shared)? == 401,
        "the share link still opens its torrent"
    );
    world.stack().read_owner_token()?;
    let new = Door::of(world)?;
    ensure!(new.token != old.token, "it is the same token");
    for proof in new.proofs()?.iter().filter(|proof| proof.right) {
        let answer = new.send(
            "GET",
            &format!("{}api/torrents", new.page),
            proof.header.as_ref(),
        )?;
        ensure!(
            answer.status() == 200,
            "{} of the new secret: {}",
            proof.name,
            answer.status()
        );
    }
    Ok(())
}

/// Of everything that the run has logged, by any process and in any function's log group.
pub(crate) fn nothing_secret_is_logged(world: &World) -> Result<()> {
    let door = Door::of(world)?;
    let (password, logs) = {
        let stack = world.stack();
        (stack.deluge_password().to_owned(), stack.logs().to_owned())
    };
    let keys = serde_json::to_value(&door.keys)?;
    let keys = keys.as_object().context("keys are an object")?;
    let mut secrets = vec![
        ("Deluge's password", password),
        ("the token", door.token.clone()),
        (
            "the session",
            world.product.cookie().unwrap_or_default().to_owned(),
        ),
    ];
    for (name, key) in keys {
        secrets.push((name, key.as_str().context("a key is text")?.to_owned()));
    }
    ensure!(
        secrets.iter().all(|(_, secret)| secret.len() >= 32),
        "a secret is empty"
    );
    let mut all = function_logs(world)?;
    for entry in std::fs::read_dir(&logs)? {
        let path = entry?.path();
        if path.is_file() {
            let text = String::from_utf8_lossy(&std::fs::read(&path)?).into_owned();
            all.push((path.display().to_string(), text));
        }
    }
    let functions = all
        .iter()
        .filter(|(name, text)| name.contains("Log") && !text.is_empty());
    ensure!(
        functions.count() >= 5,
        "hardly any function has logged: {:?}",
        all.iter().map(|(name, _)| name).collect::<Vec<_>>()
    );
    let mut faults = Vec::new();
    for (place, text) in &all {
        for (name, secret) in &secrets {
            if text.contains(secret) {
                faults.push(format!("{place} has {name}"));
            }
        }
    }
    ensure!(faults.is_empty(), "{}", faults.join("\n"));
    Ok(())
}

/// Names of log groups and everything in them.
fn function_logs(world: &World) -> Result<Vec<(String, String)>> {
    let groups = world.aws(&["logs", "describe-log-groups"])?;
    let groups = groups["logGroups"]
        .as_array()
        .context("there are no log groups")?;
    let read = |group: &Value| -> Result<(String, String)> {
        let name = group["logGroupName"]
            .as_str()
            .context("a log group has a name")?;
        let events = world.aws(&["logs", "filter-log-events", "--log-group-name", name])?;
        Ok((name.to_owned(), events.to_string()))
    };
    groups.iter().map(read).collect()
}
