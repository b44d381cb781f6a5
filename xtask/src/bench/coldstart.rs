//! How long a function takes from its start to its first answer, beside the same AWS calls made in Node.
//!
//! Both subjects run as Lambda runs them, with the bench as Lambda and as AWS. The init of both ends with a
//! first read of DynamoDB, because that is what opens the connection; AWS here speaks plain HTTP.

mod function;
mod node;
mod null_aws;

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use self::function::{FUNCTIONS, Function};
use self::node::Node;
use self::null_aws::NullAws;
use super::figures::Figures;
use super::report::{Goal, Report, Row};
use super::runtime_api::{self, RuntimeApi};
use super::trial::{Plan, Trial, interleave};
use super::usage;
use crate::aws::{AwsEnv, REGION};
use crate::interrupt::Interrupted;
use crate::sam::{Optimisation, Project};
use crate::steps::step;
use crate::tools::{self, Venv};
use crate::{Process, local_build, paths, process};

const NAME: &str = "coldstart";
const RUST: &str = "rust";
const NODE: &str = "node";

/// Node's init over ours.
const INIT_RATIO_MIN: f64 = 15.0;
const PEAK_RSS_MIB_MAX: f64 = 12.0;
const ZIPPED_MB_MAX: f64 = 4.0;

pub(super) fn run(plan: &Plan<'_>) -> Result<Report> {
    let dir = paths::local().join("bench").join(NAME);
    let logs = dir.join("logs");
    if logs.exists() {
        fs::remove_dir_all(&logs)?;
    }
    tools::setup(tools::Purpose::Local)?;
    step("build the functions", || {
        if plan.small {
            local_build::compile(&logs)
        } else {
            Project::new(paths::root()).build(Optimisation::Full, &paths::logs())
        }
    })?;
    FUNCTIONS
        .iter()
        .try_for_each(|function| function.keep(&dir, plan.small, &logs))?;
    let node = step("bundle the Node side", || Node::build(&dir, &logs))?;
    let bench = Bench {
        lambda: RuntimeApi::start()?,
        aws: NullAws::start()?,
        operations: RefCell::default(),
        logs,
    };
    let trials = step("zip the functions", || trials(&bench, &node, &dir))?;
    let rows = step(&format!("measure {} rounds", plan.rounds), || {
        interleave(NAME, plan, 1, trials)
    })?;
    let goals = rows
        .chunk_by(|a, b| a.case == b.case)
        .flat_map(|case| bench.goals(case))
        .collect();
    Ok(Report {
        rows,
        goals,
        notes: Vec::new(),
    })
}

fn trials<'a>(bench: &'a Bench, node: &'a Node, dir: &Path) -> Result<Vec<Trial<'a>>> {
    let mut trials = Vec::new();
    for function in &FUNCTIONS {
        let bootstrap = function.bootstrap(dir);
        let command = Command::new(&bootstrap);
        let subjects = [
            (RUST, bootstrap, command),
            (
                NODE,
                node.bundle(function.name),
                node.command(function.name),
            ),
        ];
        for (subject, file, command) in subjects {
            let zip = dir.join(format!("{}-{subject}.zip", function.name));
            let zipped_mb = zipped_mb(&file, &zip, &bench.logs)?;
            let start = Start {
                function,
                subject,
                command,
                event: function.event()?,
                zipped_mb,
            };
            trials.push(Trial {
                case: function.name,
                subject,
                measure: Box::new(move || bench.measure(&start)),
            });
        }
    }
    Ok(trials)
}

/// What goes to Lambda, in 10^6 bytes: packed by Python's `zipfile`, as SAM does it.
fn zipped_mb(file: &Path, zip: &Path, logs: &Path) -> Result<f64> {
    let mut python = Command::new(Venv::Aws.program("python"));
    python.args(["-m", "zipfile", "-c"]).arg(zip).arg(file);
    process::run("zip", python, logs)?;
    let length = fs::metadata(zip)?.len();
    #[expect(clippy::cast_precision_loss, reason = "far below 2^52 bytes")]
    Ok(length as f64 / 1e6)
}

/// All that one start needs.
struct Start<'a> {
    function: &'a Function,
    subject: &'static str,
    command: Command,
    event: String,
    zipped_mb: f64,
}

struct Bench {
    lambda: RuntimeApi,
    aws: NullAws,
    /// What each function, as each subject, asked of AWS at its last start.
    operations: RefCell<BTreeMap<(&'static str, &'static str), Vec<String>>>,
    logs: PathBuf,
}

