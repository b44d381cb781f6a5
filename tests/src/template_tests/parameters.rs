//! Parameters: what the template takes deploys.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::deployed::{Place, number};
use super::template::{parameters, stdout, tool, transformed};

/// Named in the address of an emulator alone; on AWS it stays as it is.
const OF_THE_EMULATOR: &str = "ApiOriginPort";

/// The same place with all numbers at the low end of their range, as they are, and at the high end.
pub(super) fn ends(place: &Place) -> [Place; 3] {
    let at = |end: &str| {
        let numbers = numbers().into_iter();
        numbers.fold(place.clone(), |place, (name, definition)| {
            place.with(&name, number(&definition[end]))
        })
    };
    [at("MinValue"), place.clone(), at("MaxValue")]
}

fn numbers() -> BTreeMap<String, Value> {
    let mut found = parameters();
    found.retain(|name, definition| definition["Type"] == "Number" && name != OF_THE_EMULATOR);
    assert!(found.len() >= 8, "{:?}", found.keys());
    found
}

#[test]
fn every_number_has_a_range_with_its_default_in_it() {
    for (name, definition) in numbers() {
        let [least, default, most] =
            ["MinValue", "Default", "MaxValue"].map(|end| number(&definition[end]));
        assert!(least <= default && default <= most, "{name}");
    }
}

/// cfn-lint knows what each service takes (AWS's own resource schemas and more), and follows a `Ref` to the
/// parameter's default: so the template is checked with each end of the range as the default.
#[test]
fn cfn_lint_finds_nothing_at_either_end_of_a_range() {
    for place in ends(&Place::with_everything()) {
        let mut template = transformed().clone();
        for (name, value) in &place.parameters {
            template["Parameters"][name]["Default"] = json!(value);
        }
        let file = tempfile::Builder::new().suffix(".json").tempfile().unwrap();
        serde_json::to_writer(&file, &template).unwrap();
        // I3011 as in `.cfnlintrc.yaml`; W2001, W3005: what SAM's transform leaves unused, and says twice.
        let mut lint = tool("cfn-lint");
        lint.args(["--ignore-checks", "I3011", "W2001", "W3005", "--template"]);
        stdout(lint.arg(file.path()));
    }
}

/// What cfn-lint does not look at, each with where it is said.
#[test]
fn services_take_every_number_of_the_template() {
    for place in ends(&Place::with_everything()) {
        assert_eq!(place.refusals(), [""; 0], "{:?}", place.parameters);
        let stack = place.deploy();
        for (name, queue) in stack.of_type("AWS::SQS::Queue") {
            // SQS, SetQueueAttributes: 0 to 12 hours.
            if !queue["VisibilityTimeout"].is_null() {
                assert!(number(&queue["VisibilityTimeout"]) <= 43_200, "{name}");
            }
        }
        let lifecycle = &stack.properties("FilesBucket")["LifecycleConfiguration"];
        for rule in lifecycle["Rules"].as_array().unwrap() {
            // S3, LifecycleExpiration: "The value must be a non-zero positive integer."
            if !rule["ExpirationInDays"].is_null() {
                assert!(number(&rule["ExpirationInDays"]) >= 1, "{rule}");
            }
        }
        let launch = &stack.properties("BoxTemplate")["LaunchTemplateData"];
        let volume = number(&launch["BlockDeviceMappings"][0]["Ebs"]["VolumeSize"]);
        // Debian's image has 8 GiB, and a volume holds at least its image; gp3 has 16 TiB (Amazon EBS User Guide,
        // "General Purpose SSD volumes").
        assert!((8..=16_384).contains(&volume), "{volume} GiB");
    }
}

/// The security group opens the port to everybody, and on these something else listens: sshd, Deluge Web.
#[test]
fn a_peer_port_opens_nothing_but_bittorrent() {
    for port in [22, 8112] {
        let place = Place::default().with("PeerPort", port);
        assert_eq!(place.refusals().len(), 1, "{port}");
    }
    for port in [0, 6881, 8113] {
        let place = Place::default().with("PeerPort", port);
        assert_eq!(place.refusals(), [""; 0], "{port}");
    }
}

/// CloudFormation User Guide, "Parameters": what an `AllowedPattern` does not stop is found by the service, minutes
/// later, and the stack rolls back. SNS refuses what is no e-mail address, EventBridge Scheduler what is no schedule.
#[test]
fn text_that_a_service_would_refuse_is_refused_at_once() {
    let free: Vec<_> = parameters()
        .into_iter()
        .filter(|(_, definition)| definition["Type"] == "String")
        .filter(|(_, definition)| {
            definition["AllowedValues"].is_null() && definition["AllowedPattern"].is_null()
        })
        .map(|(name, _)| name)
        .collect();
    // Of the emulator.
    assert_eq!(free, ["ApiOriginDomain", "ApiOriginPathPrefix"]);
}

/// CloudFormation User Guide, "CloudFormation quotas": 200 parameters.
#[test]
fn every_parameter_says_what_it_is_for() {
    let parameters = parameters();
    assert!(parameters.len() <= 200);
    for (name, definition) in parameters {
        assert!(definition["Description"].is_string(), "{name}");
    }
}
