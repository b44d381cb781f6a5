use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::thread;

use serde::Serialize;
use torrent::{FileSelection, Infohash, State};

use crate::api::{Api, Filter, TorrentFile, TorrentWithFiles};
use crate::arguments::Get;
use crate::failure::{Exit, Failure, Tally};
use crate::get::{Folder, Job, Place, Progress, download};
use crate::output::Output;
use crate::text;

/// What became of one file.
#[derive(Serialize)]
struct Got<'a> {
    outcome: &'static str,
    infohash: Infohash,
    index: u32,
    path: &'a str,
    size_bytes: u64,
    file: String,
}

impl<'a> Got<'a> {
    fn new(outcome: &'static str, job: &'a Job) -> Self {
        Self {
            outcome,
            infohash: job.infohash,
            index: job.index,
            path: &job.path,
            size_bytes: job.size_bytes,
            file: job.target.display().to_string(),
        }
    }
}

pub(super) fn run(api: &Api, output: Output, get: &Get) -> Result<Exit, Failure> {
    if get.files.is_some() && get.torrents.len() != 1 {
        return Err(Failure::usage("--files is for one torrent: name it"));
    }
    let mut plan = Plan {
        api,
        output,
        folder: Folder::new(&get.to),
        jobs: Vec::new(),
        present: 0,
        tally: Tally::default(),
    };
    for meant in meant(api, get)? {
        plan.torrent(&meant, get.files.as_ref());
    }
    let got = plan.fetch(get.parallel.get().into());
    plan.folder.tidy();
    if !plan.jobs.is_empty() || plan.tally.exit() == Exit::Ok {
        output.note(&plan.summary(got));
    }
    Ok(plan.tally.exit())
}

/// The torrents that were named, or all that are complete.
fn meant(api: &Api, get: &Get) -> Result<Vec<String>, Failure> {
    if !get.torrents.is_empty() {
        return Ok(get.torrents.clone());
    }
    let mut all = Vec::new();
    let complete = Filter {
        state: Some(State::Complete),
        label: None,
    };
    api.list(&complete, None, |record| {
        all.push(record.infohash.to_string());
        true
    })?;
    Ok(all)
}

/// What there is to do, and how it went.
struct Plan<'a> {
    api: &'a Api,
    output: Output,
    folder: Folder,
    jobs: Vec<Job>,
    /// Files that are there already.
    present: usize,
    tally: Tally,
}

impl Plan<'_> {
    fn failed(&mut self, failure: &Failure) {
        self.output.failure(failure);
        self.tally.add(failure.exit);
    }

    fn torrent(&mut self, meant: &str, chosen: Option<&FileSelection>) {
        let shown = self.api.infohash(meant);
        let shown = shown.and_then(|infohash| self.api.show(infohash));
        let outcome = shown.and_then(|torrent| self.files(&torrent, chosen));
        if let Err(failure) = outcome {
            self.failed(&failure.of(meant));
        }
    }

    /// Plans what is stored of a torrent's files.
    ///
    /// # Errors
    /// When something of what is meant is not stored; what is stored is planned all the same.
    fn files(
        &mut self,
        torrent: &TorrentWithFiles,
        chosen: Option<&FileSelection>,
    ) -> Result<(), Failure> {
        let files = torrent.files.as_ref().ok_or_else(|| {
            let detail = "nobody knows its files yet; try again when it downloads";
            Failure::failed("not-stored", detail)
        })?;
        let meant = choose(files, chosen)?;
        let (stored, missing): (Vec<_>, Vec<_>) = meant.iter().partition(|file| file.stored);
        for file in stored {
            if let Err(failure) = self.file(torrent.record.infohash, file) {
                self.failed(&failure.of(&file.path));
            }
        }
        if missing.is_empty() {
            return Ok(());
        }
        let all = text::count(meant.len() as u64, "file");
        let missing = missing.len();
        let detail = format!("{missing} of {all} not stored yet; get it again later for the rest");
        Err(Failure::failed("not-stored", detail))
    }

    fn file(&mut self, infohash: Infohash, file: &TorrentFile) -> Result<(), Failure> {
        let place = self
            .folder
            .place(infohash, file.index, &file.path, file.size_bytes)?;
        let (present, target) = match place {
            Place::Taken(target) => (true, target),
            Place::Free(target) => (false, target),
        };
        let link = file.link.as_deref();
        let link =
            link.ok_or_else(|| Failure::failed("no-link", "the service gives no link to it"));
        let job = Job {
            infohash,
            index: file.index,
            path: file.path.clone(),
            size_bytes: file.size_bytes,
            url: self.api.address.link(link?)?,
            target,
        };
        if !present {
            self.jobs.push(job);
            return Ok(());
        }
        self.present += 1;
        if self.output.json {
            self.output.result(&Got::new("present", &job), String::new);
        }
        Ok(())
    }

    fn bytes(&self) -> u64 {
        self.jobs.iter().map(|job| job.size_bytes).sum()
    }

    /// Downloads, a few at a time; how many files got whole.
    fn fetch(&mut self, parallel: usize) -> usize {
        let (jobs, output) = (&self.jobs, self.output);
        if jobs.is_empty() {
            return 0;
        }
        let progress = Progress::new(output.draws_progress(), jobs.len(), self.bytes());
        let (next, got) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let tally = Mutex::new(&mut self.tally);
        let (http, root) = (&self.api.http, self.folder.root());
        let work = || {
            while let Some(job) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                let bar = progress.file(&job.path, job.size_bytes);
                let outcome = download(http, root, job, &|bytes| bar.at(bytes));
                drop(bar);
                progress.aside(|| match outcome {
                    Ok(()) => {
                        got.fetch_add(1, Ordering::Relaxed);
                        output.result(&Got::new("fetched", job), || in_words(job));
                    }
                    Err(failure) => {
                        let failure = failure.of(&job.path);
                        output.failure(&failure);
                        let mut tally = tally.lock().unwrap_or_else(PoisonError::into_inner);
                        tally.add(failure.exit);
                    }
                });
            }
        };
        thread::scope(|scope| {
            for _ in 0..parallel.min(jobs.len()) {
                scope.spawn(work);
            }
        });
        progress.finish();
        got.into_inner()
    }

    fn summary(&self, got: usize) -> String {
        let root = self.folder.root().display();
        let there = match self.present {
            0 => String::new(),
            present => format!("; {} there already", text::count(present as u64, "file")),
        };
        let files = self.jobs.len();
        if files == 0 && self.present == 0 {
            return "nothing to get".into();
        }
        if files == 0 {
            return format!("nothing new for {root}{there}");
        }
        let how_much = if got == files {
            format!(", {}", text::size(self.bytes()))
        } else {
            format!(" of {files}")
        };
        let got = text::count(got as u64, "file");
        format!("{got}{how_much} in {root}{there}")
    }
}

/// The files that are meant: those with these indices, or all that are wanted.
fn choose<'a>(
    files: &'a [TorrentFile],
    chosen: Option<&FileSelection>,
) -> Result<Vec<&'a TorrentFile>, Failure> {
    let Some(chosen) = chosen else {
        return Ok(files.iter().filter(|file| file.wanted).collect());
    };
    let find = |index: u32| {
        let at = files.binary_search_by_key(&index, |file| file.index);
        at.map(|at| &files[at]).map_err(|_| {
            let detail = format!("the torrent has no file with the index {index}");
            Failure::not_found("no-file", detail)
        })
    };
    chosen.iter().map(find).collect()
}

fn in_words(job: &Job) -> String {
    let file = text::clean(&job.target.display().to_string());
    format!("got  {file}  {}", text::size(job.size_bytes))
}