impl Bench {
    /// One start, one event, and the end.
    fn measure(&self, start: &Start<'_>) -> Result<Figures> {
        let name = format!("{NAME}-{}-{}", start.function.name, start.subject);
        let command = self.command(start);
        self.aws.take_operations()?;
        let begin = Instant::now();
        let mut process = Process::start(&name, command, &self.logs)?;
        let pid = process.pid().context("just started")?;
        let mut alive = || {
            ensure!(process.is_alive(), "it ended");
            Ok(())
        };
        let answered = self.lambda.next(&mut alive).and_then(|waiting| {
            let init = waiting.since - begin;
            let (answer, event, idle) =
                waiting.invoke(&start.event, runtime_api::TIMEOUT, &mut alive)?;
            Ok((init, answer, event, idle))
        });
        let (init, answer, event, idle) = answered.map_err(|error| {
            if error.is::<Interrupted>() {
                return error;
            }
            process.failure(&format!("failed ({error:#})"))
        })?;
        let mut operations = self.aws.take_operations()?;
        let figures = Figures {
            wall_s: (init + event).as_secs_f64(),
            cpu_s: usage::cpu_time(pid)?.as_secs_f64(),
            peak_rss_mib: usage::peak_rss_mib(pid)?,
            requests: operations.len() as u64,
            extra: vec![
                ("init_s", init.as_secs_f64()),
                ("event_s", event.as_secs_f64()),
                ("zipped_mb", start.zipped_mb),
            ],
        };
        process.stop();
        // Not before: a request that is dropped is answered.
        drop(idle);
        let value = serde_json::from_str(&answer).with_context(|| answer.clone())?;
        ensure!(
            (start.function.is_right)(&value),
            "a wrong answer: {answer}"
        );
        // Some are sent side by side.
        operations.sort_unstable();
        let key = (start.function.name, start.subject);
        self.operations.borrow_mut().insert(key, operations);
        Ok(figures)
    }

    /// The environment that Lambda and the template give, and nothing of the user's.
    fn command(&self, start: &Start<'_>) -> Command {
        let mut command = Command::new(start.command.get_program());
        command.args(start.command.get_args()).env_clear();
        AwsEnv::new(self.aws.endpoint().to_owned(), &self.logs).apply(&mut command);
        let queue = format!("{}/123456789012/torrent-added", self.aws.endpoint());
        command
            .env("AWS_LAMBDA_RUNTIME_API", self.lambda.address().to_string())
            .env("AWS_LAMBDA_FUNCTION_NAME", start.function.name)
            .env("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256")
            .env("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST")
            .env("AWS_LAMBDA_INITIALIZATION_TYPE", "on-demand")
            .env("AWS_LAMBDA_LOG_FORMAT", "JSON")
            .env(
                "AWS_LAMBDA_LOG_GROUP_NAME",
                format!("/aws/lambda/{}", start.function.name),
            )
            .env("AWS_LAMBDA_LOG_STREAM_NAME", REGION)
            .env("TABLE", "table")
            .env("FILES_BUCKET", "files")
            .env("SITE_BUCKET", "site")
            .env("SITE_URL", "https://example.net")
            .env("SITE_URLS", "https://example.net")
            .env(
                "COMPLETED_TOPIC",
                "arn:aws:sns:us-east-1:123456789012:completed",
            )
            .env("TORRENT_ADDED_QUEUE_URL", queue)
            .env("RETENTION_DAYS", "0")
            .env("TOTAL_GIB_MAX", "500")
            .env("DELUGE_PASSWORD", "not used: there is no worker")
            .env("DELUGE_TRIES", "1000");
        command
    }

    fn goals(&self, case: &[Row]) -> Vec<Goal> {
        let [
            Row {
                case,
                figures: rust,
                ..
            },
            Row { figures: node, .. },
        ] = case
        else {
            return Vec::new();
        };
        let init = node.extra("init_s") / rust.extra("init_s");
        let zipped = rust.extra("zipped_mb");
        let operations = self.operations.borrow();
        let (ours, theirs) = (&operations[&(*case, RUST)], &operations[&(*case, NODE)]);
        let same = if ours == theirs {
            ours.join(", ")
        } else {
            format!("{} and in Node {}", ours.join(", "), theirs.join(", "))
        };
        let peak = rust.peak_rss_mib;
        let goal = |wanted, found, met| Goal {
            case,
            wanted,
            found,
            met,
        };
        vec![
            goal(
                format!("init at most 1/{INIT_RATIO_MIN} of Node's"),
                format!("1/{init:.1}"),
                init >= INIT_RATIO_MIN,
            ),
            goal(
                format!("peak RSS at most {PEAK_RSS_MIB_MAX} MiB"),
                format!("{peak:.1} MiB"),
                peak <= PEAK_RSS_MIB_MAX,
            ),
            goal(
                format!("zipped at most {ZIPPED_MB_MAX} MB"),
                format!("{zipped:.2} MB"),
                zipped <= ZIPPED_MB_MAX,
            ),
            goal("the same AWS calls as in Node".into(), same, ours == theirs),
        ]
    }
}
