//! Names: two stacks of any names in one account, and one name in two regions.

use serde_json::Value;

use super::deployed::{Deployed, Place};

/// Names of resources that need not differ from those of another stack.
const MAY_REPEAT: &[(&str, &str)] = &[
    // API Gateway tells APIs apart by their ids, and the two others are inside an API.
    ("AWS::ApiGatewayV2::Api", "Name"),
    ("AWS::ApiGatewayV2::Authorizer", "Name"),
    ("AWS::ApiGatewayV2::Stage", "StageName"),
    // An alias is inside its function.
    ("AWS::Lambda::Alias", "Name"),
    // Only shown.
    ("AWS::SNS::Topic", "DisplayName"),
    // AWS's own.
    ("AWS::EC2::VPCEndpoint", "ServiceName"),
    // What another service calls a metric; the template's own is told apart by its namespace.
    ("AWS::CloudWatch::Alarm", "MetricName"),
];

/// CloudFormation: "Stack names can contain alphanumeric characters and hyphens", at most 128.
fn longest() -> Place {
    Place {
        stack: format!("T{}", "orrent2s3-".repeat(13)[..127].to_owned()),
        ..Place::default()
    }
}

/// The names that a stack gives, by resource: properties called `…Name`, at the top or one level below.
fn names(stack: &Deployed) -> Vec<(String, String)> {
    fn collect(
        kind: &str,
        path: &str,
        value: &Value,
        depth: u8,
        found: &mut Vec<(String, String)>,
    ) {
        for (key, value) in value.as_object().into_iter().flatten() {
            let may_repeat = MAY_REPEAT.contains(&(kind, key));
            match value {
                // `<…>` is what CloudFormation named by itself.
                Value::String(name)
                    if key.ends_with("Name") && !name.starts_with('<') && !may_repeat =>
                {
                    found.push((format!("{path}.{key}"), name.clone()));
                }
                Value::Object(_) if depth > 0 && key.ends_with("Config") => {
                    collect(kind, &format!("{path}.{key}"), value, depth - 1, found);
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    for (name, resource) in stack.all() {
        let kind = resource["Type"].as_str().unwrap();
        collect(kind, name, &resource["Properties"], 1, &mut found);
    }
    found
}

/// SAM gives `ScheduleV2` a fixed name (serverless-application-model#3109); names of CloudFront's functions,
/// key-value stores, access controls and policies are global to the account ("In your account, the key value store
/// names must be unique", `CreateKeyValueStore`).
#[test]
fn no_name_is_given_twice_in_an_account() {
    let here = Place::with_everything();
    let elsewhere = [
        // Another stack, in the same region or in another.
        Place {
            stack: "second".to_owned(),
            id: "0b7e2c70-2222-11ef-9d2f-0a1b2c3d4e5f".to_owned(),
            ..here.clone()
        },
        // The same name in another region.
        Place {
            region: "us-west-2".to_owned(),
            id: "5c1d9a80-3333-11ef-bb3a-0a1b2c3d4e5f".to_owned(),
            ..here.clone()
        },
    ];
    let given = names(&here.deploy());
    assert!(given.len() >= 6, "{given:?}");
    for other in elsewhere {
        for ((what, name), (_, other_name)) in given.iter().zip(names(&other.deploy())) {
            assert_ne!(*name, other_name, "{what}");
        }
    }
}

/// `CreateFunction`, `CreateKeyValueStore`: `[a-zA-Z0-9-_]{1,64}`; `OriginAccessControlConfig`: "up to 64
/// characters" (Amazon CloudFront API Reference).
#[test]
fn cloudfront_takes_the_names_of_the_longest_stack() {
    for place in [longest(), Place::default()] {
        let stack = place.deploy();
        let mut seen = 0;
        for (what, name) in names(&stack) {
            seen += 1;
            let is_plain = name
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
            assert!(
                is_plain && name.len() <= 64,
                "{what}: {name} has {}",
                name.len()
            );
        }
        assert!(seen >= 7);
        for (what, store) in stack.of_type("AWS::CloudFront::KeyValueStore") {
            // `CreateKeyValueStore`.
            assert!(store["Comment"].as_str().unwrap().len() <= 128, "{what}");
        }
    }
}

/// API Gateway, `CreateApi`: 1 to 128. `CloudWatch`, `PutMetricData`: a namespace has at most 255 and does not start
/// with `AWS/`. Tags: values of at most 256.
#[test]
fn what_is_called_after_the_stack_may_be_that_long() {
    let stack = longest().deploy();
    let name = |resource: &str, pointer: &str| {
        let value = stack.properties(resource).pointer(pointer);
        value.and_then(Value::as_str).unwrap().to_owned()
    };
    assert!(name("Api", "/Name").len() <= 128);
    let namespace = name("SilentDeluge", "/MetricTransformations/0/MetricNamespace");
    assert!(namespace.len() <= 255 && !namespace.starts_with("AWS/"));
    assert!(name("Vpc", "/Tags/0/Value").len() <= 256);
}
