//! What CloudFormation makes of the template in one place, with one set of parameters.
//!
//! Only as much of CloudFormation as this template uses: something else fails the test that meets it.

use std::collections::BTreeMap;
use std::fmt::{Display, Write};

use serde_json::{Map, Value, json};

use super::template::{parameters, transformed};

/// Where a stack is deployed, and with which parameters; those that are not named have their defaults.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) stack: String,
    pub(super) region: String,
    /// What makes the stack's ARN differ from that of every other stack.
    pub(super) id: String,
    pub(super) parameters: BTreeMap<String, String>,
}

impl Default for Place {
    fn default() -> Self {
        Self {
            stack: "torrent2s3".to_owned(),
            region: "eu-central-1".to_owned(),
            id: "8a3f0d60-1111-11ef-8a8b-0a1b2c3d4e5f".to_owned(),
            parameters: BTreeMap::new(),
        }
    }
}

impl Place {
    /// With one parameter more.
    pub(super) fn with(mut self, name: &str, value: impl Display) -> Self {
        assert!(parameters().contains_key(name), "no parameter {name}");
        self.parameters.insert(name.to_owned(), value.to_string());
        self
    }

    /// With everything on that a parameter switches on.
    pub(super) fn with_everything() -> Self {
        Self::default()
            .with("CompletedWebhookUrl", "https://example.net/hook")
            .with("NoticeEmail", "somebody@example.net")
            .with("RetentionDays", 30)
            .with("Tracing", "Active")
            .with("CustomDomain", "files.example.net")
            .with(
                "CertificateArn",
                "arn:aws:acm:us-east-1:123456789012:certificate/a",
            )
    }

    fn parameter(&self, name: &str) -> Option<String> {
        let definition = &transformed()["Parameters"][name];
        let default = match &definition["Default"] {
            Value::Null => None,
            Value::String(text) => Some(text.clone()),
            other => Some(other.to_string()),
        };
        self.parameters.get(name).cloned().or(default)
    }

    fn pseudo(&self, name: &str) -> Option<String> {
        let value = match name {
            "AWS::StackName" => self.stack.clone(),
            "AWS::Region" => self.region.clone(),
            "AWS::AccountId" => "123456789012".to_owned(),
            "AWS::Partition" => "aws".to_owned(),
            "AWS::URLSuffix" => "amazonaws.com".to_owned(),
            "AWS::StackId" => format!(
                "arn:aws:cloudformation:{}:123456789012:stack/{}/{}",
                self.region, self.stack, self.id
            ),
            _ => return None,
        };
        Some(value)
    }

    /// The assertions of the template's rules that do not hold here, in their own words.
    pub(super) fn refusals(&self) -> Vec<String> {
        let rules = transformed()["Rules"].as_object().unwrap();
        let assertions = rules
            .values()
            .flat_map(|rule| rule["Assertions"].as_array().unwrap());
        assertions
            .filter(|assertion| !self.holds(&assertion["Assert"]))
            .map(|assertion| assertion["AssertDescription"].as_str().unwrap().to_owned())
            .collect()
    }

    /// Every resource that CloudFormation creates here.
    pub(super) fn deploy(&self) -> Deployed {
        let resources = transformed()["Resources"].as_object().unwrap();
        let created = resources.iter().filter(|(_, resource)| {
            resource["Condition"]
                .as_str()
                .is_none_or(|name| self.condition(name))
        });
        let evaluated = created.map(|(name, resource)| {
            let mut resource = resource.clone();
            resource["Properties"] = self.value(&resource["Properties"]).unwrap_or(json!({}));
            (name.clone(), resource)
        });
        Deployed(evaluated.collect())
    }

    /// The stack's outputs.
    pub(super) fn outputs(&self) -> BTreeMap<String, String> {
        let outputs = transformed()["Outputs"].as_object().unwrap();
        let there = outputs.iter().filter(|(_, output)| {
            output["Condition"]
                .as_str()
                .is_none_or(|name| self.condition(name))
        });
        there
            .map(|(name, output)| (name.clone(), self.text(&output["Value"])))
            .collect()
    }

    fn condition(&self, name: &str) -> bool {
        self.holds(&transformed()["Conditions"][name])
    }

    fn holds(&self, condition: &Value) -> bool {
        let (function, arguments) = call(condition).unwrap_or_else(|| panic!("{condition}"));
        if function == "Condition" {
            return self.condition(arguments.as_str().unwrap());
        }
        let list = arguments.as_array().unwrap();
        match function {
            "Fn::Not" => !self.holds(&list[0]),
            "Fn::And" => list.iter().all(|one| self.holds(one)),
            "Fn::Or" => list.iter().any(|one| self.holds(one)),
            "Fn::Equals" => self.text(&list[0]) == self.text(&list[1]),
            "Fn::Contains" => {
                let wanted = self.text(&list[1]);
                let options = list[0].as_array().unwrap();
                options.iter().any(|one| self.text(one) == wanted)
            }
            _ => panic!("no condition: {condition}"),
        }
    }

    fn text(&self, value: &Value) -> String {
        match self.value(value) {
            Some(Value::String(text)) => text,
            Some(other) => other.to_string(),
            None => panic!("no value: {value}"),
        }
    }

    /// `None` for what is `AWS::NoValue`.
    fn value(&self, value: &Value) -> Option<Value> {
        if let Some((function, arguments)) = call(value) {
            return self.function(function, arguments);
        }
        Some(match value {
            Value::Object(map) => map
                .iter()
                .filter_map(|(name, value)| Some((name.clone(), self.value(value)?)))
                .collect::<Map<_, _>>()
                .into(),
            Value::Array(list) => list.iter().filter_map(|one| self.value(one)).collect(),
            other => other.clone(),
        })
    }

