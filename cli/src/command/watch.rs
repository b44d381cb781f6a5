use std::thread;
use std::time::{Duration, Instant};

use torrent::{Infohash, State, TorrentRecord};

use crate::api::{Api, Filter};
use crate::arguments::Watch;
use crate::failure::{Exit, Failure};
use crate::output::Output;

mod screen;

use screen::Screen;

/// How long a service that went away is waited for.
const PATIENCE: Duration = Duration::from_mins(2);

/// Shows torrents until nothing more happens with them. Ctrl-C ends it as it ends any program.
pub(super) fn run(api: &Api, output: Output, watch: &Watch) -> Result<Exit, Failure> {
    let named = watch
        .torrents
        .iter()
        .map(|meant| api.infohash(meant).map_err(|failure| failure.of(meant)));
    let mut followed = Followed {
        named: named.collect::<Result<_, _>>()?,
        records: Vec::new(),
        gone: Vec::new(),
    };
    let mut screen = Screen::new(output);
    let mut away: Option<Instant> = None;
    loop {
        match followed.look(api) {
            Ok(()) => {
                away = None;
                screen.show(&followed.records, None);
                if followed.is_over() {
                    break;
                }
            }
            Err(failure) if failure.exit == Exit::Unreachable && !followed.records.is_empty() => {
                let since = away.get_or_insert_with(Instant::now).elapsed();
                if since > PATIENCE {
                    return Err(failure);
                }
                screen.show(&followed.records, Some(&failure));
            }
            Err(failure) => return Err(failure),
        }
        thread::sleep(watch.interval);
    }
    if followed.records.is_empty() {
        output.note("nothing to watch: no torrent is on its way");
    }
    Ok(followed.exit())
}

/// The torrents that are watched, the newest first.
struct Followed {
    /// Just these; without any, all that are on their way at some time.
    named: Vec<Infohash>,
    records: Vec<TorrentRecord>,
    /// Named, but not there.
    gone: Vec<Infohash>,
}

impl Followed {
    fn look(&mut self, api: &Api) -> Result<(), Failure> {
        let mut all = Vec::new();
        api.list(&Filter::default(), None, |record| {
            all.push(record);
            true
        })?;
        let before: Vec<_> = self.records.drain(..).collect();
        let followed = |record: &TorrentRecord| {
            if self.named.is_empty() {
                record.state.is_active()
                    || before.iter().any(|known| known.infohash == record.infohash)
            } else {
                self.named.contains(&record.infohash)
            }
        };
        self.records = all.into_iter().filter(followed).collect();
        let known = |infohash: &&Infohash| {
            !self
                .records
                .iter()
                .any(|record| record.infohash == **infohash)
        };
        let were = before
            .iter()
            .map(|record| &record.infohash)
            .chain(&self.named)
            .chain(&self.gone);
        let mut gone: Vec<Infohash> = were.filter(known).copied().collect();
        gone.sort_unstable();
        gone.dedup();
        self.gone = gone;
        Ok(())
    }

    fn is_over(&self) -> bool {
        !self.records.iter().any(|record| record.state.is_active())
    }

    fn exit(&self) -> Exit {
        if self
            .records
            .iter()
            .any(|record| record.state == State::Failed)
        {
            Exit::Failed
        } else if self
            .named
            .iter()
            .any(|infohash| self.gone.contains(infohash))
        {
            Exit::NotFound
        } else {
            Exit::Ok
        }
    }
}
