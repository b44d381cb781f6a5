//! Least rights, seen from what was asked for: whatever a role asked for was allowed, and whatever it may do was done.
//! Both need the calls of all other tests.

use std::collections::BTreeSet;
use std::fs;

use anyhow::{Context, Result, ensure};
use tests::{Call, Roles, Unseen, World};

/// Whatever else is granted, some test makes its owner use it.
const UNSEEN: &[Unseen] = &[
    Unseen {
        roles: &["*Role"],
        actions: &["logs:CreateLogStream", "logs:PutLogEvents"],
        on: "*Log:*",
        why: "Lambda writes the logs, which the emulator keeps without asking",
    },
    Unseen {
        roles: &["WatchQueueRole", "StatusPageRole"],
        actions: &[
            "ec2:AssignPrivateIpAddresses",
            "ec2:CreateNetworkInterface",
            "ec2:DeleteNetworkInterface",
            "ec2:DescribeNetworkInterfaces",
            "ec2:DescribeSubnets",
            "ec2:UnassignPrivateIpAddresses",
        ],
        on: "*",
        why: "Lambda joins the VPC; in the emulator functions are processes of this machine",
    },
    Unseen {
        roles: &["WatchQueueRole", "CompletePageRole", "CompletedWebhookRole"],
        actions: &[
            "sqs:ReceiveMessage",
            "sqs:DeleteMessage",
            "sqs:GetQueueAttributes",
        ],
        on: "*Queue",
        why: "Lambda takes the messages, in the emulator without asking",
    },
    Unseen {
        roles: &["StatusPageMinuteRole"],
        actions: &["lambda:InvokeFunction"],
        on: "StatusPage",
        why: "the scheduler calls the function, in the emulator without asking; SAM makes the role",
    },
    Unseen {
        roles: &["BoxRole"],
        actions: &["s3:GetObject"],
        on: "FilesBucket/published/box/*",
        why: "a box fetches it, in `cargo xtask test box`",
    },
    Unseen {
        roles: &["BoxRole"],
        actions: &["s3:PutObject"],
        on: "FilesBucket/published/box/report.txt",
        why: "a box that is stuck writes it, in `cargo xtask test box`",
    },
    Unseen {
        roles: &["BoxRole"],
        actions: &["sns:Publish"],
        on: "AlarmTopic",
        why: "a box that is stuck tells its owner, in `cargo xtask test box`",
    },
    Unseen {
        roles: &["BoxRole"],
        actions: &["secretsmanager:GetSecretValue"],
        on: "DelugePassword",
        why: "box/install.sh reads it, in `cargo xtask test box`",
    },
    Unseen {
        roles: &["BoxRole"],
        actions: &[
            "ssm:UpdateInstanceInformation",
            "ssmmessages:CreateControlChannel",
            "ssmmessages:CreateDataChannel",
            "ssmmessages:OpenControlChannel",
            "ssmmessages:OpenDataChannel",
        ],
        on: "*",
        why: "Session Manager's agent, which nothing here talks to",
    },
];

pub(crate) fn every_right_is_used(world: &World) -> Result<()> {
    let (roles, calls) = seen(world)?;
    let faults = roles.unused(&calls, UNSEEN);
    ensure!(
        faults.is_empty(),
        "in what all tests did (a run of some cannot tell):\n{}",
        faults.join("\n")
    );
    Ok(())
}

pub(crate) fn no_right_is_missing(world: &World) -> Result<()> {
    let (roles, calls) = seen(world)?;
    let faults = roles.missing(&calls);
    ensure!(faults.is_empty(), "refused:\n{}", faults.join("\n"));
    Ok(())
}

/// The stack's roles, and all that they asked for.
fn seen(world: &World) -> Result<(Roles, BTreeSet<Call>)> {
    let stack = world.stack().name();
    let resources = world.aws(&[
        "cloudformation",
        "list-stack-resources",
        "--stack-name",
        stack,
    ])?;
    let account = world.aws(&[
        "iam",
        "get-account-authorization-details",
        "--filter",
        "Role",
    ])?;
    let roles = Roles::new(&resources, &account)?;
    let path = world.stack().ministack().calls().to_owned();
    let list = fs::read_to_string(&path).with_context(|| path.display().to_string())?;
    let calls = roles.calls(&list)?;
    ensure!(!calls.is_empty(), "nobody asked for anything");
    Ok((roles, calls))
}
