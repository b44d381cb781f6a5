//! `cargo xtask`: the project's commands.

use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::bench::{self, BenchOptions};
use xtask::costs::{self, CostsOptions};
use xtask::interrupt::{self, Interrupted};
use xtask::steps::{self, say};
use xtask::test::{self, TestOptions};
use xtask::tools::Purpose;
use xtask::{Stack, StackOptions, demo, sam, sam_local, tools};

/// The project's commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install the pinned tools into .local/venv (the other commands do this too); write samconfig.local.toml
    Setup {
        /// What the tools are for
        #[arg(default_value = "test")]
        purpose: Purpose,
    },
    /// Run the main job once: seed a torrent, submit it, fetch the finished files, compare every byte
    Demo {
        /// Leave the product running afterwards, until Ctrl-C
        #[arg(long)]
        keep: bool,
        /// Take the functions and the agent as they were built before
        #[arg(long)]
        no_build: bool,
    },
    /// Run every check: format, lints, unit tests, template, end-to-end
    Test {
        /// Only the checks whose name contains this
        only: Option<String>,
        /// Only the quick checks that concern files changed since the last commit (or in it, if nothing has changed)
        #[arg(long, conflicts_with = "only")]
        changed: bool,
        /// Only the soak test: a hundred random kills of the agent
        #[arg(long, conflicts_with_all = ["only", "changed"])]
        soak: bool,
    },
    /// Measure speed and memory, compared with other programs
    Bench {
        /// coldstart, parse, transfer, edge or status; all of them without it
        name: Option<String>,
        /// Also write the figures to this file
        #[arg(long, value_name = "FILE")]
        json: Option<PathBuf>,
        /// How often to measure each subject
        #[arg(long)]
        rounds: Option<usize>,
        /// Only the cases whose name contains this
        #[arg(long, value_name = "NAME")]
        case: Option<String>,
        /// Once, with little work and unoptimised programs: whether each bench runs, not how fast
        #[arg(long)]
        small: bool,
    },
    /// Estimate what the product costs on AWS, and write the tables into the documents
    Costs {
        /// Count requests anew first, on a local stack (a quarter of an hour)
        #[arg(long)]
        count: bool,
        /// Take the functions and the agent as they were built before
        #[arg(long, requires = "count")]
        no_build: bool,
    },
    /// Run the whole product on this machine until Ctrl-C
    Local {
        /// Take the functions and the agent as they were built before
        #[arg(long)]
        no_build: bool,
    },
}

fn main() -> ExitCode {
    steps::since_start();
    let arguments = Arguments::parse();
    match interrupt::install().and_then(|()| run(&arguments.command)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) if error.is::<Interrupted>() => {
            say("stopped");
            ExitCode::from(interrupt::EXIT_STATUS)
        }
        Err(error) => {
            say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}

fn run(command: &Command) -> Result<()> {
    match command {
        Command::Setup { purpose } => {
            tools::setup(*purpose)?;
            say("The tools are ready.");
            sam::write_config()
        }
        Command::Demo { keep, no_build } => {
            let stack = demo::run(!no_build)?;
            if *keep { serve(stack) } else { Ok(()) }
        }
        Command::Bench {
            name,
            json,
            rounds,
            case,
            small,
        } => bench::run(&BenchOptions {
            name: name.clone(),
            json: json.clone(),
            rounds: *rounds,
            case: case.clone(),
            small: *small,
        }),
        Command::Costs { count, no_build } => costs::run(CostsOptions {
            count: *count,
            build: !no_build,
        }),
        Command::Test {
            only,
            changed,
            soak,
        } => test::run(&TestOptions {
            only: only.clone(),
            changed: *changed,
            soak: *soak,
        }),
        Command::Local { no_build } => serve(Stack::start(&StackOptions {
            build: !no_build,
            ..StackOptions::default()
        })?),
    }
}

/// Keeps a stack up until Ctrl-C.
fn serve(mut stack: Stack) -> Result<()> {
    let reach = sam_local::offer(&stack)?;
    println!();
    println!("  sign in  {}sign-in.html", stack.page_url());
    println!("  token    {}", stack.owner_token());
    println!("  logs     {}", stack.logs().display());
    println!();
    if reach.is_some() {
        println!("  `sam local invoke` works against it after `sam build`: see README.md");
    }
    println!("  Ctrl-C stops everything.");
    loop {
        stack.check()?;
        match interrupt::sleep(Duration::from_secs(1)) {
            Ok(()) => {}
            // The ordinary way out.
            Err(error) if error.is::<Interrupted>() => return Ok(()),
            Err(error) => return Err(error),
        }
    }
}
