//! Every `aws …` and `sam …` that a person is told to type.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;

use xtask::paths;

use super::deployed::Place;
use super::template::tool;

/// Whatever versions 1 and 2 of the AWS command line take in different ways: this project installs 1, a person may
/// have 2. Version 1 knows no `--cli-binary-format`, version 2 takes payloads as base64 without it, and
/// `aws logs tail` is in version 2 alone (AWS CLI User Guide, "Breaking changes between the AWS CLI version 1 and
/// version 2"). <https://docs.aws.amazon.com/cli/latest/userguide/cliv2-migration-changes.html>
const DIFFERENT: &[&str] = &[
    "--cli-binary-format",
    "--payload",
    "lambda invoke",
    "/dev/stdout",
    "logs tail",
];

fn files(folder: &Path, extension: &str, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, extension, found);
        } else if path.extension().is_some_and(|it| it == extension) {
            found.push(path);
        }
    }
}

/// What stands in a Markdown text between backticks, and the lines of its blocks.
fn code(markdown: &str) -> Vec<String> {
    let mut found = Vec::new();
    let mut prose = String::new();
    let mut fenced = false;
    for line in markdown.lines() {
        match line.strip_prefix("    ") {
            _ if line.starts_with("```") => fenced = !fenced,
            Some(line) if !fenced => found.push(line.to_owned()),
            _ if fenced => found.push(line.to_owned()),
            // A command may go on in the next line.
            _ => {
                prose.push_str(line);
                prose.push(' ');
            }
        }
    }
    found.extend(prose.split('`').skip(1).step_by(2).map(str::to_owned));
    found
}

/// The commands in a line of a shell, without variables and folders in front.
fn commands(line: &str) -> Vec<String> {
    let line = line.split(" # ").next().unwrap();
    let parts = line.split("&&").flat_map(|part| part.split(" | "));
    let commands = parts.filter_map(|part| {
        let words: Vec<_> = part.split_whitespace().collect();
        let start = words.iter().position(|word| !word.contains('='))?;
        let program = words[start].rsplit('/').next()?;
        let is_ours = ["aws", "sam"].contains(&program) && words.len() > start + 1;
        is_ours.then(|| format!("{program} {}", words[start + 1..].join(" ")))
    });
    commands.collect()
}

/// From the documents, from what the stack prints, and from what the programs print.
fn told() -> BTreeSet<String> {
    let root = paths::root();
    let mut documents = vec![root.join("README.md"), root.join("ARCHITECTURE.md")];
    files(&root.join("docs"), "md", &mut documents);
    let mut told: BTreeSet<String> = documents
        .iter()
        .flat_map(|path| code(&fs::read_to_string(path).unwrap()))
        .flat_map(|line| commands(&line))
        .collect();
    for place in [Place::default(), Place::with_everything()] {
        told.extend(place.outputs().values().flat_map(|value| commands(value)));
    }
    let mut programs = Vec::new();
    for folder in ["cli/src", "functions", "agent/src"] {
        files(&root.join(folder), "rs", &mut programs);
    }
    for program in programs {
        let source = fs::read_to_string(program).unwrap();
        // Between quotes, or between backticks in a message; documentation comments are for people who have the code.
        let lines = source
            .lines()
            .filter(|line| !line.trim_start().starts_with("//"));
        let quoted = lines.flat_map(|line| line.split(['"', '`']));
        told.extend(
            quoted
                .filter(|text| !text.contains('\\'))
                .flat_map(commands),
        );
    }
    told
}

/// What the parsers say of commands; nothing when they take all of them.
fn parsed(commands: &[&str]) -> String {
    let script = paths::root().join("xtask/python/parse_commands.py");
    let mut child = tool("python")
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child
        .stdin
        .take()
        .unwrap()
        .write_all(commands.join("\n").as_bytes())
        .unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert_eq!(
        output.status.success(),
        said.is_empty(),
        "{}: {said}",
        output.status
    );
    said
}

#[test]
fn every_command_that_a_person_is_told_to_type_parses() {
    let told = told();
    assert!(told.len() >= 14, "{told:#?}");
    for expected in [
        "sam build",
        "sam delete --config-file samconfig.local.toml",
        "aws ssm start-session --target INSTANCE",
    ] {
        assert!(told.contains(expected), "{expected} is not in {told:#?}");
    }
    let told: Vec<_> = told.iter().map(String::as_str).collect();
    assert_eq!(parsed(&told), "");
}

#[test]
fn no_command_is_different_in_the_other_version_of_the_command_line() {
    for command in told() {
        let found = DIFFERENT.iter().find(|text| command.contains(*text));
        assert!(found.is_none() || !command.starts_with("aws "), "{command}");
    }
}

/// A stack may be in another region than the one that a person's tools look in.
#[test]
fn the_commands_that_a_stack_prints_name_its_region() {
    let outputs = Place::default().outputs();
    let commands: Vec<_> = outputs.values().flat_map(|value| commands(value)).collect();
    assert_eq!(commands.len(), 2, "{commands:?}");
    for command in commands {
        assert!(command.contains("--region eu-central-1"), "{command}");
    }
}

#[test]
fn what_does_not_parse_is_found() {
    for wrong in [
        "aws lambda invoke --function-name x --cli-binary-format raw-in-base64-out --payload '{}' /dev/stdout",
        "aws sqs start-message-moving",
        "aws secretsmanager get-secret-value",
        "sam logs --stack torrent2s3",
        "sam undo",
    ] {
        assert!(parsed(&[wrong]).contains(wrong), "{wrong}");
    }
}

#[test]
fn commands_are_found_wherever_they_stand() {
    let text = "Run `sam logs --stack-name t\n--tail` or\n\n    A=b .local/bin/sam build && aws x y   # why\n\n```\naws z w | cat\n```\n";
    let found: Vec<_> = code(text).iter().flat_map(|line| commands(line)).collect();
    assert_eq!(
        found,
        [
            "sam build",
            "aws x y",
            "aws z w",
            "sam logs --stack-name t --tail"
        ]
    );
}
