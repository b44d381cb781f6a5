use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::Stack;

/// Environment variables by function, as `sam local invoke --env-vars` reads them.
pub(super) type Variables = BTreeMap<String, BTreeMap<String, String>>;

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Function {
    function_name: String,
    #[serde(default)]
    environment: Environment,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Environment {
    #[serde(default)]
    variables: BTreeMap<String, String>,
}

/// What the functions of the deployed stack have, by their logical ids, but with `endpoint` for AWS.
pub(super) fn of_functions(stack: &Stack, endpoint: &str) -> Result<Variables> {
    let aws = stack.aws();
    let stack = &name(stack)?;
    let query = "StackResources[?ResourceType=='AWS::Lambda::Function'].[PhysicalResourceId, LogicalResourceId]";
    let command = [
        "cloudformation",
        "describe-stack-resources",
        "--stack-name",
        stack,
    ];
    let logical_ids: Vec<(String, String)> = aws.query(&command, query)?;
    let logical_ids: BTreeMap<_, _> = logical_ids.into_iter().collect();
    let functions: Vec<Function> = aws.query(&["lambda", "list-functions"], "Functions")?;
    let variables: Variables = functions
        .into_iter()
        .filter_map(|function| {
            let id = logical_ids.get(&function.function_name)?.clone();
            let mut variables = function.environment.variables;
            variables.insert("AWS_ENDPOINT_URL".to_owned(), endpoint.to_owned());
            Some((id, variables))
        })
        .collect();
    ensure!(
        variables.len() == logical_ids.len() && !variables.is_empty(),
        "the stack says that it has the functions {logical_ids:?}, but there are only {:?}",
        variables.keys().collect::<Vec<_>>()
    );
    Ok(variables)
}

/// `CloudFormation`'s name of the stack that has this table.
fn name(stack: &Stack) -> Result<String> {
    let table = &stack.outputs().table;
    let query = format!("Stacks[?Outputs[?OutputValue=='{table}']].StackName");
    let command = ["cloudformation", "describe-stacks", "--query", &query];
    let text = stack
        .aws()
        .cli(&[&command[..], &["--output", "text"]].concat())?;
    let name = text.trim();
    ensure!(!name.is_empty(), "no stack has the table {table}");
    Ok(name.to_owned())
}

/// Deluge's password is among them, so the file is its owner's alone.
pub(super) fn write(variables: &Variables, path: &Path) -> Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(path)
        .with_context(|| path.display().to_string())?;
    file.write_all(&serde_json::to_vec_pretty(variables)?)?;
    Ok(file.write_all(b"\n")?)
}
