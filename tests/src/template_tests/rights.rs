//! What `template.yaml` says about rights, read without an emulator.

use std::collections::BTreeMap;

use serde_json::Value;
use xtask::paths;

/// What may allow something on every resource: its actions take none, or none that has a name yet.
const ON_EVERYTHING: &[&str] = &["BoxRole", "StatusPageRole", "WatchQueueRole"];

/// What takes no resource, and every function needs where it is traced.
fn is_tracing(statement: &Value) -> bool {
    words(&statement["Action"]) == ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]
}

fn text() -> String {
    std::fs::read_to_string(paths::root().join("template.yaml")).unwrap()
}

fn resources() -> BTreeMap<String, Value> {
    let template: Value = serde_saphyr::from_str(&text()).unwrap();
    serde_json::from_value(template["Resources"].clone()).unwrap()
}

/// Every statement that allows something, with the resource that it stands in.
fn statements() -> Vec<(String, Value)> {
    fn collect(name: &str, value: &Value, found: &mut Vec<(String, Value)>) {
        match value {
            Value::Object(map) if map.get("Effect").is_some_and(|effect| effect == "Allow") => {
                found.push((name.to_owned(), value.clone()));
            }
            Value::Object(map) => map.values().for_each(|value| collect(name, value, found)),
            Value::Array(list) => list.iter().for_each(|value| collect(name, value, found)),
            _ => {}
        }
    }
    let mut found = Vec::new();
    for (name, resource) in resources() {
        collect(&name, &resource, &mut found);
    }
    found
}

fn words(value: &Value) -> Vec<&str> {
    match value {
        Value::Array(list) => list.iter().flat_map(words).collect(),
        word => word.as_str().into_iter().collect(),
    }
}

#[test]
fn every_function_has_a_role_of_its_own() {
    let functions: BTreeMap<_, _> = resources()
        .into_iter()
        .filter(|(_, resource)| resource["Type"] == "AWS::Serverless::Function")
        .collect();
    assert!(functions.len() >= 10, "{:?}", functions.keys());
    for (name, function) in &functions {
        assert_eq!(function["Properties"]["Role"], format!("{name}Role.Arn"));
    }
}

#[test]
fn every_allowed_action_has_its_name() {
    let statements = statements();
    assert!(
        statements.len() >= 60,
        "only {} statements",
        statements.len()
    );
    for (name, statement) in statements {
        let actions = words(&statement["Action"]);
        assert!(!actions.is_empty(), "{name}: {statement}");
        for action in actions {
            assert!(!action.contains(['*', '?']), "{name}: {action}");
        }
    }
}

#[test]
fn what_is_allowed_on_everything_is_known() {
    let mut found: Vec<_> = statements()
        .into_iter()
        .filter(|(_, statement)| words(&statement["Resource"]).contains(&"*"))
        .filter(|(_, statement)| !is_tracing(statement))
        .map(|(name, _)| name)
        .collect();
    found.dedup();
    assert_eq!(found, ON_EVERYTHING);
}

/// A `*` ends what has a name.
#[test]
fn every_allowed_resource_has_a_name() {
    for (name, statement) in statements() {
        for resource in words(&statement["Resource"]) {
            let named = resource.split_once('*').is_none_or(|(start, end)| {
                start.ends_with('/') && start.contains(".Arn}") && end.is_empty()
            });
            assert!(named || resource == "*", "{name}: {resource}");
        }
    }
}

#[test]
fn the_reason_stands_above_what_is_allowed_on_everything() {
    let text = text();
    let lines: Vec<_> = text.lines().collect();
    let indent = |line: &str| line.len() - line.trim_start().len();
    let mut seen = 0;
    for (at, line) in lines.iter().enumerate() {
        if !line.contains(r#"Resource: "*""#) {
            continue;
        }
        // A statement in one line, or the beginning of one.
        let start = (0..=at)
            .rev()
            .find(|start| {
                let first = lines[*start];
                first.trim_start().starts_with("- ")
                    && (*start == at || indent(first) < indent(line))
            })
            .unwrap();
        let statement = lines[start..=at].join("\n");
        if statement.contains("Effect: Deny") {
            continue;
        }
        seen += 1;
        let above = lines[start - 1].trim_start();
        assert!(
            above.starts_with("# "),
            "no reason above line {}:\n{statement}",
            start + 1
        );
    }
    // The two functions in the VPC share one statement by a YAML anchor, all functions share that of tracing.
    assert_eq!(seen, ON_EVERYTHING.len() - 1 + 1);
}
