//! docs/deploy.md, typed: every command of it that can run here does, as text taken from the document, in one shell,
//! in a checkout without any settings, against an emulator without anything in it.

mod commands;

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};

use self::commands::{Answers, How};
use crate::ministack::{MINUTE, Ministack};
use crate::sam::{self, Project};
use crate::sam_local::Outcome;
use crate::stack::{self, Outputs};
use crate::steps::{say, step};
use crate::{apt, paths, process, tools};

/// What `sam deploy --guided` proposes.
const STACK: &str = "torrent2s3";

struct FirstHour {
    project: Project,
    ministack: Ministack,
    /// Home, credentials and programs of somebody who has none.
    home: PathBuf,
    logs: PathBuf,
    /// Exported so far.
    exports: String,
}

/// # Errors
/// Names the command that failed, with the end of what it printed, or what it should have done and did not.
pub(crate) fn check() -> Result<Outcome> {
    let all = commands::read()?;
    tools::setup(tools::Purpose::Local)?;
    apt::install(&["make"])?;
    let logs = paths::logs().join("first-hour");
    let home = paths::local().join("first-hour");
    if home.exists() {
        fs::remove_dir_all(&home).with_context(|| home.display().to_string())?;
    }
    fs::create_dir_all(&home)?;
    let project = Project::checkout();
    let _lock = sam::lock()?;
    project.link()?;
    project.forget_config()?;
    let mut hour = FirstHour {
        ministack: Ministack::start(&home.join("ministack"), &logs, MINUTE)?,
        project,
        home,
        logs,
        exports: String::new(),
    };
    for (number, (command, how)) in all.iter().enumerate() {
        match how {
            How::Not(why) => say(&format!("  not typed: {command} ({why})")),
            How::Run(answers) => {
                step(command, || hour.type_in(number, command, *answers))?;
            }
        }
        hour.look_after(command)?;
    }
    Ok(Outcome::Passed)
}

impl FirstHour {
    fn type_in(&mut self, number: usize, command: &str, answers: Answers) -> Result<()> {
        let command = self.filled_in(command)?;
        if command.starts_with("export ") {
            _ = writeln!(self.exports, "{command}");
            return Ok(());
        }
        self.shell(&format!("{number:02}"), &command, &self.answers(answers)?)
            .map(drop)
    }

    /// A command with what its words in capitals stand for.
    fn filled_in(&self, command: &str) -> Result<String> {
        if command == "SHOW_TOKEN" {
            return self.output("ShowToken");
        }
        if !["PAGE_URL", "TOKEN", "FILES_BUCKET", "SITE_BUCKET", "TABLE"]
            .iter()
            .any(|word| command.contains(word))
        {
            return Ok(command.to_owned());
        }
        if command.starts_with("aws s3 rb") || command.starts_with("aws dynamodb") {
            let [files, site, table] = self.noted()?;
            return Ok(command
                .replace("FILES_BUCKET", &files)
                .replace("SITE_BUCKET", &site)
                .replace("TABLE", &table));
        }
        let outputs = Outputs::read(self.ministack.aws(), STACK)?;
        // On AWS it is the output `PageUrl`; here CloudFront answers elsewhere.
        let page = outputs.local_page_url(self.ministack.port());
        let token = self.shell("token", &self.output("ShowToken")?, "")?;
        Ok(command
            .replace("=PAGE_URL", &format!("={page}"))
            .replace("=TOKEN", &format!("={}", token.trim())))
    }

    /// The names of what stays when the stack goes: two buckets and a table.
    fn noted(&self) -> Result<[String; 3]> {
        let names = fs::read_to_string(self.home.join("kept"))?;
        let names: Vec<_> = names.split(' ').map(str::to_owned).collect();
        names.try_into().ok().context("two buckets and a table")
    }

