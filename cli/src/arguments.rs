use std::ffi::OsString;
use std::num::{NonZeroU8, NonZeroUsize};
use std::path::PathBuf;
use std::time::Duration;

use clap::{Args, Parser, Subcommand, ValueEnum};
use clap_complete::Shell;
use torrent::{FileSelection, Label, State};

/// What every command's help says about its surroundings, and the man page too.
const AFTER_HELP: &str = "\
Address and token come from --url and --token, else from TORRENT2S3_URL and TORRENT2S3_TOKEN in the
environment, else from $XDG_CONFIG_HOME/torrent2s3/config.toml (or ~/.config/torrent2s3/config.toml):

    url = \"https://d111111abcdef8.cloudfront.net\"
    token = \"…\"

TORRENT is an info-hash or the first digits of one, at least four, as `list` shows them.

With --json every line of standard output is one JSON object and nothing else is written there: a torrent
as the API has it (list, show, pause, resume, retry, remove, watch), or what became of one input (add), of
one file (get) or of one check (doctor: check, outcome, tried, came, and cause, command where there are any). What goes wrong is a line on standard error, a problem as in RFC 9457 (type, title, detail,
and input, status, field, offset, key where there are any).

Exit status:

    0  all went well
    1  something failed, or several things for different reasons
    2  wrong use, or no address
    3  the service cannot be reached, or is busy
    4  refused, by the service or before it was sent
    5  no such torrent or file
    6  doctor: at least one check failed";

/// The options that all commands have stand together.
const EVERYWHERE: &str = "With every command";

/// Give it torrents, get their files: the command line of torrent2s3
#[derive(Debug, Parser)]
#[command(name = "torrent2s3", version, after_long_help = AFTER_HELP)]
pub(crate) struct Arguments {
    #[command(flatten)]
    pub(crate) service: Service,
    /// Write JSON, one object a line
    #[arg(long, global = true, help_heading = EVERYWHERE)]
    pub(crate) json: bool,
    #[command(subcommand)]
    pub(crate) command: Command,
}

/// Which torrent2s3, and who asks.
#[derive(Debug, Default, Args)]
pub(crate) struct Service {
    /// Where your torrent2s3 is: its page's address
    #[arg(
        long,
        global = true,
        env = "TORRENT2S3_URL",
        value_name = "ADDRESS",
        help_heading = EVERYWHERE
    )]
    pub(crate) url: Option<String>,
    /// Your token; better in the environment or the file, where no list of processes shows it
    #[arg(
        long,
        global = true,
        env = "TORRENT2S3_TOKEN",
        value_name = "TOKEN",
        hide_env_values = true,
        help_heading = EVERYWHERE
    )]
    pub(crate) token: Option<String>,
}

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Add torrents by .torrent file, magnet link or URL
    Add(Add),
    /// List torrents, the newest first
    List(List),
    /// Show torrents with their files
    Show(Torrents),
    /// Stop downloading and seeding until resumed
    Pause(Torrents),
    /// Go on with paused torrents
    Resume(Torrents),
    /// Queue failed torrents again
    Retry(Torrents),
    /// Remove torrents, and their files from S3 too
    Remove(Remove),
    /// Download what is stored: the named torrents, or all that are complete
    ///
    /// What is there with its size is left alone. Bytes of a file that broke off are kept in DIR/.torrent2s3,
    /// and the next get goes on from there if the file is still the same.
    Get(Get),
    /// Follow torrents until they are done, or Ctrl-C
    ///
    /// A table that is drawn again in its place on a terminal; elsewhere a line for each change. Fails if one of
    /// them fails.
    Watch(Watch),
    /// Check that everything works, from the certificate to a stored file
    ///
    /// Each line says what was tried, what came and, if that is wrong, the likely cause and the command that shows
    /// more. Checks that depend on one that failed are not tried. What is stored stays as it is.
    Doctor(Doctor),
    /// Write a shell's completions to standard output
    Completions {
        /// For which shell
        shell: Shell,
    },
    /// Write the man page, or a command's, to standard output
    Man {
        /// The command whose page it is
        command: Option<String>,
    },
}

#[derive(Debug, Args)]
pub(crate) struct Add {
    /// .torrent files, magnet links and http(s) addresses of .torrent files
    #[arg(required = true, value_name = "FILE|MAGNET|URL")]
    pub(crate) inputs: Vec<OsString>,
    /// Call it this (for one torrent)
    #[arg(long)]
    pub(crate) name: Option<String>,
    /// File them under this
    #[arg(long, value_parser = label)]
    pub(crate) label: Option<Label>,
    /// Only these files of it, by index, such as 0-4,7 (for one torrent, not a magnet link)
    #[arg(long, value_name = "INDICES")]
    pub(crate) files: Option<FileSelection>,
}

