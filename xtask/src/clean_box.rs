//! The box for real: a clean Debian that boots with the user data of the deployed launch template, installs itself
//! from what the deployment published, and brings a torrent to S3 with the rights of the box's role alone.

mod heartbeat;
mod machine;
mod metadata;
mod root;
mod session_manager;
mod stuck;

use std::fs;
use std::path::Path;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use data_encoding::BASE64;

use self::machine::Machine;
use self::metadata::Metadata;
use crate::product::Product;
use crate::sam_local::Outcome;
use crate::steps::{say, step};
use crate::{Programs, SeedRequest, Stack, StackOptions, Swarm, content, demo, paths};

/// From switching on to the first heartbeat, on a machine that has other work as well.
const INSTALL: Duration = Duration::from_mins(3);
/// For a sample of 5 MB.
const DOWNLOAD: Duration = Duration::from_mins(3);
/// What the box calls itself.
const INSTANCE: &str = "i-0b0a7d1ce5eed5f00";

const SERVICES: [&str; 3] = ["deluged", "deluge-web", "torrent2s3-agent"];

/// # Errors
/// Names what the box did not do, with the end of its log.
pub(crate) fn check() -> Result<Outcome> {
    if !root::prepare_tools()? {
        return Ok(Outcome::Skipped);
    }
    let logs = paths::logs().join("box");
    let root = root::prepare(&logs)?;
    if !root::can_start(&root)? {
        return Ok(Outcome::Skipped);
    }
    let mut stack = Stack::start(&StackOptions {
        dir: paths::local().join("box/stack"),
        logs: logs.clone(),
        // Built for the box, whatever this machine's Debian is.
        programs: Programs::Sam,
        ..StackOptions::default()
    })?;
    // This machine's own worker makes room.
    stack.retire_worker()?;
    let metadata = Metadata::start(&stack, &logs)?;
    session_manager::publish(&metadata, &logs)?;
    seed(&stack, &metadata, &root)?;
    root::cut_off(&root)?;
    let mut machine = Machine::boot(&root, &logs)?;
    step("boot the box and let it install itself", || {
        machine.wait(INSTALL, "install itself", |machine| {
            Ok(machine.path("var/lib/torrent2s3-box/current").exists())
        })
    })?;
    let seconds = heartbeat::first(&mut stack, &machine)?.as_secs_f64();
    say(&format!(
        "       from the start of user data to the first heartbeat: {seconds:.1} s"
    ));
    let asked = metadata.log()?;
    for program in ["Python-urllib", "aws-sdk-rust"] {
        ensure!(
            asked.contains(program),
            "{program} got its credentials elsewhere:\n{asked}"
        );
    }
    root::connect(&root)?;
    step("check its user data, units and services", || {
        look_at(&machine)
    })?;
    step("download and store a torrent", || carry(&stack, &logs))
        .with_context(|| machine.journal())?;
    step("renew it by a deployment", || renew(&stack, &machine))?;
    step("verify Session Manager's agent", || {
        session_manager::check(&machine, &metadata)
    })?;
    silent(&stack, &machine)?;
    drop(machine);
    stuck::check(&stack, &metadata, &logs)?;
    step("delete the stack; what is left", || stack.delete())?;
    Ok(Outcome::Passed)
}

/// The files by which a cloud tells its machine what it is: user data as deployed, and an id. Where its metadata
/// service is, on EC2 always the same place, systemd tells every service.
fn seed(stack: &Stack, metadata: &Metadata, root: &Path) -> Result<()> {
    let seed = root.join("var/lib/cloud/seed/nocloud");
    fs::create_dir_all(&seed)?;
    fs::write(seed.join("user-data"), user_data(stack)?)?;
    fs::write(
        seed.join("meta-data"),
        format!("instance-id: {INSTANCE}\nlocal-hostname: box\n"),
    )?;
    let endpoint = metadata.endpoint();
    let folder = root.join("etc/systemd/system.conf.d");
    fs::create_dir_all(&folder)?;
    let text = format!(
        "[Manager]\nDefaultEnvironment=AWS_EC2_METADATA_SERVICE_ENDPOINT={endpoint} \
         SSM_AGENT_SOURCE={endpoint}files/ssm\n"
    );
    fs::write(folder.join("metadata.conf"), text).context("the metadata service's address")
}

fn user_data(stack: &Stack) -> Result<Vec<u8>> {
    let template = &stack.outputs().box_template;
    let text = stack.aws().cli(&[
        "ec2",
        "describe-launch-template-versions",
        "--launch-template-id",
        template,
        "--versions",
        "$Latest",
        "--query",
        "LaunchTemplateVersions[0].LaunchTemplateData.UserData",
        "--output",
        "text",
    ])?;
    BASE64
        .decode(text.trim().as_bytes())
        .context("the launch template's user data")
}

