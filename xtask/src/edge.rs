//! The edge's functions: the text that stands in the template, in njs (CloudFront's engine) and in Node (the local
//! stack's), against `edge/tests` and against what the Rust code says.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, ensure};
use serde::Deserialize;

use crate::sam_local::Outcome;
use crate::{apt, npm, paths, process};

/// Functions of the template, and the modules that the tests know them by.
const FUNCTIONS: [(&str, &str); 2] = [("EdgeFunction", "edge.js"), ("FilesFunction", "files.js")];

/// AWS, "Quotas on CloudFront Functions".
const SIZE_MAX: usize = 10_240;

/// Has Rust make 10,000 requests with a verdict each, and njs and Node put them to the edge's function.
///
/// # Errors
/// When they disagree, a test of a function fails, or njs cannot be had; their output stands above.
pub fn check() -> Result<Outcome> {
    let folder = prepare()?;
    let example = process::cargo("run --quiet --package proof --example vectors");
    let vectors = process::output("edge-vectors", example, &paths::logs())?;
    let file = folder.join("vectors.json");
    fs::write(&file, vectors).with_context(|| file.display().to_string())?;
    let mut template = npm::node()?;
    template.args(["edge/into-template.js", "--check"]);
    succeeds(template)?;
    let mut njs = njs(&folder, "njs.js");
    njs.arg(&file);
    succeeds(njs)?;
    let mut node = npm::node()?;
    node.args(["--test", "edge/tests/*.test.js"])
        .env("EDGE", &folder);
    succeeds(node)?;
    Ok(Outcome::Passed)
}

/// Writes the template's functions as modules, with what CloudFront lets them import; returns their folder.
pub(crate) fn prepare() -> Result<PathBuf> {
    // Not every system calls the package so.
    if Command::new("njs").arg("-v").output().is_err() {
        apt::install(&["njs"])?;
    }
    let folder = paths::local().join("edge");
    let package = folder.join("node_modules/cloudfront");
    fs::create_dir_all(&package)?;
    let template = fs::read_to_string(paths::root().join("template.yaml"))?;
    let codes = codes(&template)?;
    for (code, (_, module)) in codes.iter().zip(FUNCTIONS) {
        // CloudFront calls what is named `handler`; another module can only call what is exported.
        fs::write(
            folder.join(module),
            format!("{code}export default handler;\n"),
        )?;
    }
    // njs looks for a file of just that name, Node for a package.
    let cloudfront = paths::root().join("edge/tests/cloudfront.js");
    fs::copy(&cloudfront, folder.join("cloudfront"))?;
    fs::copy(&cloudfront, package.join("index.mjs"))?;
    fs::write(
        package.join("package.json"),
        r#"{ "exports": "./index.mjs" }"#,
    )?;
    Ok(folder)
}

/// A script of `edge/tests` in njs, with the modules of `folder`.
pub(crate) fn njs(folder: &Path, script: &str) -> Command {
    let mut command = Command::new("njs");
    command
        .arg("-p")
        .arg(folder)
        .arg(paths::root().join("edge/tests").join(script));
    command
}

fn succeeds(mut command: Command) -> Result<()> {
    command.current_dir(paths::root());
    let status = process::attached(command)?;
    ensure!(status.success(), "{status}");
    Ok(())
}

/// The code of each of [`FUNCTIONS`], as CloudFormation reads it.
fn codes(template: &str) -> Result<Vec<String>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Template {
        resources: BTreeMap<String, serde_json::Value>,
    }
    let template: Template = serde_saphyr::from_str(template).context("template.yaml")?;
    FUNCTIONS
        .iter()
        .map(|(id, _)| {
            let code = &template.resources.get(*id).context(*id)?["Properties"]["FunctionCode"];
            let code = code.as_str().with_context(|| format!("no code of {id}"))?;
            ensure!(
                code.len() <= SIZE_MAX,
                "{id} has {} bytes; CloudFront takes {SIZE_MAX}",
                code.len()
            );
            Ok(code.to_owned())
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(code: &str) -> String {
        let function = |id| {
            format!("  {id}:\n    Properties:\n      Name: !Sub a\n      FunctionCode: |\n{code}")
        };
        format!(
            "Resources:\n{}{}",
            function("EdgeFunction"),
            function("FilesFunction")
        )
    }

    #[test]
    fn the_code_is_what_cloudformation_reads() {
        let codes = codes(&template("        a;\n\n          b;\n")).unwrap();
        assert_eq!(codes, ["a;\n\n  b;\n", "a;\n\n  b;\n"]);
    }

    #[test]
    fn code_that_is_too_large_is_refused() {
        let line = format!("        {}\n", "a".repeat(SIZE_MAX - 1));
        assert!(codes(&template(&line)).is_ok());
        let line = format!("        {}\n", "a".repeat(SIZE_MAX));
        let error = codes(&template(&line)).unwrap_err().to_string();
        assert!(error.contains("10241 bytes"), "{error}");
    }
}
