//! What a stack waits for, and what it leaves.

use super::deployed::{Place, named, number};

/// CloudFormation User Guide, "Custom resources": without `ServiceTimeout` it waits an hour for an answer.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-resource-cloudformation-customresource.html>
#[test]
fn no_custom_resource_holds_up_the_stack_for_an_hour() {
    let stack = Place::default().deploy();
    let mut seen = 0;
    for (name, resource) in stack.all() {
        let kind = resource["Type"].as_str().unwrap();
        if !kind.starts_with("Custom::") && kind != "AWS::CloudFormation::CustomResource" {
            continue;
        }
        seen += 1;
        let properties = &resource["Properties"];
        assert!(properties["ServiceTimeout"].is_string(), "{name}");
        let waits = number(&properties["ServiceTimeout"]);
        let function = stack.properties(named(&properties["ServiceToken"]));
        let runs = number(&function["Timeout"]);
        // Lambda calls it up to three times, since CloudFormation calls it asynchronously, and waits in between.
        assert!(waits > runs && waits <= 600, "{name}: {waits} s, {runs} s");
    }
    assert_eq!(seen, 2);
}

/// A custom resource is asked again only when one of its properties changes; an empty store lets nobody in.
#[test]
fn a_store_that_is_replaced_is_filled_again() {
    let stack = Place::default().deploy();
    assert_eq!(named(&stack.properties("Keys")["Store"]), "EdgeStore");
}

/// CloudFormation User Guide, "`DeletionPolicy` attribute": `Retain` leaves a bucket behind after each first try that
/// fails; `RetainExceptOnCreate` does not. `UpdateReplacePolicy` knows no such thing.
/// <https://docs.aws.amazon.com/AWSCloudFormation/latest/TemplateReference/aws-attribute-deletionpolicy.html>
#[test]
fn what_was_stored_stays_and_a_failed_first_try_leaves_nothing() {
    let mut stay = Vec::new();
    for (name, resource) in Place::with_everything().deploy().all() {
        let (deletion, replaced) = (
            &resource["DeletionPolicy"],
            &resource["UpdateReplacePolicy"],
        );
        match resource["Type"].as_str().unwrap() {
            // Its keys must not outlive the stack: whoever has them can make proofs.
            "AWS::DynamoDB::Table" if name == "AccessTable" => {
                assert_eq!(deletion, "Delete");
                assert_eq!(replaced, "Delete");
            }
            "AWS::S3::Bucket" | "AWS::DynamoDB::Table" => {
                assert_eq!(deletion, "RetainExceptOnCreate", "{name}");
                assert_eq!(replaced, "Retain", "{name}");
                stay.push(name.to_owned());
            }
            // SAM keeps the versions of a function; they go with it.
            "AWS::Lambda::Version" => {}
            _ => assert!(deletion.is_null(), "{name}: {deletion}"),
        }
    }
    assert_eq!(stay, ["FilesBucket", "SiteBucket", "Table"]);
}
