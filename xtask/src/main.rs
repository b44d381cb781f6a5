//! `cargo xtask`: the project's commands.

use std::process::ExitCode;
use std::time::Duration;

use anyhow::Result;
use clap::{Parser, Subcommand};
use xtask::interrupt::{self, Interrupted};
use xtask::steps::say;
use xtask::{Stack, StackOptions, tools};

/// The project's commands.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Install the pinned tools into .local/venv (the other commands do this too)
    Setup,
    /// Run the whole product on this machine until Ctrl-C
    Local {
        /// Take the functions and the agent as they were built before
        #[arg(long)]
        no_build: bool,
    },
}

fn main() -> ExitCode {
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
        Command::Setup => tools::setup().map(|()| say("The tools are ready.")),
        Command::Local { no_build } => local(!no_build),
    }
}

fn local(build: bool) -> Result<()> {
    let mut stack = Stack::start(&StackOptions {
        build,
        ..StackOptions::default()
    })?;
    println!();
    println!("  page   {}", stack.page_url());
    println!("  logs   {}", stack.logs().display());
    println!();
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
