use serde::Serialize;

/// How a check ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Outcome {
    Ok,
    /// It works, but somebody should know.
    Warning,
    Failed,
    /// There is nothing to check here.
    Skipped,
    /// Something that it needs failed.
    NotTried,
}

/// What came of a check. Strangers' words may be in it: what shows it cleans it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Finding {
    pub(super) outcome: Outcome,
    pub(super) came: String,
    /// The likely one.
    pub(super) cause: Option<String>,
    /// What shows more; of our own making, so that it can be pasted.
    pub(super) command: Option<String>,
}

impl Finding {
    fn new(outcome: Outcome, came: impl Into<String>) -> Self {
        Self {
            outcome,
            came: came.into(),
            cause: None,
            command: None,
        }
    }

    pub(super) fn ok(came: impl Into<String>) -> Self {
        Self::new(Outcome::Ok, came)
    }

    pub(super) fn skipped(came: impl Into<String>) -> Self {
        Self::new(Outcome::Skipped, came)
    }

    pub(super) fn not_tried(why: impl Into<String>) -> Self {
        Self::new(Outcome::NotTried, why)
    }

    pub(super) fn warning(came: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(Outcome::Warning, came)
        }
    }

    pub(super) fn failed(came: impl Into<String>, cause: impl Into<String>) -> Self {
        Self {
            cause: Some(cause.into()),
            ..Self::new(Outcome::Failed, came)
        }
    }

    /// Names the command that shows more, if there is anything to see.
    pub(super) fn more_if_failed(self, command: impl FnOnce() -> String) -> Self {
        if self.outcome == Outcome::Failed {
            self.more(command())
        } else {
            self
        }
    }

    /// Names the command that shows more.
    pub(super) fn more(self, command: impl Into<String>) -> Self {
        Self {
            command: Some(command.into()),
            ..self
        }
    }
}
