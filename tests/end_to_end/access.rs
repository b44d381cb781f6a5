//! Only the owner gets in: every route with every kind of proof, right and wrong, through the front door and
//! round it.

mod door;
mod logs;
mod renewal;
mod rotation;
mod sharing;
mod tries;

use anyhow::{Context, Result, ensure};
use proof::{SESSION_COOKIE, Session};
use serde_json::{Value, json};
use tests::World;
use ureq::http::Request;

use door::{Door, NO_ID, NOBODY, now, text};

pub(crate) use logs::nothing_secret_is_logged;
pub(crate) use renewal::a_session_is_renewed_while_it_is_used;
pub(crate) use rotation::after_rotation_nothing_old_counts;
pub(crate) use sharing::a_share_link_opens_what_it_is_for;
pub(crate) use tries::tries_to_sign_in_are_limited;

/// The one route that may be called without proof.
const OPEN: &str = "POST /api/session";

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
            let leads = path.is_empty() || path.ends_with("index.html");
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
    forget_what_the_edge_knows(world)?;
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

/// As if an earlier change had not reached the edge: the next one compares everything.
fn forget_what_the_edge_knows(world: &World) -> Result<()> {
    let stack = world.stack();
    let (table, key) = (
        &stack.outputs().access_table,
        r#"{"pk": {"S": "edge"}, "sk": {"S": "published"}}"#,
    );
    let delete = [
        "dynamodb",
        "delete-item",
        "--table-name",
        table,
        "--key",
        key,
    ];
    stack.aws().cli(&delete).map(drop)
}
