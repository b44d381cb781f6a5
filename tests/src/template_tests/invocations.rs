//! Who may call whom. The emulator does not check that API Gateway, a trigger or a schedule may invoke a function.

use serde_json::{Value, json};

use super::deployed::{Deployed, Place, named};
use crate::rights::matches;

/// The resources of what API Gateway may do with a function.
fn permissions<'a>(stack: &'a Deployed, function: &str) -> Vec<&'a str> {
    let permissions = stack.of_type("AWS::Lambda::Permission").into_iter();
    permissions
        .filter(|(_, permission)| named(&permission["FunctionName"]) == function)
        .map(|(name, permission)| {
            assert_eq!(permission["Action"], "lambda:InvokeFunction", "{name}");
            assert_eq!(
                permission["Principal"], "apigateway.amazonaws.com",
                "{name}"
            );
            permission["SourceArn"].as_str().unwrap()
        })
        .collect()
}

/// Amazon API Gateway Developer Guide, "Control access to an HTTP API with IAM", and what its console creates: the
/// source is `API/STAGE/METHOD/PATH` with the names of path parameters, `API/STAGE/$default` for what has no route.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-develop-integrations-lambda.html>
#[test]
fn api_gateway_may_call_the_function_of_every_route() {
    let stack = Place::default().deploy();
    let routes = stack.of_type("AWS::ApiGatewayV2::Route");
    assert!(routes.len() >= 15);
    for (name, route) in routes {
        let key = route["RouteKey"].as_str().unwrap();
        let integration = route["Target"]
            .as_str()
            .unwrap()
            .strip_prefix("integrations/")
            .unwrap();
        let integration = stack.properties(named(&json!(integration)));
        let function = named(&integration["IntegrationUri"]);
        let request = match key.split_once(' ') {
            Some((method, path)) => format!("{method}{path}"),
            None => key.to_owned(),
        };
        let arn = format!("arn:aws:execute-api:eu-central-1:123456789012:<Api>/$default/{request}");
        let permissions = permissions(&stack, function);
        assert!(
            permissions
                .iter()
                .any(|permission| matches(permission, &arn)),
            "{name}: {arn} is not among {permissions:?}"
        );
    }
}

/// The same page: a Lambda authorizer needs a permission of its own, for `API/authorizers/ID`.
/// <https://docs.aws.amazon.com/apigateway/latest/developerguide/http-api-lambda-authorizer.html>
#[test]
fn api_gateway_may_call_the_authorizer() {
    let stack = Place::default().deploy();
    assert_eq!(
        permissions(&stack, "Authorizer"),
        ["arn:aws:execute-api:eu-central-1:123456789012:<Api>/authorizers/<ApiAuthorizer>"]
    );
    // A cached answer would outlive a revoked token.
    let authorizer = stack.properties("ApiAuthorizer");
    assert_eq!(authorizer["AuthorizerResultTtlInSeconds"], 0);
    assert_eq!(
        authorizer["AuthorizerUri"],
        "arn:aws:apigateway:eu-central-1:lambda:path/2015-03-31/functions/<Authorizer.Arn>/invocations"
    );
}

#[test]
fn no_route_but_the_sign_in_is_open() {
    let stack = Place::default().deploy();
    for (name, route) in stack.of_type("AWS::ApiGatewayV2::Route") {
        if route["RouteKey"] == "POST /api/session" {
            assert_eq!(route["AuthorizationType"], "NONE");
        } else {
            assert_eq!(route["AuthorizationType"], "CUSTOM", "{name}");
            assert_eq!(named(&route["AuthorizerId"]), "ApiAuthorizer", "{name}");
        }
    }
}

/// Whether one of a role's statements allows an action on a resource.
fn allows(role: &Value, action: &str, resource: &str) -> bool {
    let words = |value: &Value| match value {
        Value::Array(list) => list.clone(),
        one => vec![one.clone()],
    };
    let policies = role["Policies"].as_array().into_iter().flatten();
    policies
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap())
        .filter(|statement| statement["Effect"] == "Allow")
        .any(|statement| {
            words(&statement["Action"]).contains(&json!(action))
                && words(&statement["Resource"]).contains(&json!(resource))
        })
}

/// AWS Lambda Developer Guide, "Using Lambda with Amazon SQS": Lambda polls with the function's role.
/// <https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-configure.html>
#[test]
fn lambda_may_poll_every_queue_with_the_functions_role() {
    let stack = Place::with_everything().deploy();
    for (name, mapping) in stack.of_type("AWS::Lambda::EventSourceMapping") {
        let function = stack.properties(named(&mapping["FunctionName"]));
        let role = stack.properties(named(&function["Role"]));
        let queue = mapping["EventSourceArn"].as_str().unwrap();
        for action in [
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ] {
            assert!(allows(role, action, queue), "{name}: {action}");
        }
    }
}

