use std::path::PathBuf;

use clap::Parser;

/// Moves finished torrents from Deluge to S3.
#[derive(Parser)]
#[command(version)]
pub(crate) struct Config {
    /// Address of Deluge Web as this agent reaches it
    #[arg(long, env, default_value = "http://127.0.0.1:8112")]
    pub(crate) deluge_url: String,
    /// Password of Deluge Web; give it in the environment, where other users cannot see it
    #[arg(long, env, hide_env_values = true)]
    pub(crate) deluge_password: String,
    /// Deluge's `state` folder, where it keeps the metainfo of its torrents
    #[arg(long, env)]
    pub(crate) deluge_state_dir: PathBuf,
    /// Address of Deluge Web as the functions reach it [default: the same]
    #[arg(long, env)]
    pub(crate) deluge_advertised_url: Option<String>,
    /// What this worker is called in records, such as its instance id
    #[arg(long, env)]
    pub(crate) worker_id: String,
    /// The DynamoDB table
    #[arg(long, env)]
    pub(crate) table: String,
    /// The S3 bucket for files, manifests and metainfo
    #[arg(long, env)]
    pub(crate) files_bucket: String,
    /// The SQS queue that takes reports
    #[arg(long, env)]
    pub(crate) file_transferring_queue_url: String,
}

impl Config {
    pub(crate) fn advertised_url(&self) -> &str {
        self.deluge_advertised_url
            .as_deref()
            .unwrap_or(&self.deluge_url)
    }
}