    /// What is there once a command has run.
    fn look_after(&self, command: &str) -> Result<()> {
        let config = self.project.root().join("samconfig.local.toml");
        match command {
            "cargo xtask setup deploy" => {
                ensure!(config.exists(), "setup wrote no samconfig.local.toml");
            }
            "sam build" => packages_fit_into_lambda(&self.project)?,
            "sam deploy --guided --config-file samconfig.local.toml" => {
                let saved = fs::read_to_string(&config)?;
                ensure!(
                    saved.contains("parameter_overrides"),
                    "the answers were not saved: {saved}"
                );
                let ignored = Command::new("git")
                    .args(["check-ignore", "--quiet", "samconfig.local.toml"])
                    .current_dir(paths::root())
                    .status()?;
                ensure!(
                    ignored.success(),
                    "git does not ignore samconfig.local.toml"
                );
                let outputs = Outputs::read(self.ministack.aws(), STACK)?;
                let kept = [outputs.files_bucket, outputs.site_bucket, outputs.table];
                fs::write(self.home.join("kept"), kept.join(" "))?;
            }
            "sam delete --config-file samconfig.local.toml" => {
                let [files, site, _] = self.noted()?;
                let mut left = [files, site];
                left.sort();
                ensure!(
                    self.buckets()? == left,
                    "`sam delete` left {:?}, not {left:?}",
                    self.buckets()?
                );
                let stacks: Vec<String> = self
                    .ministack
                    .aws()
                    .query(&["cloudformation", "describe-stacks"], "Stacks[].StackName")?;
                ensure!(
                    stacks == ["aws-sam-cli-managed-default"],
                    "these stacks are left: {stacks:?}"
                );
            }
            "aws s3 rb --force s3://SITE_BUCKET" => {
                ensure!(
                    self.buckets()?.is_empty(),
                    "there are buckets left: {:?}",
                    self.buckets()?
                );
            }
            "aws dynamodb delete-table --table-name TABLE" => {
                let tables: Vec<String> = self
                    .ministack
                    .aws()
                    .query(&["dynamodb", "list-tables"], "TableNames")?;
                ensure!(tables.is_empty(), "there are tables left: {tables:?}");
            }
            _ => {}
        }
        Ok(())
    }

    /// All buckets but the one that SAM itself made.
    fn buckets(&self) -> Result<Vec<String>> {
        let mut buckets: Vec<String> = self
            .ministack
            .aws()
            .query(&["s3api", "list-buckets"], "Buckets[].Name")?;
        buckets.retain(|name| !name.starts_with("aws-sam-cli-managed-default"));
        buckets.sort();
        Ok(buckets)
    }

    fn output(&self, key: &str) -> Result<String> {
        let command = ["cloudformation", "describe-stacks", "--stack-name", STACK];
        let query = format!("Stacks[0].Outputs[?OutputKey=='{key}'].OutputValue | [0]");
        self.ministack.aws().query(&command, &query)
    }

    /// Lines for the standard input.
    fn answers(&self, answers: Answers) -> Result<String> {
        Ok(match answers {
            Answers::None => String::new(),
            Answers::Credentials => "test\ntest\nus-east-1\n\n".to_owned(),
            Answers::Yes => "y\n".repeat(8),
            Answers::Guided => {
                let template = fs::read_to_string(paths::root().join("template.yaml"))?;
                let local = stack::local_parameters(self.ministack.port());
                let mut lines = "\n\n".to_owned(); // the stack's name, the region
                // Enter takes the default, but for what makes it an emulator's.
                for name in parameters(&template) {
                    let value = local.iter().find(|(local, _)| *local == name);
                    _ = writeln!(lines, "{}", value.map_or("", |(_, value)| value));
                }
                // Confirm changes, allow roles, rollback, save, file, environment; then the deployment itself.
                lines.push_str("\n\n\n\n\n\ny\n");
                lines
            }
        })
    }

