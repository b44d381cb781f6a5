use clap::CommandFactory;
use clap_mangen::Man;

use crate::arguments::Arguments;
use crate::failure::{Exit, Failure};
use crate::output;

/// Writes the man page of the program or of one of its commands.
pub(super) fn run(command: Option<&str>) -> Result<Exit, Failure> {
    let mut root = Arguments::command();
    // So that every page tells of the options that all commands have.
    root.build();
    let page = match command {
        None => root,
        Some(name) => {
            let found = root.find_subcommand(name).cloned();
            let found =
                found.ok_or_else(|| Failure::usage(format!("there is no command {name:?}")))?;
            let name: &'static str =
                Box::leak(format!("torrent2s3-{}", found.get_name()).into_boxed_str());
            found.name(name)
        }
    };
    let mut roff = Vec::new();
    Man::new(page)
        .render(&mut roff)
        .map_err(|error| Failure::failed("man", error))?;
    output::write_all(&roff);
    Ok(Exit::Ok)
}
