//! The API and who may call it.

use ureq::http::{HeaderName, Method, header};

use super::ask::Ask;
use super::causes::{From, silence, unexpected};
use super::finding::Finding;
use crate::api::Page;
use crate::http::Call;
use crate::text;

const FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

pub(super) fn api(ask: &Ask) -> Finding {
    let list = match ask.send(&Call::probe(Method::GET, ask.address.api("torrents")).by_token()) {
        Ok(answer) => answer,
        Err(failure) => return silence(&failure),
    };
    let from = From::Function("ManageTorrent");
    let page = (list.status == 200).then(|| list.json::<Page>()).flatten();
    let Some(page) = page else {
        if list.status == 401 {
            let cause = "the authorizer does not take a token that the edge takes";
            return Finding::failed(list.in_words(), cause).more(ask.commands.logs("Authorizer"));
        }
        return unexpected(&list, from, &ask.commands);
    };
    let nowhere = Call::probe(Method::GET, ask.address.api("doctor")).by_token();
    match ask.send(&nowhere) {
        Ok(answer) if answer.is_problem(404, "no-route") => {}
        Ok(answer) => return unexpected(&answer, from, &ask.commands),
        Err(failure) => return silence(&failure),
    }
    let torrents = text::count(page.torrents.len() as u64, "torrent");
    let more = if page.next.is_some() { " and more" } else { "" };
    Finding::ok(format!("200 with {torrents}{more}; 404 with a problem"))
}

/// The edge lets a session in whatever it asks for. That another site may change nothing by it is for the authorizer
/// alone to say, so this shows that it is asked. (What goes round the edge cannot be seen by the page's address.)
pub(super) fn authorizer(ask: &Ask, cookie: Option<&str>) -> Finding {
    let Some(cookie) = cookie else {
        return Finding::not_tried("not tried: there is no session");
    };
    let call = Call::probe(Method::POST, ask.address.api("uploads"))
        .with_header(header::COOKIE, cookie)
        .with_header(FETCH_SITE, "cross-site")
        .carrying("application/json", b"");
    let answer = match ask.send(&call) {
        Ok(answer) => answer,
        Err(failure) => return silence(&failure),
    };
    match answer.status {
        403 => Finding::ok("403, refused"),
        200..=299 => {
            let cause = "API Gateway does not ask the authorizer: another site could act in your name, and the \
                         API is open to who knows its own address";
            Finding::failed(format!("{}, it was let in", answer.status), cause)
                .more(ask.commands.events())
        }
        _ => unexpected(&answer, From::Function("Authorizer"), &ask.commands),
    }
}