    fn shell(&self, log: &str, command: &str, answers: &str) -> Result<String> {
        let name = format!("first-hour-{log}");
        process::truncate(&name, &self.logs)?;
        let input = self.home.join("answers");
        fs::write(&input, answers)?;
        let script = format!("set -e\n{}\n{command}\n", self.exports);
        let mut bash = Command::new("bash");
        let printed = self.home.join(format!("{log}.out"));
        let streams = format!("exec < {} > {}", input.display(), printed.display());
        bash.args(["-c", &format!("{streams}\n{script}")])
            .current_dir(self.project.root())
            .envs(sam::QUICK)
            .env("AWS_ENDPOINT_URL", self.ministack.aws().endpoint())
            .env("NO_PROXY", "127.0.0.1,localhost,.localhost")
            .env("AWS_EC2_METADATA_DISABLED", "true")
            .env("AWS_CONFIG_FILE", self.home.join("config"))
            .env("AWS_SHARED_CREDENTIALS_FILE", self.home.join("credentials"))
            .env("AWS_PAGER", "")
            .env("CARGO_INSTALL_ROOT", self.home.join("cargo"))
            .env(
                "PATH",
                crate::aws::path_with(&[self.home.join("cargo/bin")])?,
            )
            .env("SAM_CLI_TELEMETRY", "0")
            .env("SAM_CLI_POLL_DELAY", "0.2");
        for variable in [
            "AWS_ACCESS_KEY_ID",
            "AWS_SECRET_ACCESS_KEY",
            "AWS_SESSION_TOKEN",
            "AWS_REGION",
            "AWS_DEFAULT_REGION",
            "AWS_PROFILE",
            "AWS_DEFAULT_PROFILE",
            "CARGO_TARGET_DIR",
            "SAM_CLI_BETA_RUST_CARGO_LAMBDA",
        ] {
            bash.env_remove(variable);
        }
        let compiles = ["sam build", "cargo install"]
            .iter()
            .any(|begin| command.starts_with(begin));
        let run = if compiles {
            process::compile
        } else {
            process::run
        };
        run(&name, bash, &self.logs)
            .with_context(|| format!("it printed:\n{}", process::tail(&printed, 40)))?;
        Ok(fs::read_to_string(&printed)?)
    }
}

/// The template's parameters in its order, in which SAM asks for them.
fn parameters(template: &str) -> Vec<&str> {
    let lines = template.lines();
    let section = lines.skip_while(|line| *line != "Parameters:").skip(1);
    section
        .take_while(|line| line.is_empty() || line.starts_with([' ', '#']))
        .filter_map(|line| line.strip_prefix("  ")?.strip_suffix(':'))
        .filter(|name| !name.starts_with([' ', '#']))
        .collect()
}

/// A package's most, unpacked (AWS Lambda Developer Guide, "Lambda quotas").
const PACKAGE_BYTES_MAX: u64 = 250 * 1024 * 1024;

fn packages_fit_into_lambda(project: &Project) -> Result<()> {
    let template = project.built_template();
    let build = template.parent().context("the build's folder")?;
    let mut packages = 0;
    for entry in fs::read_dir(build)? {
        let package = entry?.path();
        if package.is_dir() {
            packages += 1;
            let bytes = size(&package)?;
            let name = package.display();
            ensure!((1..=PACKAGE_BYTES_MAX).contains(&bytes), "{name}: {bytes}");
        }
    }
    ensure!(packages >= 10, "only {packages} packages");
    Ok(())
}

fn size(folder: &Path) -> Result<u64> {
    let mut bytes = 0;
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let metadata = entry.metadata()?;
        bytes += if metadata.is_dir() {
            size(&entry.path())?
        } else {
            metadata.len()
        };
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_in_the_order_of_the_template() {
        let template = "A: 1\nParameters:\n  B:\n    Type: String\n  # one\n  A:\n    Allowed:\n      - x\n\nResources:\n  C:\n";
        assert_eq!(parameters(template), ["B", "A"]);
    }
}
