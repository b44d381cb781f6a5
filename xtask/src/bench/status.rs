//! What a tick of status-page takes with 2,000 torrents in Deluge and 10,000 in the table.
//!
//! The function is the release binary, run as Lambda runs it and kept warm, with one look per tick. AWS and
//! Deluge are the bench's own: they count what they are asked, and need little time of their own.

mod many_records;
mod many_torrents;

use std::cell::RefCell;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result, bail, ensure};

use self::many_records::ManyRecords;
use self::many_torrents::ManyTorrents;
use super::figures::Figures;
use super::report::{Goal, Report, Row};
use super::runtime_api::{RuntimeApi, Waiting};
use super::trial::{Plan, Trial, interleave};
use super::usage;
use crate::aws::{AwsEnv, path_with};
use crate::steps::step;
use crate::tools::{self, Venv};
use crate::{Process, local_build, paths, process};

const NAME: &str = "status";
const SUBJECT: &str = "status-page";
/// Of all records in the table.
const RECORDS: usize = 10_000;
const ACTIVE: usize = 2_000;

/// Enough for a look, too little for the next one after 10 s.
const LIMIT: Duration = Duration::from_secs(15);

const WALL_S_MAX: f64 = 1.5;
const PEAK_RSS_MIB_MAX: f64 = 64.0;
/// Two to see the pages, three queries, of which one takes two or three answers, and two pages.
const READS_MAX: f64 = 10.0;

struct Case {
    name: &'static str,
    active: usize,
    /// How many torrents go on before each tick.
    advance: usize,
    table_writes: u64,
    puts: u64,
    deluge_calls: u64,
}

const CASES: [Case; 4] = [
    // Everything ended.
    Case {
        name: "idle",
        active: 0,
        advance: 0,
        table_writes: 0,
        puts: 0,
        deluge_calls: 0,
    },
    // Nothing moves.
    Case {
        name: "2000-active-still",
        active: ACTIVE,
        advance: 0,
        table_writes: 0,
        puts: 0,
        deluge_calls: 1,
    },
    Case {
        name: "2000-active-10-changed",
        active: ACTIVE,
        advance: 10,
        table_writes: 10,
        puts: 2,
        deluge_calls: 1,
    },
    // As many writes as one look makes.
    Case {
        name: "2000-active",
        active: ACTIVE,
        advance: ACTIVE,
        table_writes: 400,
        puts: 2,
        deluge_calls: 1,
    },
];

pub(super) fn run(plan: &Plan<'_>) -> Result<Report> {
    let wanted = |case: &&Case| plan.wants(case.name);
    let cases: Vec<_> = CASES.iter().filter(wanted).collect();
    let dir = paths::local().join("bench").join(NAME);
    if dir.exists() {
        fs::remove_dir_all(&dir)?;
    }
    let logs = dir.join("logs");
    tools::setup(tools::Purpose::Local)?;
    let bootstrap = if plan.small {
        step("build the programs", || local_build::compile(&logs))?;
        local_build::program(SUBJECT)
    } else {
        step("build the function", || build(&dir, &logs))?
    };
    let lambda = RuntimeApi::start()?;
    let mut rows = Vec::new();
    for case in cases.iter().copied() {
        let deluge = ManyTorrents::start()?;
        let bench = Bench {
            case,
            lambda: &lambda,
            aws: ManyRecords::start(case.active, RECORDS - case.active, deluge.url())?,
            deluge,
            bootstrap: &bootstrap,
            logs: &logs,
        };
        let what = format!("measure {} {} times", case.name, plan.rounds);
        rows.extend(step(&what, || bench.rows(plan))?);
    }
    let goals = rows.iter().zip(cases);
    let goals = goals.flat_map(|(row, case)| goals_of(row, case)).collect();
    let notes = Vec::new();
    Ok(Report { rows, goals, notes })
}

/// The one function, as SAM builds it: in its own folder, so that it has its own features alone.
fn build(dir: &Path, logs: &Path) -> Result<PathBuf> {
    let mut command = Command::new(Venv::Aws.program("cargo-lambda"));
    command
        .args([
            "lambda",
            "build",
            "--release",
            "--bin",
            SUBJECT,
            "--lambda-dir",
        ])
        .arg(dir)
        .current_dir(paths::root().join("functions").join(SUBJECT))
        .env("PATH", path_with(&[Venv::Aws.bin()])?);
    process::run("build", command, logs)?;
    let bootstrap = dir.join(SUBJECT).join("bootstrap");
    ensure!(bootstrap.is_file(), "{} was not built", bootstrap.display());
    Ok(bootstrap)
}

struct Bench<'a> {
    case: &'a Case,
    lambda: &'a RuntimeApi,
    aws: ManyRecords,
    deluge: ManyTorrents,
    bootstrap: &'a Path,
    logs: &'a Path,
}

