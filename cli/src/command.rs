//! What each command does.

mod add;
mod control;
mod doctor;
mod get;
mod list;
mod man;
mod show;
mod watch;

use clap::CommandFactory;

use crate::api::Api;
use crate::arguments::{Arguments, Command};
use crate::config::Config;
use crate::failure::{Exit, Failure};
use crate::output::{self, Output};

/// Does what was asked for; what goes wrong with one of many is said on the way.
///
/// # Errors
/// When it cannot be done at all.
pub(crate) fn run(arguments: Arguments, output: Output) -> Result<Exit, Failure> {
    let Arguments {
        service, command, ..
    } = arguments;
    let config = || {
        let config = Config::read(service)?;
        for warning in &config.warnings {
            output.note(&format!("warning: {warning}"));
        }
        Ok::<_, Failure>(config)
    };
    match command {
        Command::Add(add) => add::run(&Api::new(config()?), output, add),
        Command::List(list) => list::run(&Api::new(config()?), output, list),
        Command::Show(torrents) => Ok(show::run(&Api::new(config()?), output, &torrents)),
        Command::Pause(torrents) => Ok(control::run(
            &Api::new(config()?),
            output,
            &torrents,
            "pause",
        )),
        Command::Resume(torrents) => Ok(control::run(
            &Api::new(config()?),
            output,
            &torrents,
            "resume",
        )),
        Command::Retry(torrents) => Ok(control::run(
            &Api::new(config()?),
            output,
            &torrents,
            "retry",
        )),
        Command::Remove(remove) => Ok(control::remove(&Api::new(config()?), output, &remove)),
        Command::Get(get) => get::run(&Api::new(config()?), output, &get),
        Command::Watch(watch) => watch::run(&Api::new(config()?), output, &watch),
        Command::Doctor(doctor) => doctor::run(config()?, output, &doctor),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Arguments::command(), "torrent2s3", &mut script);
            output::write_all(&script);
            Ok(Exit::Ok)
        }
        Command::Man { command } => man::run(command.as_deref()),
    }
}
