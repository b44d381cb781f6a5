//! The functions beside the box, which reach nothing but what has an endpoint.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;

use serde_json::Value;
use xtask::paths;

use super::deployed::{Deployed, Place, named};

/// What Lambda does with a function's role by itself, from outside the VPC: it polls the queue, joins the VPC, and
/// takes logs and traces out of the function (AWS Lambda Developer Guide, "Using Lambda with Amazon SQS" and "Giving
/// Lambda functions access to resources in an Amazon VPC").
const BY_LAMBDA: &[&str] = &[
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
];

/// Functions in the VPC, with their properties.
fn in_the_vpc(stack: &Deployed) -> Vec<(&str, &Value)> {
    let mut functions = stack.of_type("AWS::Lambda::Function");
    functions.retain(|(_, function)| function["VpcConfig"].is_object());
    assert_eq!(functions.len(), 2, "{functions:?}");
    functions
}

/// The services that a function's code may call, by its role.
fn services(stack: &Deployed, function: &Value) -> BTreeSet<String> {
    let role = stack.properties(named(&function["Role"]));
    let statements = role["Policies"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|policy| policy["PolicyDocument"]["Statement"].as_array().unwrap())
        .filter(|statement| statement["Effect"] == "Allow");
    let actions = statements.flat_map(|statement| match &statement["Action"] {
        Value::Array(list) => list.iter().filter_map(Value::as_str).collect(),
        one => one.as_str().into_iter().collect::<Vec<_>>(),
    });
    actions
        .filter(|action| !BY_LAMBDA.contains(action))
        .map(|action| action.split(':').next().unwrap().to_owned())
        .collect()
}

/// The services that have a gateway endpoint, with the route tables that lead there.
fn endpoints(stack: &Deployed) -> BTreeMap<String, BTreeSet<&str>> {
    let endpoints = stack.of_type("AWS::EC2::VPCEndpoint");
    let endpoints = endpoints.into_iter().map(|(_, endpoint)| {
        assert_eq!(
            endpoint["VpcEndpointType"], "Gateway",
            "interface endpoints cost by the hour"
        );
        let service = endpoint["ServiceName"].as_str().unwrap();
        let tables = endpoint["RouteTableIds"].as_array().unwrap();
        (
            service.rsplit('.').next().unwrap().to_owned(),
            tables.iter().map(named).collect(),
        )
    });
    endpoints.collect()
}

/// Amazon VPC User Guide, "Gateway endpoints": S3 and DynamoDB have one, nothing else does; there is no NAT.
/// <https://docs.aws.amazon.com/vpc/latest/privatelink/gateway-endpoints.html>
#[test]
fn what_a_function_in_the_vpc_calls_has_an_endpoint() {
    let stack = Place::with_everything().deploy();
    let endpoints = endpoints(&stack);
    let routes: BTreeMap<_, _> = stack
        .of_type("AWS::EC2::SubnetRouteTableAssociation")
        .into_iter()
        .map(|(_, it)| (named(&it["SubnetId"]), named(&it["RouteTableId"])))
        .collect();
    for (name, function) in in_the_vpc(&stack) {
        let services = services(&stack, function);
        assert!(services.contains("dynamodb"), "{name}: {services:?}");
        for service in services {
            let tables = endpoints.get(&service);
            let tables = tables.unwrap_or_else(|| panic!("{name} calls {service} from the VPC"));
            for subnet in function["VpcConfig"]["SubnetIds"].as_array().unwrap() {
                let table = routes[named(subnet)];
                assert!(tables.contains(table), "{name}: {service} from {subnet}");
            }
        }
    }
}

/// A role says what code may call; this is about what it can: no client of another service, no HTTP but to Deluge.
#[test]
fn a_function_in_the_vpc_has_no_client_of_anything_else() {
    for folder in ["watch-queue", "status-page"] {
        let folder = paths::root().join("functions").join(folder);
        let manifest = fs::read_to_string(folder.join("Cargo.toml")).unwrap();
        for line in manifest.lines() {
            let name = line.split(['.', ' ', '=']).next().unwrap();
            assert!(
                !name.starts_with("aws-sdk")
                    && !["aws-config", "fetch", "edge", "reqwest"].contains(&name),
                "{}: {name}",
                folder.display()
            );
        }
        let mut read = 0;
        for file in fs::read_dir(folder.join("src")).unwrap() {
            let path = file.unwrap().path();
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let source = fs::read_to_string(&path).unwrap();
            read += 1;
            for imports in source.split("use store::").skip(1) {
                let imports = imports.split(';').next().unwrap();
                let names = imports.split(|c: char| !c.is_alphanumeric());
                let foreign: Vec<_> = names
                    .filter(|name| ["Queue", "Topic", "worker_aws_config"].contains(name))
                    .collect();
                assert!(foreign.is_empty(), "{}: {foreign:?}", path.display());
            }
        }
        assert!(read >= 4, "{}", folder.display());
    }
}

/// Amazon VPC User Guide, "Security group rules"; both ends name the same port.
#[test]
fn the_functions_security_group_lets_them_reach_deluge_and_the_endpoints_alone() {
    let stack = Place::default().deploy();
    let egress = stack.properties("FunctionsSecurityGroup")["SecurityGroupEgress"]
        .as_array()
        .unwrap();
    let ports: Vec<_> = egress
        .iter()
        .map(|rule| rule["ToPort"].as_u64().unwrap())
        .collect();
    assert_eq!(ports, [8112, 443]);
    let ingress = &stack.properties("BoxSecurityGroup")["SecurityGroupIngress"][0];
    assert_eq!(ingress["FromPort"], 8112);
    assert_eq!(
        named(&ingress["SourceSecurityGroupId"]),
        "FunctionsSecurityGroup"
    );
}

/// Amazon EC2 API Reference, `CreateSecurityGroup`: up to 255 of these characters.
/// <https://docs.aws.amazon.com/AWSEC2/latest/APIReference/API_CreateSecurityGroup.html>
#[test]
fn ec2_takes_the_descriptions_of_security_groups() {
    let is_taken = |text: &str| {
        text.len() <= 255
            && text
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c))
    };
    for (name, group) in Place::default().deploy().of_type("AWS::EC2::SecurityGroup") {
        let rules = ["SecurityGroupIngress", "SecurityGroupEgress"];
        let rules = rules
            .iter()
            .flat_map(|list| group[*list].as_array().into_iter().flatten());
        let texts = rules
            .map(|rule| &rule["Description"])
            .chain([&group["GroupDescription"]]);
        for text in texts {
            let text = text.as_str().unwrap();
            assert!(is_taken(text), "{name}: {text}");
        }
    }
}
