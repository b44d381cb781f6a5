//! `template.yaml` as CloudFormation gets it.

use std::collections::BTreeMap;
use std::process::Command;
use std::sync::OnceLock;

use serde_json::Value;
use xtask::paths;
use xtask::tools::Venv;

/// After the transform that AWS applies too: functions, triggers and schedules are CloudFormation's own resources,
/// and functions such as `!Sub` have their long form.
pub(super) fn transformed() -> &'static Value {
    static TEMPLATE: OnceLock<Value> = OnceLock::new();
    TEMPLATE.get_or_init(|| {
        let script = paths::root().join("xtask/python/transform_template.py");
        let json = stdout(
            tool("python")
                .arg(script)
                .arg(paths::root().join("template.yaml")),
        );
        serde_json::from_str(&json).unwrap()
    })
}

/// The template as a person reads it.
pub(super) fn text() -> String {
    std::fs::read_to_string(paths::root().join("template.yaml")).unwrap()
}

/// A parameter's definition, by its name.
pub(super) fn parameters() -> BTreeMap<String, Value> {
    serde_json::from_value(transformed()["Parameters"].clone()).unwrap()
}

/// A program of the environment that sam is in, kept away from everybody's AWS account.
pub(super) fn tool(name: &str) -> Command {
    let program = Venv::Aws.program(name);
    assert!(
        program.exists(),
        "{} is missing; `cargo xtask setup` installs it",
        program.display()
    );
    let mut command = Command::new(program);
    command
        .current_dir(paths::root())
        .env("AWS_DEFAULT_REGION", xtask::aws::REGION)
        .env("AWS_CONFIG_FILE", "/dev/null")
        .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
        .env("SAM_CLI_TELEMETRY", "0")
        .env_remove("AWS_PROFILE");
    command
}

/// What a program prints; it must succeed.
pub(super) fn stdout(command: &mut Command) -> String {
    let output = command.output().unwrap();
    let stdout = String::from_utf8_lossy(&output.stdout).into_owned();
    assert!(
        output.status.success(),
        "{command:?}: {}\n{stdout}\n{}",
        output.status,
        String::from_utf8_lossy(&output.stderr)
    );
    stdout
}
