use std::fmt;
use std::process::ExitCode;

use serde::Serialize;

use crate::api::Problem;

/// How a command ended, for scripts. Documented in `--help`; the numbers never change.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Exit {
    Ok = 0,
    Failed = 1,
    Usage = 2,
    Unreachable = 3,
    Refused = 4,
    NotFound = 5,
    ChecksFailed = 6,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// What went wrong with one thing, for people and as a problem of RFC 9457 for programs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub(crate) struct Failure {
    #[serde(skip)]
    pub(crate) exit: Exit,
    #[serde(flatten)]
    said: Box<Said>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Said {
    /// Of the API as it is; what never left this machine is `urn:torrent2s3:cli:<kind>`.
    #[serde(rename = "type")]
    kind: String,
    title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<u16>,
    detail: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    field: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    offset: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<String>,
    /// The argument that it is about.
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<String>,
}

impl Failure {
    fn new(exit: Exit, kind: &str, title: &str, detail: impl fmt::Display) -> Self {
        let said = Said {
            kind: format!("urn:torrent2s3:cli:{kind}"),
            title: title.into(),
            status: None,
            detail: detail.to_string(),
            field: None,
            offset: None,
            key: None,
            input: None,
        };
        let said = Box::new(said);
        Self { exit, said }
    }

    /// The command was used in a wrong way.
    pub(crate) fn usage(detail: impl fmt::Display) -> Self {
        Self::new(Exit::Usage, "usage", "Wrong use", detail)
    }

    /// Nobody answered, or not in time, or nobody who knows the API.
    pub(crate) fn unreachable(detail: impl fmt::Display) -> Self {
        Self::new(Exit::Unreachable, "unreachable", "Not reachable", detail)
    }

    /// What was given is no good, so it was not sent.
    pub(crate) fn refused(kind: &str, detail: impl fmt::Display) -> Self {
        Self::new(Exit::Refused, kind, "Refused", detail)
    }

    /// There is no such file or torrent.
    pub(crate) fn not_found(kind: &str, detail: impl fmt::Display) -> Self {
        Self::new(Exit::NotFound, kind, "Not found", detail)
    }

    /// Anything else.
    pub(crate) fn failed(kind: &str, detail: impl fmt::Display) -> Self {
        Self::new(Exit::Failed, kind, "Failed", detail)
    }

    /// What the API said.
    pub(crate) fn answered(problem: Problem) -> Self {
        let exit = match problem.status {
            404 => Exit::NotFound,
            429 | 502..=504 => Exit::Unreachable,
            400..=499 => Exit::Refused,
            _ => Exit::Failed,
        };
        let said = Said {
            kind: problem.kind,
            title: problem.title,
            status: Some(problem.status),
            detail: problem.detail,
            field: problem.field,
            offset: problem.offset,
            key: problem.key,
            input: None,
        };
        let said = Box::new(said);
        Self { exit, said }
    }

    /// Names the argument that it is about.
    pub(crate) fn of(mut self, input: impl fmt::Display) -> Self {
        let said = &mut self.said;
        said.input.get_or_insert_with(|| input.to_string());
        self
    }

    /// Names the byte of the torrent file where it went wrong.
    pub(crate) fn at_offset(mut self, offset: Option<u64>) -> Self {
        self.said.offset = offset;
        self
    }

    /// Names the key of the torrent file that is wrong.
    pub(crate) fn at_key(mut self, key: Option<&str>) -> Self {
        self.said.key = key.map(str::to_owned);
        self
    }
}

/// A sentence for a person. A stranger's words may be in it: what writes it to a terminal cleans it.
impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let said = &self.said;
        if let Some(input) = &said.input {
            write!(f, "{input}: ")?;
        }
        f.write_str(&said.detail)?;
        let place = said.key.as_ref().filter(|key| !said.detail.contains(*key));
        match (said.offset, place) {
            (Some(offset), _) if !said.detail.contains(&offset.to_string()) => {
                write!(f, " (at byte {offset})")
            }
            (_, Some(key)) => write!(f, " (at `{key}`)"),
            _ => Ok(()),
        }
    }
}

/// How a command with many inputs ends.
#[derive(Debug, Default)]
pub(crate) struct Tally {
    worst: Option<Exit>,
}

impl Tally {
    /// Takes down one failure; two of different kinds are just failures.
    pub(crate) fn add(&mut self, exit: Exit) {
        self.worst = match self.worst {
            None => Some(exit),
            Some(same) if same == exit => Some(exit),
            Some(_) => Some(Exit::Failed),
        };
    }

    pub(crate) fn exit(&self) -> Exit {
        self.worst.unwrap_or(Exit::Ok)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_kind_of_failure_keeps_its_number_and_several_are_1() {
        let tally = |exits: &[Exit]| {
            let mut tally = Tally::default();
            for exit in exits {
                tally.add(*exit);
            }
            tally.exit()
        };
        assert_eq!(tally(&[]), Exit::Ok);
        assert_eq!(tally(&[Exit::Refused, Exit::Refused]), Exit::Refused);
        assert_eq!(tally(&[Exit::Refused, Exit::NotFound]), Exit::Failed);
        assert_eq!(
            tally(&[Exit::Refused, Exit::NotFound, Exit::Refused]),
            Exit::Failed
        );
    }

    #[test]
    fn a_place_is_said_once() {
        let failure =
            Failure::refused("bad-torrent", "the torrent has no `info.name`").of("a.torrent");
        let said = failure.clone().at_key(Some("info.name")).to_string();
        assert_eq!(said, "a.torrent: the torrent has no `info.name`");
        let said = failure.clone().at_offset(Some(17)).to_string();
        assert_eq!(
            said,
            "a.torrent: the torrent has no `info.name` (at byte 17)"
        );
        let said = failure.at_key(Some("info")).to_string();
        assert_eq!(said, "a.torrent: the torrent has no `info.name`");
    }
}
