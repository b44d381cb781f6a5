use torrent::TorrentRecord;

use crate::api::Api;
use crate::arguments::{Remove, Torrents};
use crate::failure::{Exit, Failure};
use crate::output::Output;
use crate::text;

/// `pause`, `resume` or `retry`: says so to the API, which has the worker do it.
pub(super) fn run(api: &Api, output: Output, torrents: &Torrents, verb: &str) -> Exit {
    each(api, output, torrents, verb, |infohash| {
        api.control(infohash, verb)
    })
}

pub(super) fn remove(api: &Api, output: Output, remove: &Remove) -> Exit {
    each(api, output, &remove.of, "remove", |infohash| {
        api.remove(infohash, remove.keep_data)
    })
}

fn each(
    api: &Api,
    output: Output,
    torrents: &Torrents,
    verb: &str,
    act: impl Fn(torrent::Infohash) -> Result<TorrentRecord, Failure>,
) -> Exit {
    output.each(&torrents.torrents, |meant| {
        let record = api
            .infohash(meant)
            .and_then(&act)
            .map_err(|failure| failure.of(meant))?;
        output.result(&record, || {
            format!(
                "{verb}  {}  {}",
                text::short(&record),
                text::clean(&record.name)
            )
        });
        Ok(())
    })
}
