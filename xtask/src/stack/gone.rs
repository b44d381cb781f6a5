//! What is left of a stack that was deleted.

use anyhow::{Context, Result, ensure};

use super::Stack;

/// What lists the resources of an account, and where in the answer their names stand.
const LISTS: [(&[&str], &str); 10] = [
    (&["lambda", "list-functions"], "Functions[].FunctionName"),
    (&["iam", "list-roles"], "Roles[].RoleName"),
    (&["dynamodb", "list-tables"], "TableNames"),
    (&["sqs", "list-queues"], "QueueUrls"),
    (&["sns", "list-topics"], "Topics[].TopicArn"),
    (&["secretsmanager", "list-secrets"], "SecretList[].Name"),
    (
        &["autoscaling", "describe-auto-scaling-groups"],
        "AutoScalingGroups[].AutoScalingGroupName",
    ),
    (
        &["ec2", "describe-launch-templates"],
        "LaunchTemplates[].LaunchTemplateName",
    ),
    (
        &["cloudfront", "list-distributions"],
        "DistributionList.Items[].Id",
    ),
    (
        &[
            "ec2",
            "describe-vpcs",
            "--filters",
            "Name=is-default,Values=false",
        ],
        "Vpcs[].VpcId",
    ),
];

/// There is nothing but the two buckets and the table of torrents, and in the buckets nothing that a deployment put
/// there.
pub(super) fn check(stack: &Stack) -> Result<()> {
    for (command, names) in LISTS {
        let left = stack
            .aws()
            .cli(&[command, &["--query", names, "--output", "text"]].concat())?;
        // The emulator has an account of its own, with a role for instances.
        let ours: Vec<_> = left
            .split_whitespace()
            .filter(|name| *name != "None" && !name.starts_with("ministack"))
            .filter(|name| *name != stack.outputs().table)
            .collect();
        ensure!(ours.is_empty(), "{} still has {ours:?}", command.join(" "));
    }
    let outputs = stack.outputs();
    for (bucket, prefix) in [
        (&outputs.files_bucket, "published/"),
        (&outputs.site_bucket, "index.html"),
        (&outputs.site_bucket, "add/"),
    ] {
        let command = ["s3api", "list-objects-v2", "--bucket", bucket, "--prefix"];
        let query = ["--query", "Contents[].Key", "--output", "text"];
        let left = stack
            .aws()
            .cli(&[&command[..], &[prefix], &query].concat())
            .context("a bucket did not stay")?;
        ensure!(left.trim() == "None", "{bucket} still has {left}");
    }
    let table = ["dynamodb", "describe-table", "--table-name", &outputs.table];
    stack.aws().cli(&table).context("the table did not stay")?;
    // What the user chose to keep.
    let files = format!("s3://{}/files/", outputs.files_bucket);
    let kept = stack.aws().cli(&["s3", "ls", "--recursive", &files])?;
    ensure!(
        !kept.trim().is_empty(),
        "the stored files went with the stack"
    );
    Ok(())
}
