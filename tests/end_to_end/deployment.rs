//! What a deployment does to a stack that runs, and its end.

use anyhow::{Context, Result, ensure};
use tests::World;

/// What the box is to run, with its settings.
fn current(world: &World, bucket: &str) -> Result<String> {
    let path = format!("s3://{bucket}/published/box/current");
    world.stack().aws().cli(&["s3", "cp", &path, "-"])
}

/// Other settings reach the box's files and the network. What is stored stays as it is, and the tests that follow use
/// the stack that comes out.
pub(crate) fn an_update_changes_what_it_names(world: &World) -> Result<()> {
    let outputs = world.stack().outputs().clone();
    let stored = world.objects(&outputs.files_bucket, "files/")?;
    let pages = world.objects(&outputs.site_bucket, "complete/")?;
    ensure!(!stored.is_empty() && !pages.is_empty(), "nothing is stored");
    let before = current(world, &outputs.files_bucket)?;
    ensure!(before.contains("SEED_MINUTES=0\n"), "{before}");
    ensure!(open_to_everybody(world)?, "the port for peers is closed");
    world.stack().deploy_again(&[
        ("SeedMinutes", "7".to_owned()),
        ("PeerPort", "0".to_owned()),
    ])?;
    let after = current(world, &outputs.files_bucket)?;
    ensure!(
        after.contains("SEED_MINUTES=7\n") && after.contains("PEER_PORT=0\n"),
        "{after}"
    );
    ensure!(
        !open_to_everybody(world)?,
        "the port for peers is open still"
    );
    ensure!(
        stored == world.objects(&outputs.files_bucket, "files/")?,
        "stored files have changed"
    );
    let now = world.objects(&outputs.site_bucket, "complete/")?;
    ensure!(
        pages.keys().all(|page| now.contains_key(page)),
        "complete pages are gone"
    );
    Ok(())
}

/// Whether a security group lets everybody in.
fn open_to_everybody(world: &World) -> Result<bool> {
    let groups = world.aws(&["ec2", "describe-security-groups"])?;
    let groups = groups["SecurityGroups"].as_array().context("groups")?;
    let box_group = groups
        .iter()
        .find(|group| {
            group["Description"]
                .as_str()
                .is_some_and(|text| text.starts_with("The box"))
        })
        .context("the box has no security group")?;
    Ok(box_group["IpPermissions"].to_string().contains("0.0.0.0/0"))
}

/// The last test.
pub(crate) fn a_deleted_stack_leaves_what_was_downloaded(world: &World) -> Result<()> {
    world.stack().delete()
}
