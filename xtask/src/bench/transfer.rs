//! How fast the agent moves a torrent to S3, checking every byte, beside tools that copy files and check none
//! against a torrent.
//!
//! Content and the server's folder are in memory (`/dev/shm`), one set of content at a time; the servers and a
//! stopwatch are a release build of their own, in `xtask/bench/transfer`. The null server throws away what it
//! gets, so what is left is the client's; s3s-fs keeps it.

mod goals;
mod scene;
mod server;
mod subject;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use self::goals::goals;
use self::scene::{Content, Scene};
use self::server::{Server, ServerKind};
use self::subject::{SUBJECTS, Subject};
use super::figures::Figures;
use super::report::Report;
use super::trial::{Plan, Trial, interleave};
use crate::steps::step;
use crate::tools::{self, Venv};
use crate::{agent, local_build, paths, process};

const NAME: &str = "transfer";

/// One line of the table for each subject.
struct Case {
    name: &'static str,
    server: ServerKind,
}

/// The cases that share content.
struct Group {
    content: Content,
    cases: [Case; 2],
}

const fn cases(null: &'static str, s3s_fs: &'static str) -> [Case; 2] {
    [
        Case {
            name: null,
            server: ServerKind::Null,
        },
        Case {
            name: s3s_fs,
            server: ServerKind::S3sFs,
        },
    ]
}

const GROUPS: [Group; 3] = [
    Group {
        content: Content {
            files: 1,
            file_bytes: 4 << 30,
        },
        cases: cases("1x4GiB/null", "1x4GiB/s3s-fs"),
    },
    Group {
        content: Content {
            files: 64,
            file_bytes: 64 << 20,
        },
        cases: cases("64x64MiB/null", "64x64MiB/s3s-fs"),
    },
    Group {
        content: Content {
            files: 10_000,
            file_bytes: 64 << 10,
        },
        cases: cases("10000x64KiB/null", "10000x64KiB/s3s-fs"),
    },
];

/// Two parts and a rest.
const SMALL: Group = Group {
    content: Content {
        files: 2,
        file_bytes: 40 << 20,
    },
    cases: cases("2x40MiB/null", "2x40MiB/s3s-fs"),
};

pub(super) fn run(plan: &Plan<'_>) -> Result<Report> {
    let dir = paths::local().join("bench").join(NAME);
    let logs = dir.join("logs");
    fs::create_dir_all(&logs)?;
    tools::install(&[Venv::Deluge, Venv::Peers])?;
    let tool = step("build the servers and the stopwatch", || {
        build(plan.small, &logs)
    })?;
    step("build the agent", || {
        if plan.small {
            local_build::compile(&logs)
        } else {
            agent::build(&logs)
        }
    })?;
    let groups: &[Group] = if plan.small { &[SMALL] } else { &GROUPS };
    let mut report = Report {
        rows: Vec::new(),
        goals: Vec::new(),
        notes: vec![step("measure the machine", || limits(&tool, &logs))?],
    };
    for group in groups {
        let wanted = group.cases.iter().filter(|case| plan.wants(case.name));
        let wanted: Vec<_> = wanted.collect();
        let Some(first) = wanted.first() else {
            continue;
        };
        let keeps = wanted.iter().any(|case| case.server == ServerKind::S3sFs);
        let scene = step(&format!("write the content of {}", first.name), || {
            Scene::make(group.content, keeps, &tool, &logs)
        })?;
        let bench = Bench {
            tool: &tool,
            logs: &logs,
            scene: &scene,
            agent: if plan.small {
                local_build::agent()
            } else {
                agent::program()
            },
        };
        let rows = step(&format!("measure {} rounds", plan.rounds), || {
            let mut trials = Vec::new();
            for case in wanted {
                trials.extend(bench.trials(case)?);
            }
            // The content is in memory already, and a round takes minutes.
            interleave(NAME, plan, 0, trials)
        })?;
        for case in rows.chunk_by(|a, b| a.case == b.case) {
            report.goals.extend(goals(case, group.content));
            report.notes.extend(goals::shares(case));
        }
        report.rows.extend(rows);
    }
    Ok(report)
}

fn build(small: bool, logs: &Path) -> Result<PathBuf> {
    let target = paths::target().join("bench-transfer");
    let mut cargo = process::cargo("build --locked --target-dir");
    cargo
        .arg(&target)
        .args((!small).then_some("--release"))
        .current_dir(paths::root().join("xtask/bench/transfer"));
    process::compile("transfer-build", cargo, logs)?;
    let profile = if small { "debug" } else { "release" };
    Ok(target.join(profile).join("bench-transfer"))
}

/// What no subject can be faster than.
fn limits(tool: &Path, logs: &Path) -> Result<String> {
    let mut command = Command::new(tool);
    command.arg("limits");
    let printed = process::output("transfer-limits", command, logs)?;
    let limits: BTreeMap<String, f64> = serde_json::from_str(&printed)?;
    let limit = |name: &str| limits.get(name).copied().unwrap_or(f64::NAN);
    Ok(format!(
        "this machine, MiB/s: memcpy {:.0}, SHA-1 of one core {:.0}, loopback TCP to a receiver that discards {:.0}",
        limit("memcpy_mib_per_s"),
        limit("sha1_mib_per_s"),
        limit("loopback_mib_per_s"),
    ))
}

struct Bench<'a> {
    tool: &'a Path,
    logs: &'a Path,
    scene: &'a Scene,
    agent: PathBuf,
}

/// What the stopwatch prints.
#[derive(Deserialize)]
struct Taken {
    wall_s: f64,
    cpu_s: f64,
    peak_rss_mib: f64,
}

impl<'a> Bench<'a> {
    fn trials(&self, case: &'static Case) -> Result<Vec<Trial<'a>>> {
        let server = Server::start(case.server, self.tool, self.scene, self.logs)?;
        let server = std::rc::Rc::new(server);
        let mut trials = Vec::new();
        for subject in SUBJECTS {
            let (server, tool, logs, scene) = (server.clone(), self.tool, self.logs, self.scene);
            let agent = self.agent.clone();
            trials.push(Trial {
                case: case.name,
                subject: subject.name,
                measure: Box::new(move || measure(&subject, &agent, &server, scene, tool, logs)),
            });
        }
        Ok(trials)
    }
}

fn measure(
    subject: &Subject,
    agent: &Path,
    server: &Server,
    scene: &Scene,
    tool: &Path,
    logs: &Path,
) -> Result<Figures> {
    server.reset(scene)?;
    let transfer = (subject.command)(agent, scene, &server.aws(logs))?;
    let log = logs.join(format!("transfer-{}.log", subject.name));
    let mut command = Command::new(tool);
    command
        .arg("measure")
        .arg(&log)
        .arg(transfer.get_program())
        .args(transfer.get_args());
    for (name, value) in transfer.get_envs() {
        match value {
            Some(value) => command.env(name, value),
            None => command.env_remove(name),
        };
    }
    let printed = process::output("transfer-measure", command, logs)
        .with_context(|| format!("its output:\n{}", process::tail(&log, 25)))?;
    let taken: Taken = serde_json::from_str(&printed)?;
    let counts = server.counts()?;
    let wanted = scene.content.total_bytes();
    let sent = counts.content_bytes();
    ensure!(sent >= wanted, "sent {sent} bytes of {wanted}");
    server.check(scene)?;
    Ok(Figures {
        wall_s: taken.wall_s,
        cpu_s: taken.cpu_s,
        peak_rss_mib: taken.peak_rss_mib,
        requests: counts.requests(),
        extra: subject::seconds(&log)?,
    })
}
