//! Share links: what they open, and what they do not.

use anyhow::{Context, Result, bail, ensure};
use serde_json::{Value, json};
use tests::World;
use ureq::http::Request;

use super::door::{Door, text};

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