#[derive(Debug, Args)]
pub(crate) struct List {
    /// Only torrents in this state; removed ones are listed only when asked for
    #[arg(long, value_enum)]
    pub(crate) state: Option<StateName>,
    /// Only torrents with this label
    #[arg(long, value_parser = label)]
    pub(crate) label: Option<Label>,
    /// No more than this many [default: all]
    #[arg(long, value_name = "NUMBER")]
    pub(crate) limit: Option<NonZeroUsize>,
}

#[derive(Debug, Args)]
pub(crate) struct Torrents {
    /// Info-hashes, or the first digits of them
    #[arg(required = true, value_name = "TORRENT")]
    pub(crate) torrents: Vec<String>,
}

#[derive(Debug, Args)]
pub(crate) struct Remove {
    #[command(flatten)]
    pub(crate) of: Torrents,
    /// Keep its files in S3
    #[arg(long)]
    pub(crate) keep_data: bool,
}

#[derive(Debug, Args)]
pub(crate) struct Get {
    /// Info-hashes, or the first digits of them [default: all complete torrents]
    #[arg(value_name = "TORRENT")]
    pub(crate) torrents: Vec<String>,
    /// The folder to put them into
    #[arg(long, value_name = "DIR", default_value = ".")]
    pub(crate) to: PathBuf,
    /// Only these files, by the index that `show` gives, such as 0-4,7 (for one torrent)
    #[arg(long, value_name = "INDICES")]
    pub(crate) files: Option<FileSelection>,
    /// Files at the same time
    #[arg(long, value_name = "NUMBER", default_value = "4")]
    pub(crate) parallel: NonZeroU8,
}

#[derive(Debug, Args)]
pub(crate) struct Watch {
    /// Info-hashes, or the first digits of them [default: all that are not done]
    #[arg(value_name = "TORRENT")]
    pub(crate) torrents: Vec<String>,
    /// Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value = "2", value_parser = seconds)]
    pub(crate) interval: Duration,
}

#[derive(Debug, Args)]
pub(crate) struct Doctor {
    /// Also send a small torrent the whole way: add it, compare its bytes, remove it
    ///
    /// Its one file is a picture of the site, which Deluge fetches from the site's own address. Who is told of complete
    /// torrents is told of this one.
    #[arg(long = "try")]
    pub(crate) attempt: bool,
    /// The longest wait for anything [default: 32 for an answer, 75 for the pages, 300 for that torrent]
    #[arg(long, value_name = "SECONDS", value_parser = seconds)]
    pub(crate) timeout: Option<Duration>,
    /// What the stack is called, for the commands that are shown
    #[arg(long, value_name = "NAME", default_value = "torrent2s3", value_parser = stack)]
    pub(crate) stack: String,
}

/// [`State`] for clap.
#[derive(Debug, Clone, Copy, ValueEnum)]
pub(crate) enum StateName {
    Queued,
    Downloading,
    Transferring,
    Complete,
    Failed,
    Removed,
}

impl From<StateName> for State {
    fn from(name: StateName) -> Self {
        match name {
            StateName::Queued => Self::Queued,
            StateName::Downloading => Self::Downloading,
            StateName::Transferring => Self::Transferring,
            StateName::Complete => Self::Complete,
            StateName::Failed => Self::Failed,
            StateName::Removed => Self::Removed,
        }
    }
}

fn label(text: &str) -> Result<Label, torrent::LabelError> {
    Label::try_from(text.to_owned())
}

/// As CloudFormation has them, so that a command with one in it can be pasted.
fn stack(text: &str) -> Result<String, &'static str> {
    let starts = text.starts_with(|c: char| c.is_ascii_alphabetic());
    let fits = text
        .bytes()
        .all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if starts && fits && text.len() <= 128 {
        Ok(text.to_owned())
    } else {
        Err("a stack's name has letters, digits and hyphens")
    }
}

fn seconds(text: &str) -> Result<Duration, String> {
    let seconds = text
        .parse()
        .ok()
        .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok());
    seconds
        .filter(|interval| (0.1..=3600.0).contains(&interval.as_secs_f64()))
        .ok_or_else(|| "a number from 0.1 to 3600 is wanted".into())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    use super::*;

    #[test]
    fn the_arguments_fit_together() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_state_has_a_name() {
        for name in StateName::value_variants() {
            let shown = name.to_possible_value().unwrap();
            assert_eq!(shown.get_name(), State::from(*name).as_str());
        }
    }
}
