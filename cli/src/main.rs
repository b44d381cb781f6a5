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
use output::Output;

fn main() -> ExitCode {
    let arguments = Arguments::parse();
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