impl Bench<'_> {
    /// Of a function of its own, warm and with records that are up to date.
    fn rows(&self, plan: &Plan<'_>) -> Result<Vec<Row>> {
        let name = self.case.name;
        let mut process = Process::start(name, self.command(), self.logs)?;
        let function = RefCell::new(Function {
            bench: self,
            process: &mut process,
            waiting: None,
        });
        // The records of 2,000 torrents are written in five looks.
        let settled = (0..10).map(|_| function.borrow_mut().tick()).find(|tick| {
            let writes = tick.as_ref().map(|figures| figures.extra("table_writes"));
            writes.is_ok_and(|writes| writes < 1.0) || tick.is_err()
        });
        settled.context("the records do not settle")??;
        let measure = || {
            self.deluge.advance(self.case.advance);
            function.borrow_mut().tick()
        };
        let trial = Trial {
            case: name,
            subject: SUBJECT,
            measure: Box::new(measure),
        };
        let rows = interleave(NAME, plan, 1, vec![trial]);
        if self.case.puts > 0 {
            self.deluge.advance(self.case.advance);
            self.aws.overtake();
            function.borrow_mut().tick()?;
            ensure!(
                self.aws.is_overtaken(),
                "an older page was put over a newer one"
            );
        }
        let Function {
            waiting, process, ..
        } = function.into_inner();
        process.stop();
        // Not before: a request that is dropped is answered.
        drop(waiting);
        rows
    }

    /// The environment that Lambda and the template give, and nothing of the user's.
    fn command(&self) -> Command {
        let mut command = Command::new(self.bootstrap);
        command.env_clear();
        AwsEnv::new(self.aws.endpoint().to_owned(), self.logs).apply(&mut command);
        command
            .env("AWS_LAMBDA_RUNTIME_API", self.lambda.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", SUBJECT)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env("AWS_LAMBDA_LOG_GROUP_NAME", "/aws/lambda/status-page")
            .env("AWS_LAMBDA_LOG_STREAM_NAME", NAME)
            .env("TABLE", "table")
            .env("SITE_BUCKET", "site")
            .env("DELUGE_PASSWORD", "bench");
        command
    }
}

/// A running function, between two events.
struct Function<'a> {
    bench: &'a Bench<'a>,
    process: &'a mut Process,
    waiting: Option<Waiting<'a>>,
}

impl Function<'_> {
    fn tick(&mut self) -> Result<Figures> {
        let pid = self.process.pid().context("it ended")?;
        let process = &mut *self.process;
        let mut alive = || {
            ensure!(process.is_alive(), "it ended");
            Ok(())
        };
        let waiting = match self.waiting.take() {
            Some(waiting) => waiting,
            None => self.bench.lambda.next(&mut alive)?,
        };
        self.bench.aws.take_operations()?;
        self.bench.deluge.take_calls();
        let cpu = usage::cpu_time(pid)?;
        let (answer, wall, waiting) = waiting.invoke("{}", LIMIT, &mut alive)?;
        let cpu = usage::cpu_time(pid)?.saturating_sub(cpu);
        self.waiting = Some(waiting);
        if answer != "null" {
            bail!("a wrong answer: {answer}");
        }
        let operations = self.bench.aws.take_operations()?;
        let count = |wanted: &str| {
            operations
                .iter()
                .filter(|operation| *operation == wanted)
                .count()
        };
        #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
        let extra = vec![
            ("table_writes", count("dynamodb:UpdateItem") as f64),
            ("puts", count("s3:PUT") as f64),
            ("deluge_calls", self.bench.deluge.take_calls() as f64),
        ];
        Ok(Figures {
            wall_s: wall.as_secs_f64(),
            cpu_s: cpu.as_secs_f64(),
            peak_rss_mib: usage::peak_rss_mib(pid)?,
            requests: operations.len() as u64,
            extra,
        })
    }
}

fn goals_of(row: &Row, case: &Case) -> Vec<Goal> {
    let figures = &row.figures;
    let goal = |wanted: String, found: f64, met: bool| Goal {
        case: case.name,
        wanted,
        found: format!("{found:.2}"),
        met,
    };
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let counted = |name: &'static str, wanted: u64| {
        let found = figures.extra(name);
        goal(
            format!("{name} {wanted}"),
            found,
            (found - wanted as f64).abs() < 0.5,
        )
    };
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52")]
    let reads = figures.requests as f64 - figures.extra("table_writes");
    vec![
        counted("table_writes", case.table_writes),
        counted("puts", case.puts),
        counted("deluge_calls", case.deluge_calls),
        goal(
            format!("requests besides table writes at most {READS_MAX}"),
            reads,
            reads <= READS_MAX,
        ),
        goal(
            format!("wall_s at most {WALL_S_MAX}"),
            figures.wall_s,
            figures.wall_s <= WALL_S_MAX,
        ),
        goal(
            format!("peak_rss_mib at most {PEAK_RSS_MIB_MAX}"),
            figures.peak_rss_mib,
            figures.peak_rss_mib <= PEAK_RSS_MIB_MAX,
        ),
    ]
}