    fn function(&self, function: &str, arguments: &Value) -> Option<Value> {
        let argument = |at: usize| &arguments[at];
        Some(match function {
            "Ref" if arguments == "AWS::NoValue" => return None,
            "Ref" => self.named(arguments.as_str().unwrap()).into(),
            "Fn::GetAtt" => {
                let path: Vec<_> = arguments.as_array().unwrap().iter().collect();
                let words: Vec<_> = path.iter().filter_map(|word| word.as_str()).collect();
                format!("<{}>", words.join(".")).into()
            }
            "Fn::If" if self.condition(argument(0).as_str().unwrap()) => {
                return self.value(argument(1));
            }
            "Fn::If" => return self.value(argument(2)),
            "Fn::Sub" => self.substituted(arguments).into(),
            "Fn::Base64" => self.text(arguments).into(),
            "Fn::Split" => {
                let separator = argument(0).as_str().unwrap();
                let text = self.text(argument(1));
                text.split(separator).collect()
            }
            "Fn::Select" => {
                let index: usize = self.text(argument(0)).parse().unwrap();
                self.value(argument(1))?[index].clone()
            }
            "Fn::GetAZs" => ["a", "b", "c"]
                .iter()
                .map(|zone| format!("{}{zone}", self.region))
                .collect(),
            _ => panic!("CloudFormation's {function} is not known here"),
        })
    }

    /// What `Ref` and `${…}` say.
    fn named(&self, name: &str) -> String {
        self.pseudo(name)
            .or_else(|| self.parameter(name))
            .unwrap_or_else(|| {
                let exists = name.contains('.') || transformed()["Resources"].get(name).is_some();
                assert!(exists, "nothing is called {name}");
                format!("<{name}>")
            })
    }

    fn substituted(&self, arguments: &Value) -> String {
        let (text, more) = match arguments {
            Value::Array(list) => (list[0].as_str().unwrap(), list[1].as_object()),
            text => (text.as_str().unwrap(), None),
        };
        let mut made = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            let (name, after) = after.split_once('}').unwrap();
            made.push_str(before);
            match (name.strip_prefix('!'), more.and_then(|more| more.get(name))) {
                (Some(literal), _) => write!(made, "${{{literal}}}").unwrap(),
                (None, Some(value)) => made.push_str(&self.text(value)),
                (None, None) => made.push_str(&self.named(name)),
            }
            rest = after;
        }
        made + rest
    }
}

/// A function of CloudFormation and its arguments.
fn call(value: &Value) -> Option<(&str, &Value)> {
    let map = value.as_object().filter(|map| map.len() == 1)?;
    let (name, arguments) = map.iter().next()?;
    let is_call =
        name.starts_with("Fn::") || name == "Ref" || (name == "Condition" && arguments.is_string());
    is_call.then_some((name, arguments))
}

/// A stack's resources by their names. What exists only once a resource is there is written `<Name>` or
/// `<Name.Attribute>`.
#[derive(Debug)]
pub(super) struct Deployed(BTreeMap<String, Value>);

impl Deployed {
    /// One resource's properties.
    pub(super) fn properties(&self, name: &str) -> &Value {
        let resource = self.0.get(name);
        &resource.unwrap_or_else(|| panic!("no resource {name}"))["Properties"]
    }

    /// Every resource, with its name.
    pub(super) fn all(&self) -> impl Iterator<Item = (&str, &Value)> {
        self.0
            .iter()
            .map(|(name, resource)| (name.as_str(), resource))
    }

    /// The properties of all resources of a type; there must be some.
    pub(super) fn of_type(&self, kind: &str) -> Vec<(&str, &Value)> {
        let found: Vec<_> = self
            .all()
            .filter(|(_, resource)| resource["Type"] == kind)
            .map(|(name, resource)| (name, &resource["Properties"]))
            .collect();
        assert!(!found.is_empty(), "no {kind}");
        found
    }
}

/// The resource that `<Name>` or `<Name.Attribute>` is of.
pub(super) fn named(reference: &Value) -> &str {
    let text = reference.as_str().unwrap_or_default();
    let inner = text
        .strip_prefix('<')
        .and_then(|text| text.strip_suffix('>'));
    let inner = inner.unwrap_or_else(|| panic!("{reference} is not a resource"));
    inner.split_once('.').map_or(inner, |(name, _)| name)
}

/// A number, which a parameter makes text.
pub(super) fn number(value: &Value) -> u64 {
    let parsed = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_u64(),
    };
    parsed.unwrap_or_else(|| panic!("{value} is not a number"))
}

#[test]
fn a_template_is_evaluated_as_cloudformation_does() {
    let place = Place::default().with("CompletedWebhookUrl", "https://example.net/hook");
    let value = |json: Value| place.value(&json);
    assert_eq!(
        value(json!({"Fn::Sub": "a ${AWS::Region} ${!LITERAL} ${Table.Arn}"})),
        Some(json!("a eu-central-1 ${LITERAL} <Table.Arn>"))
    );
    assert_eq!(
        value(json!({"Fn::Sub": ["${A}-${DelugeTries}", {"A": {"Ref": "Table"}}]})),
        Some(json!("<Table>-1000"))
    );
    assert_eq!(
        value(json!({"Fn::Select": [1, {"Fn::Split": ["/", "a/b/c"]}]})),
        Some(json!("b"))
    );
    assert_eq!(
        value(json!([{"Ref": "AWS::NoValue"}, {"Fn::If": ["OnAws", 1, 2]}])),
        Some(json!([1]))
    );
    assert!(place.condition("HasCompletedWebhook"));
    assert!(!Place::default().condition("HasCompletedWebhook"));
    assert_eq!(place.refusals(), [""; 0]);
}