/// "The provided execution role does not have permissions to call `PutTraceSegments` on XRAY": Lambda looks when it makes
/// the function, which waits for its role and for nothing else (serverless#6931, coinbase/fenrir#1).
/// <https://github.com/serverless/serverless/issues/6931>
#[test]
fn a_role_may_write_traces_before_its_function_is_made() {
    let stack = Place::with_everything().deploy();
    for (name, function) in stack.of_type("AWS::Lambda::Function") {
        assert_eq!(function["TracingConfig"]["Mode"], "Active", "{name}");
        let role = stack.properties(named(&function["Role"]));
        for action in ["xray:PutTelemetryRecords", "xray:PutTraceSegments"] {
            assert!(allows(role, action, "*"), "{name}: {action}");
        }
    }
    for (name, role) in Place::default().deploy().of_type("AWS::IAM::Role") {
        assert!(!allows(role, "xray:PutTraceSegments", "*"), "{name}");
    }
}

/// Amazon EventBridge Scheduler User Guide, "Setting up the execution role".
#[test]
fn the_schedule_may_call_its_function() {
    let stack = Place::default().deploy();
    for (name, schedule) in stack.of_type("AWS::Scheduler::Schedule") {
        let target = &schedule["Target"];
        let role = stack.properties(named(&target["RoleArn"]));
        let function = target["Arn"].as_str().unwrap();
        assert!(allows(role, "lambda:InvokeFunction", function), "{name}");
        let trust = &role["AssumeRolePolicyDocument"]["Statement"][0];
        assert_eq!(trust["Principal"]["Service"][0], "scheduler.amazonaws.com");
    }
}

/// Amazon S3 User Guide, "Granting permissions to publish event notification messages": S3 sends a test message when
/// the bucket is made, so the policy is there before; the account keeps other people's buckets out.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/grant-destinations-permissions-to-s3.html>
#[test]
fn the_bucket_of_this_account_may_publish_to_the_topic() {
    let stack = Place::default().deploy();
    let statement = &stack.properties("StoredTopicPolicy")["PolicyDocument"]["Statement"][0];
    assert_eq!(statement["Principal"]["Service"], "s3.amazonaws.com");
    assert_eq!(statement["Action"], "sns:Publish");
    assert_eq!(
        statement["Condition"]["StringEquals"]["AWS:SourceAccount"],
        "123456789012"
    );
    let (_, bucket) = stack
        .all()
        .find(|(name, _)| *name == "FilesBucket")
        .unwrap();
    let after: Vec<_> = bucket["DependsOn"].as_array().unwrap().iter().collect();
    assert!(after.contains(&&json!("StoredTopicPolicy")), "{after:?}");
}

/// Amazon S3 User Guide, "Configuring event notifications using object key name filtering": two configurations of one
/// event must not have prefixes of which one contains the other.
/// <https://docs.aws.amazon.com/AmazonS3/latest/userguide/notification-how-to-filtering.html>
#[test]
fn no_event_of_the_bucket_is_sent_twice() {
    let stack = Place::default().deploy();
    let notifications = &stack.properties("FilesBucket")["NotificationConfiguration"];
    let all: Vec<_> = notifications["TopicConfigurations"]
        .as_array()
        .unwrap()
        .iter()
        .collect();
    assert!(all.len() >= 5);
    let prefix = |one: &Value| {
        one["Filter"]["S3Key"]["Rules"][0]["Value"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    for (at, one) in all.iter().enumerate() {
        for other in &all[at + 1..] {
            let overlap =
                prefix(one).starts_with(&prefix(other)) || prefix(other).starts_with(&prefix(one));
            assert!(
                one["Event"] != other["Event"] || !overlap,
                "{one} and {other}"
            );
        }
    }
}

/// Amazon SNS Developer Guide, "Fanout to Amazon SQS queues": the queue's policy names the topic.
#[test]
fn a_topic_may_send_to_the_queue_that_subscribes_to_it() {
    let stack = Place::with_everything().deploy();
    let mut seen = 0;
    for (name, subscription) in stack.of_type("AWS::SNS::Subscription") {
        if subscription["Protocol"] != "sqs" {
            continue;
        }
        seen += 1;
        let queue = subscription["Endpoint"].as_str().unwrap();
        let policies = stack.of_type("AWS::SQS::QueuePolicy");
        let is_allowed = policies.iter().any(|(_, policy)| {
            let statement = &policy["PolicyDocument"]["Statement"][0];
            statement["Principal"]["Service"] == "sns.amazonaws.com"
                && statement["Action"] == "sqs:SendMessage"
                && statement["Resource"] == queue
                && statement["Condition"]["ArnEquals"]["aws:SourceArn"] == subscription["TopicArn"]
                && named(&policy["Queues"][0]) == named(&subscription["Endpoint"])
        });
        assert!(is_allowed, "{name}");
    }
    assert_eq!(seen, 2);
}
