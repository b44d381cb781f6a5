//! `torrent2s3`: the command line of torrent2s3.
//!
//! It speaks the API of `openapi.yaml` and nothing else. Two kinds of strangers are kept in mind everywhere:
//! whoever made a torrent chose its names, and the server at the other end may not be ours.

mod address;
mod api;
mod arguments;
mod command;
mod config;
mod failure;
mod get;
mod http;
mod output;
mod table;
mod text;

use std::process::ExitCode;

use clap::Parser;

use arguments::Arguments;
use failure::Failure;
use output::Output;

fn main() -> ExitCode {
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(error) => return not_parsed(&error),
    };
    let output = Output::new(arguments.json);
    let exit = match command::run(arguments, output) {
        Ok(exit) => exit,
        Err(failure) => {
            output.failure(&failure);
            failure.exit
        }
    };
    exit.into()
}

/// Help and version come here too. A program that wants JSON gets a problem, not a manual.
fn not_parsed(error: &clap::Error) -> ExitCode {
    if !error.use_stderr() || !std::env::args_os().any(|argument| argument == "--json") {
        error.exit();
    }
    let said = error.to_string();
    let said = said.lines().next().unwrap_or_default();
    let failure = Failure::usage(said.trim_start_matches("error: "));
    Output::new(true).failure(&failure);
    failure.exit.into()
}
