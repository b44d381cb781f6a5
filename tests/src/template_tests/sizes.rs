//! What AWS counts.

use serde_json::Value;

use super::deployed::Place;
use super::template::{text, transformed};

/// For `<Name.Arn>`, which CloudFormation replaces by something longer.
const ARN: usize = 160;

/// The length of a JSON document without white space, with every name that is yet to be made at its longest.
fn size(document: &Value) -> usize {
    let text = document.to_string();
    let names = text.matches(['<']).count();
    text.chars().filter(|c| !c.is_whitespace()).count() + names * ARN
}

/// CloudFormation User Guide, "CloudFormation quotas": 51,200 bytes in a request, 1 MB from S3; 500 resources, 200
/// outputs. <https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html>
#[test]
fn cloudformation_takes_the_template() {
    let template = transformed();
    let bytes = template.to_string().len().max(text().len());
    assert!(bytes <= 1_000_000, "{bytes}");
    let settings = std::fs::read_to_string(xtask::paths::root().join("samconfig.toml")).unwrap();
    assert!(
        bytes <= 51_200 || settings.contains("resolve_s3 = true"),
        "{bytes} bytes"
    );
    let count = |section: &str| template[section].as_object().unwrap().len();
    assert!(count("Resources") <= 500 && count("Outputs") <= 200);
    assert!(template["Description"].as_str().unwrap().len() <= 1024);
}

/// Amazon EC2 User Guide, "Run commands when you launch an instance": 16 KB before it is encoded.
/// <https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html>
#[test]
fn ec2_takes_the_user_data() {
    let stack = Place::default().deploy();
    let data = stack.properties("BoxTemplate")["LaunchTemplateData"]["UserData"]
        .as_str()
        .unwrap();
    let bytes = data.len() + data.matches('<').count() * ARN;
    assert!(bytes > 500 && bytes <= 16_384, "{bytes}");
    // Nothing says how it would encode anything else.
    assert!(data.is_ascii());
}

/// Amazon CloudFront Developer Guide, "Quotas on CloudFront Functions": 10 KB.
/// <https://docs.aws.amazon.com/AmazonCloudFront/latest/DeveloperGuide/cloudfront-limits.html>
#[test]
fn cloudfront_takes_its_functions() {
    for (name, function) in Place::default()
        .deploy()
        .of_type("AWS::CloudFront::Function")
    {
        let bytes = function["FunctionCode"].as_str().unwrap().len();
        assert!(bytes <= 10_240, "{name}: {bytes}");
    }
}

/// The same page: 25 behaviours, 25 origins; a response headers policy of at most 10,240 bytes.
#[test]
fn cloudfront_takes_the_distribution() {
    let stack = Place::with_everything().deploy();
    let config = &stack.properties("Distribution")["DistributionConfig"];
    assert!(config["CacheBehaviors"].as_array().unwrap().len() < 25);
    for (name, policy) in stack.of_type("AWS::CloudFront::ResponseHeadersPolicy") {
        assert!(size(policy) <= 10_240, "{name}");
    }
}

/// IAM User Guide, "IAM and AWS STS quotas": 10,240 characters for all inline policies of a role, without white
/// space. <https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>
#[test]
fn iam_takes_every_policy() {
    let stack = Place::with_everything().deploy();
    for (name, role) in stack.of_type("AWS::IAM::Role") {
        let policies = role["Policies"].as_array().into_iter().flatten();
        let characters: usize = policies.map(|policy| size(&policy["PolicyDocument"])).sum();
        assert!(characters <= 10_240, "{name}: {characters}");
    }
}

/// AWS Lambda Developer Guide, "Lambda quotas": 4 KB of environment, 15 minutes, 128 MB to 10 GB.
/// <https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html>
#[test]
fn lambda_takes_every_function() {
    for (name, function) in Place::with_everything()
        .deploy()
        .of_type("AWS::Lambda::Function")
    {
        assert!(
            size(&function["Environment"]["Variables"]) <= 4_096,
            "{name}"
        );
        assert!(
            (1..=900).contains(&function["Timeout"].as_u64().unwrap()),
            "{name}"
        );
        assert!(
            (128..=10_240).contains(&function["MemorySize"].as_u64().unwrap()),
            "{name}"
        );
    }
}

/// Amazon `CloudWatch` pricing: ten alarms are free.
#[test]
fn no_alarm_costs_anything() {
    let stack = Place::with_everything().deploy();
    let alarms = stack.of_type("AWS::CloudWatch::Alarm").len();
    assert!((8..=10).contains(&alarms), "{alarms}");
}
