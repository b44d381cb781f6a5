//! What the template says about itself once it is deployed.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::aws::AwsEnv;

/// The template's outputs, by the names that it gives them.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "PascalCase")]
pub struct Outputs {
    /// The page on AWS; on this machine see [`Outputs::local_page_url`].
    pub page_url: String,
    /// The `CloudFront` distribution.
    pub distribution_id: String,
    /// `LABEL.cloudfront.net`.
    pub distribution_domain: String,
    /// The HTTP API.
    pub api_id: String,
    /// Bucket of the pages.
    pub site_bucket: String,
    /// Bucket of torrents, files and manifests.
    pub files_bucket: String,
    /// The `DynamoDB` table.
    pub table: String,
    /// Queue from add-torrent to watch-queue.
    pub torrent_added_queue_url: String,
    /// Queue from the agent to watch-queue.
    pub file_transferring_queue_url: String,
    /// ARN of the box's role.
    pub box_role: String,
    /// The box's launch template.
    pub box_template: String,
    /// Name or ARN of the secret with Deluge Web's password.
    pub deluge_password_secret: String,
    /// Name or ARN of the secret with the token to sign in with.
    pub owner_secret: String,
    /// The command that makes another secret.
    pub rotate_token: String,
    /// The table of who may come in.
    pub access_table: String,
    /// Name or ARN of the secret that signs the webhook's messages, if there is a webhook.
    #[serde(default)]
    pub completed_webhook_secret: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "PascalCase")]
struct Output {
    output_key: String,
    output_value: String,
}

impl Outputs {
    pub(crate) fn read(aws: &AwsEnv, stack: &str) -> Result<Self> {
        let command = ["cloudformation", "describe-stacks", "--stack-name", stack];
        let query = ["--query", "Stacks[0].Outputs", "--output", "json"];
        let json = aws.cli(&[&command[..], &query].concat())?;
        Self::parse(&json).context("the outputs of template.yaml")
    }

    fn parse(json: &str) -> Result<Self> {
        let list: Vec<Output> = serde_json::from_str(json)?;
        let map: BTreeMap<_, _> = list
            .into_iter()
            .map(|output| (output.output_key, output.output_value))
            .collect();
        Ok(serde_json::from_value(serde_json::to_value(map)?)?)
    }

    /// The page on the emulator at `port`, which routes by the first label of the host's name.
    #[must_use]
    pub fn local_page_url(&self, port: u16) -> String {
        let domain = &self.distribution_domain;
        let label = domain
            .split_once('.')
            .map_or(domain.as_str(), |(label, _)| label);
        format!("http://{label}.cloudfront.localhost:{port}/")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const ALL: &str = r#"[
        {"OutputKey": "PageUrl", "OutputValue": "https://d1abc.cloudfront.net"},
        {"OutputKey": "DistributionId", "OutputValue": "E1"},
        {"OutputKey": "DistributionDomain", "OutputValue": "d1abc.cloudfront.net", "ExportName": "x"},
        {"OutputKey": "ApiId", "OutputValue": "a"},
        {"OutputKey": "SiteBucket", "OutputValue": "s"},
        {"OutputKey": "FilesBucket", "OutputValue": "f"},
        {"OutputKey": "Table", "OutputValue": "t"},
        {"OutputKey": "TorrentAddedQueueUrl", "OutputValue": "q1"},
        {"OutputKey": "FileTransferringQueueUrl", "OutputValue": "q2"},
        {"OutputKey": "BoxRole", "OutputValue": "role"},
        {"OutputKey": "BoxTemplate", "OutputValue": "lt-1"},
        {"OutputKey": "OwnerSecret", "OutputValue": "arn2"},
        {"OutputKey": "RotateToken", "OutputValue": "sam remote invoke"},
        {"OutputKey": "AccessTable", "OutputValue": "a"},
        {"OutputKey": "DelugePasswordSecret", "OutputValue": "arn"}
    ]"#;

    #[test]
    fn outputs_are_found_by_name() {
        let outputs = Outputs::parse(ALL).unwrap();
        assert_eq!(outputs.file_transferring_queue_url, "q2");
        assert_eq!(
            outputs.local_page_url(4566),
            "http://d1abc.cloudfront.localhost:4566/"
        );
    }

    #[test]
    fn a_missing_output_is_named() {
        let error = Outputs::parse(&ALL.replace("ApiId", "Other")).unwrap_err();
        assert!(error.to_string().contains("ApiId"), "{error}");
    }
}
