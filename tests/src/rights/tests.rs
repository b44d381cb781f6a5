use serde_json::json;

use super::*;

const READER: &str = "local-ReaderRole-0";
const BUCKET: &str = "arn:aws:s3:::local-filesbucket-1";
const TABLE: &str = "arn:aws:dynamodb:us-east-1:000000000000:table/local-Table-2";

fn roles() -> Roles {
    let resource = |logical: &str, physical: &str| json!({ "LogicalResourceId": logical, "PhysicalResourceId": physical });
    let resources = json!({ "StackResourceSummaries": [
        resource("ReaderRole", READER),
        resource("FilesBucket", "local-filesbucket-1"),
        resource("Table", "local-Table-2"),
        resource("Queue", "http://127.0.0.1:4566/000000000000/local-Queue-3"),
        resource("Secret", "local-Secret-4"),
        json!({ "LogicalResourceId": "Unmade" }),
    ]});
    let statements = json!([
        { "Effect": "Allow", "Action": ["s3:GetObject", "s3:PutObject"], "Resource": format!("{BUCKET}/files/*") },
        { "Effect": "Allow", "Action": "dynamodb:Query", "Resource": [TABLE, format!("{TABLE}/index/by-kind")] },
        { "Effect": "Allow", "Action": "logs:PutLogEvents", "Resource": "*" },
        { "Effect": "Deny", "Action": "ec2:DescribeSubnets", "Resource": "*" },
    ]);
    let role = |name: &str| {
        let document = json!({ "Version": "2012-10-17", "Statement": statements });
        json!({
            "RoleName": name,
            "AttachedManagedPolicies": [],
            "RolePolicyList": [{ "PolicyName": "it", "PolicyDocument": document }],
        })
    };
    let account = json!({ "RoleDetailList": [role(READER), role("another-stack's")] });
    Roles::new(&resources, &account).unwrap()
}

fn line(role: &str, action: &str, resource: &str, allowed: bool) -> String {
    let call = json!({ "at": 1.5, "role": role, "action": action, "resource": resource, "allowed": allowed });
    format!("{call}\n")
}

/// A use of every right but that of the log and that of reading files.
fn most() -> String {
    [
        line(READER, "s3:PutObject", &format!("{BUCKET}/files/c"), true),
        line(READER, "dynamodb:Query", TABLE, true),
        line(
            READER,
            "dynamodb:Query",
            &format!("{TABLE}/index/by-kind"),
            true,
        ),
    ]
    .concat()
}

fn reading(role: &str, action: &str, key: &str, allowed: bool) -> String {
    most() + &line(role, action, &format!("{BUCKET}/{key}"), allowed)
}

fn all_but_the_log() -> String {
    reading(READER, "s3:GetObject", "files/a/b", true)
}

const LOG: Unseen = Unseen {
    roles: &["*Role"],
    actions: &["logs:PutLogEvents"],
    on: "*",
    why: "Lambda writes the log",
};

fn unused(calls: &str, exceptions: &[Unseen]) -> Vec<String> {
    let roles = roles();
    roles.unused(&roles.calls(calls).unwrap(), exceptions)
}

#[test]
fn rights_are_named_as_in_the_template() {
    let roles = roles();
    let rights: Vec<_> = roles.rights().iter().map(ToString::to_string).collect();
    assert_eq!(
        rights,
        [
            "ReaderRole: dynamodb:Query on Table",
            "ReaderRole: dynamodb:Query on Table/index/by-kind",
            "ReaderRole: logs:PutLogEvents on *",
            "ReaderRole: s3:GetObject on FilesBucket/files/*",
            "ReaderRole: s3:PutObject on FilesBucket/files/*",
        ]
    );
    let queue = "arn:aws:sqs:us-east-1:000000000000:local-Queue-3";
    assert_eq!(roles.in_words(queue), "Queue");
    let secret = "arn:aws:secretsmanager:us-east-1:000000000000:secret:local-Secret-4-a1b2c3";
    assert_eq!(roles.in_words(secret), "Secret");
    let other = "arn:aws:sqs:us-east-1:000000000000:other";
    assert_eq!(roles.in_words(other), other);
}

#[test]
fn a_right_is_used_by_an_allowed_call_of_its_role_alone() {
    assert_eq!(unused(&all_but_the_log(), &[LOG]), [""; 0]);
    let get = "nothing used it: ReaderRole: s3:GetObject on FilesBucket/files/*";
    for other in [
        reading("another-stack's", "s3:GetObject", "files/a", true),
        reading(READER, "s3:GetObjectTagging", "files/a", true),
        reading(READER, "s3:GetObject", "manifests/a", true),
        reading(READER, "s3:GetObject", "files/a", false),
    ] {
        assert_eq!(unused(&other, &[LOG]), [get], "{other}");
    }
}

#[test]
fn an_exception_that_is_none_is_told() {
    let log = "nothing used it: ReaderRole: logs:PutLogEvents on *";
    assert_eq!(unused(&all_but_the_log(), &[]), [log]);
    let stale = Unseen {
        actions: &["dynamodb:Query", "dynamodb:Scan"],
        on: "Table",
        ..LOG
    };
    assert_eq!(
        unused(&all_but_the_log(), &[LOG, stale]),
        [
            "it is used, so no exception: ReaderRole: dynamodb:Query on Table",
            "nobody has it, so no exception: *Role: dynamodb:Scan on Table (Lambda writes the log)",
        ]
    );
}

#[test]
fn a_refused_call_is_a_missing_right() {
    let roles = roles();
    let list = all_but_the_log()
        + &line(
            READER,
            "s3:DeleteObject",
            &format!("{BUCKET}/files/a"),
            false,
        )
        + &line("another-stack's", "s3:DeleteObject", BUCKET, false)
        + "{\"at\": 2.5, \"ro";
    let calls = roles.calls(&list).unwrap();
    assert_eq!(
        roles.missing(&calls),
        ["ReaderRole: s3:DeleteObject on FilesBucket/files/a"]
    );
}

#[test]
fn a_star_is_any_text() {
    for (pattern, text, expected) in [
        ("a", "a", true),
        ("a", "ab", false),
        ("a*", "a", true),
        ("a*c", "abbc", true),
        ("a*c", "abcb", false),
        ("*b*", "abc", true),
        ("*", "", true),
        ("ü*", "üb", true),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}
