use torrent::{State, Timestamp, TorrentRecord};
use ureq::http::Method;

use super::ask::Ask;
use super::causes::{From, silence, unexpected};
use super::finding::Finding;
use crate::api::Page;
use crate::http::Call;

/// Enough to judge by; the newest come first.
const TORRENTS: &str = "200";

/// What the API says of the newest torrents.
#[derive(Debug)]
pub(super) struct Listing {
    pub(super) torrents: Vec<TorrentRecord>,
    /// When it said so, by AWS's clock.
    pub(super) now: Timestamp,
}

pub(super) fn ask(ask: &Ask, state: Option<State>) -> Result<Listing, Finding> {
    let mut url = ask.address.api("torrents");
    url.query_pairs_mut().append_pair("limit", TORRENTS);
    if let Some(state) = state {
        url.query_pairs_mut().append_pair("state", state.as_str());
    }
    let answer = ask.send(&Call::probe(Method::GET, url).by_token());
    let answer = answer.map_err(|failure| silence(&failure))?;
    let page = (answer.status == 200)
        .then(|| answer.json::<Page>())
        .flatten();
    let Some(page) = page else {
        return Err(unexpected(
            &answer,
            From::Function("ManageTorrent"),
            &ask.commands,
        ));
    };
    Ok(Listing {
        torrents: page.torrents,
        now: answer.date().unwrap_or_else(Timestamp::now),
    })
}
