use console::style;
use serde::Serialize;

use super::finding::{Finding, Outcome};
use crate::failure::Exit;
use crate::output::Output;
use crate::text;

/// All checks so far; each is shown as soon as it has ended.
pub(super) struct Report {
    output: Output,
    done: Vec<(&'static str, Outcome)>,
}

#[derive(Serialize)]
struct Line<'a> {
    check: &'static str,
    outcome: Outcome,
    tried: &'a str,
    came: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    cause: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    command: Option<&'a str>,
}

impl Report {
    pub(super) const fn new(output: Output) -> Self {
        let done = Vec::new();
        Self { output, done }
    }

    /// Makes a check, unless one of those that it needs has failed or was not tried.
    pub(super) fn run(
        &mut self,
        check: &'static str,
        tried: impl Into<String>,
        needs: &[&str],
        look: impl FnOnce() -> Finding,
    ) {
        let missing = self.done.iter().find(|(done, outcome)| {
            needs.contains(done) && matches!(outcome, Outcome::Failed | Outcome::NotTried)
        });
        let finding = match missing {
            Some((needed, _)) => Finding::not_tried(format!("not tried: it needs `{needed}`")),
            None => look(),
        };
        let tried = tried.into();
        let line = Line {
            check,
            outcome: finding.outcome,
            tried: &tried,
            came: &finding.came,
            cause: finding.cause.as_deref(),
            command: finding.command.as_deref(),
        };
        self.output.result(&line, || in_words(&line));
        self.done.push((check, finding.outcome));
    }

    /// Sums up.
    pub(super) fn end(&self) -> Exit {
        let count = |outcome| self.done.iter().filter(|(_, o)| *o == outcome).count() as u64;
        let failed = count(Outcome::Failed);
        if failed == 0 {
            let untried = match count(Outcome::Skipped) + count(Outcome::NotTried) {
                0 => String::new(),
                untried => format!(", {untried} without an answer"),
            };
            let fine = text::count(count(Outcome::Ok) + count(Outcome::Warning), "check");
            self.output.note(&format!("{fine} passed{untried}"));
            return Exit::Ok;
        }
        let all = text::count(self.done.len() as u64, "check");
        self.output.note(&format!("{failed} of {all} failed"));
        Exit::ChecksFailed
    }
}

fn in_words(line: &Line<'_>) -> String {
    let mark = match line.outcome {
        Outcome::Ok => style("ok  ").green(),
        Outcome::Warning => style("warn").yellow(),
        Outcome::Failed => style("FAIL").red().bold(),
        Outcome::Skipped => style("skip").dim(),
        Outcome::NotTried => style("-   ").dim(),
    };
    let (tried, came) = (text::clean(line.tried), text::clean(line.came));
    let mut words = format!("{mark}  {:<12}  {tried}: {came}", line.check);
    if let Some(cause) = line.cause {
        words = format!("{words}\n      likely cause: {}", text::clean(cause));
    }
    if let Some(command) = line.command {
        words = format!("{words}\n      to see more:  {}", text::clean(command));
    }
    words
}