fn look_at(machine: &Machine) -> Result<()> {
    machine.run("cloud-init schema --system")?;
    machine.run("cloud-init status --wait")?;
    let units = "/etc/systemd/system/deluge*.service /etc/systemd/system/torrent2s3-*";
    machine.run(&format!(
        "systemd-analyze verify $(ls -d {units} | grep -v '\\.d$')"
    ))?;
    machine.run("curl --fail --silent --retry 60 --retry-delay 1 --retry-all-errors --output /dev/null http://127.0.0.1:8112/")?;
    for service in SERVICES {
        machine.run(&format!("systemctl is-active {service}"))?;
        let restarts = machine.run(&format!(
            "systemctl show --value --property NRestarts {service}"
        ))?;
        ensure!(
            restarts.trim() == "0",
            "{service} did not start at once:\n{}",
            machine.journal()
        );
        // Tenths of systemd's own scale from 0 to 10; a service that says nothing about itself has 96.
        machine.run(&format!(
            "systemd-analyze security --no-pager --threshold=25 {service}"
        ))?;
    }
    machine.run("systemctl is-active torrent2s3-update.timer")?;
    for user in ["deluge", "torrent2s3"] {
        let count = machine.run(&format!("ps -o pid= -u {user} | wc -l"))?;
        ensure!(count.trim() != "0", "nothing runs as {user}");
    }
    Ok(())
}

/// A torrent's whole way, which only this box can go.
fn carry(stack: &Stack, logs: &Path) -> Result<()> {
    let folder = paths::local().join("box/content");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    let album = content::write(&folder.join("An album for a box"), content::ALBUM)?;
    let mut swarm = Swarm::start(logs)?;
    let seeded = swarm.seed(&SeedRequest::new(&album, &folder.join("album.torrent")))?;
    let product = Product::signed_in(stack)?;
    let answer = product.add_file(&fs::read(&seeded.torrent_path)?)?;
    ensure!(answer.status == 202, "the API answered {}", answer.body);
    let infohash = answer.body["infohash"].as_str().context("infohash")?;
    let complete = |record: &serde_json::Value| record["state"] == "complete";
    let record = product.wait_until(infohash, DOWNLOAD, complete, |_| {})?;
    ensure!(
        record["worker"] == INSTANCE,
        "another worker took it: {record}"
    );
    demo::compare(&product, infohash, &album)?;
    Ok(())
}

/// Another setting reaches the agent by the timer's service, and Deluge is left alone.
fn renew(stack: &Stack, machine: &Machine) -> Result<()> {
    let pid = |service| machine.run(&format!("systemctl show --value -p MainPID {service}"));
    let (daemon, agent) = (pid("deluged")?, pid("torrent2s3-agent")?);
    stack.deploy_again(&[("SeedMinutes", "1".to_owned())])?;
    machine.run("systemctl start torrent2s3-update")?;
    machine.run("grep -qx SEED_MINUTES=1 /etc/torrent2s3/agent.env")?;
    ensure!(pid("deluged")? == daemon, "Deluge was restarted");
    ensure!(
        pid("torrent2s3-agent")? != agent,
        "the agent was not restarted"
    );
    Ok(())
}

/// Deluge's password is in no log and no file that others may read.
fn silent(stack: &Stack, machine: &Machine) -> Result<()> {
    let password = stack.deluge_password();
    ensure!(
        !machine.journal().contains(password),
        "the box's journal has the password"
    );
    // A file instead of an argument: the emulator's passwords have characters that a shell reads in its own way.
    fs::write(machine.path("root/password"), password)?;
    // grep fails when it finds nothing; that it can find is seen below.
    let found = |files: &str| {
        machine.run(&format!(
            "find {files} -exec grep -laF -f /root/password {{}} + || true"
        ))
    };
    let logs = found("/var/log /run/cloud-init /var/lib/cloud -type f")?;
    ensure!(logs.trim().is_empty(), "the password is in {logs}");
    let readable = found("/etc /opt/torrent2s3 /var/lib/deluge -xdev -type f -perm /o+r")?;
    ensure!(readable.trim().is_empty(), "everybody may read {readable}");
    // A search that never finds anything would be no test.
    let own = found("/etc/torrent2s3 -type f")?;
    ensure!(
        own.contains("secret.env") || password.contains(['"', '\\', '$', '`']),
        "the search for the password does not find it where it is"
    );
    say("       the password is in no log");
    Ok(())
}
