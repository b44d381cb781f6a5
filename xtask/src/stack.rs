//! The whole product on this machine.

mod change;
mod gone;
mod outputs;

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

pub use self::outputs::Outputs;
use crate::aws::AwsEnv;
use crate::ministack::{MINUTE, Ministack};
use crate::sam::{Optimisation, Project};
use crate::steps::{joined, say, step};
use crate::tools::Purpose;
use crate::{Deluge, Loopback, Process, agent, local_build, paths, tools};

const NAME: &str = "torrent2s3-local";

/// Where MiniStack serves HTTP APIs.
const API_PATH_PREFIX: &str = "/_aws/execute-api";

/// Where a stack's functions and its agent come from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Programs {
    /// One unoptimised build for this machine.
    Local,
    /// `sam build`, for Lambda and the box, without link-time optimisation.
    Sam,
}

impl Programs {
    fn build(self, logs: &Path) -> Result<()> {
        match self {
            Self::Local => {
                // Tools are downloaded while the compiler works.
                let tools = std::thread::spawn(|| tools::setup(Purpose::Local));
                step("build functions and agent (cargo build)", || {
                    local_build::compile(logs)
                })?;
                joined(tools.join())?;
                step("pack the functions", || local_build::pack(logs))
            }
            Self::Sam => {
                tools::setup(Purpose::Local)?;
                step("build the functions (sam build)", || {
                    Project::checkout().build(Optimisation::Quick, logs)
                })
            }
        }
    }

    /// The template with the packages beside it.
    fn template(self) -> PathBuf {
        match self {
            Self::Local => local_build::template(),
            Self::Sam => Project::checkout().built_template(),
        }
    }

    /// The agent that is in the package of publish-site.
    fn agent(self) -> PathBuf {
        match self {
            Self::Local => local_build::agent(),
            Self::Sam => agent::packed(),
        }
    }
}

/// What a stack is started from.
#[derive(Debug, Clone)]
pub struct StackOptions {
    /// Its state. What an earlier stack left here is deleted; only one stack can use it at a time.
    pub dir: PathBuf,
    /// One file per process; those of an earlier stack are deleted.
    pub logs: PathBuf,
    /// Where functions and agent come from.
    pub programs: Programs,
    /// Whether to build them first; without it they must have been built before.
    pub build: bool,
    /// How long a minute is in the rate of a schedule.
    pub minute: Duration,
    /// In place of the template's `DelugeRetrySeconds`, which takes no number as small as a test wants.
    pub deluge_retry_seconds: u32,
    /// The template's `DelugeTries`.
    pub deluge_tries: u32,
    /// The template's `TotalGibMax`.
    pub total_gib_max: u32,
    /// The template's `RetentionDays`.
    pub retention_days: u32,
    /// The template's `CompletedWebhookUrl`.
    pub completed_webhook_url: String,
}

impl Default for StackOptions {
    fn default() -> Self {
        Self {
            dir: paths::local().join("stack"),
            logs: paths::logs(),
            programs: Programs::Local,
            build: true,
            minute: MINUTE,
            deluge_retry_seconds: 5,
            deluge_tries: 1000,
            total_gib_max: 500,
            retention_days: 0,
            completed_webhook_url: String::new(),
        }
    }
}

/// The real template on the emulator, a real Deluge and the real agent. `Drop` ends them all, the last
/// one first.
#[derive(Debug)]
pub struct Stack {
    // Fields drop in this order.
    agent: Process,
    deluge: Deluge,
    ministack: Ministack,
    outputs: Outputs,
    deluge_password: String,
    owner_token: String,
    logs: PathBuf,
    options: StackOptions,
    _lock: File,
}

impl Stack {
    /// Installs missing tools, builds, deploys and starts everything; prints each step with its time.
    ///
    /// # Errors
    /// When a step fails, saying which and with the end of its log; when another stack uses the folder;
    /// or on Ctrl-C. Whatever had started is ended again.
    pub fn start(options: &StackOptions) -> Result<Self> {
        let start = Instant::now();
        let lock = lock(&options.dir)?;
        clear(options)?;
        let (dir, logs) = (&options.dir, &options.logs);
        if options.build {
            options.programs.build(logs)?;
        } else {
            tools::setup(Purpose::Local)?;
        }
        let ministack = step("start MiniStack", || {
            Ministack::start(&dir.join("ministack"), logs, options.minute)
        })?;
        let aws = ministack.aws();
        step("deploy the template (sam deploy)", || {
            let parameters = parameters(ministack.port(), options);
            let template = options.programs.template();
            Project::new(paths::root()).deploy(&template, NAME, aws, &parameters, logs)
        })?;
        let outputs = Outputs::read(aws, NAME)?;
        shorten_retries(aws, &outputs, options)?;
        let password = secret(aws, &outputs.deluge_password_secret)?;
        let owner_token = secret(aws, &outputs.owner_secret)?;
        let deluge = step("start Deluge", || {
            Deluge::start(&dir.join("deluge"), logs, &password)
        })?;
        let agent = agent::start(
            &options.programs.agent(),
            &deluge,
            &password,
            &outputs,
            options.total_gib_max,
            aws,
            logs,
        )?;
        say(&format!(
            "  stack ready after {:.1} s",
            start.elapsed().as_secs_f64()
        ));
        let logs = logs.clone();
        Ok(Self {
            agent,
            deluge,
            ministack,
            outputs,
            deluge_password: password,
            owner_token,
            logs,
            options: options.clone(),
            _lock: lock,
        })
    }

    /// The page's address, with a slash at the end. Browsers and curl open it; programs use
    /// [`Stack::http`], since not every resolver knows `*.localhost`.
    #[must_use]
    pub fn page_url(&self) -> String {
        self.outputs.local_page_url(self.ministack.port())
    }

    /// The same page at a name that every resolver knows, for what fetches from the page's address by itself.
    #[must_use]
    pub fn localhost_url(&self) -> String {
        format!("http://localhost:{}/", self.ministack.port())
    }

    /// The API as a caller of the product sees it, through the front door, without a slash at the end.
    #[must_use]
    pub fn api_url(&self) -> String {
        format!("{}api", self.page_url())
    }

    /// The API itself, behind CloudFront, at an address that every resolver knows; with `/api`.
    #[must_use]
    pub fn direct_api_url(&self) -> String {
        let (port, api) = (self.ministack.port(), &self.outputs.api_id);
        format!("http://127.0.0.1:{port}{API_PATH_PREFIX}/{api}/$default/api")
    }

    /// A client that reaches the page's address; 30 s for each request.
    #[must_use]
    pub fn http(&self) -> Loopback {
        Loopback::new(Duration::from_secs(30))
    }

    /// What CloudFormation calls it.
    #[must_use]
    pub fn name(&self) -> &'static str {
        NAME
    }

    /// What the template says about itself.
    #[must_use]
    pub fn outputs(&self) -> &Outputs {
        &self.outputs
    }

    /// AWS environment for other programs, and the aws command line.
    #[must_use]
    pub fn aws(&self) -> &AwsEnv {
        self.ministack.aws()
    }

    /// The box's Deluge.
    pub fn deluge(&mut self) -> &mut Deluge {
        &mut self.deluge
    }

    /// Deluge Web's password, as the stack generated it.
    #[must_use]
    pub fn deluge_password(&self) -> &str {
        &self.deluge_password
    }

    /// The token to sign in with, as the stack generated it.
    #[must_use]
    pub fn owner_token(&self) -> &str {
        &self.owner_token
    }

    /// Reads the token anew, after it was rotated.
    ///
    /// # Errors
    /// When the secret cannot be read.
    pub fn read_owner_token(&mut self) -> Result<()> {
        self.owner_token = secret(self.ministack.aws(), &self.outputs.owner_secret)?;
        Ok(())
    }

    /// The agent's process.
    pub fn agent(&mut self) -> &mut Process {
        &mut self.agent
    }

    /// The emulator, with the functions as its children.
    pub fn ministack(&mut self) -> &mut Ministack {
        &mut self.ministack
    }

    /// Where every process writes `NAME.log`.
    #[must_use]
    pub fn logs(&self) -> &Path {
        &self.logs
    }

    /// Whether every process is still there.
    ///
    /// # Errors
    /// Names the first one that is not, with the end of its log. One that was stopped on purpose counts.
    pub fn check(&mut self) -> Result<()> {
        let (daemon, web) = self.deluge.processes();
        for process in [self.ministack.process(), daemon, web, &mut self.agent] {
            if !process.is_alive() {
                return Err(process.failure("has ended"));
            }
        }
        Ok(())
    }
}

/// What the template must know about its place on this machine.
fn parameters(port: u16, options: &StackOptions) -> Vec<(&'static str, String)> {
    let options = [
        ("DelugeTries", options.deluge_tries.to_string()),
        ("TotalGibMax", options.total_gib_max.to_string()),
        ("RetentionDays", options.retention_days.to_string()),
        ("CompletedWebhookUrl", options.completed_webhook_url.clone()),
        ("StatusSchedule", "rate(1 minute)".to_owned()),
    ];
    local_parameters(port).into_iter().chain(options).collect()
}

/// Where an emulator on this port has the API.
pub(crate) fn local_parameters(port: u16) -> [(&'static str, String); 4] {
    [
        ("ApiOriginDomain", "127.0.0.1".to_owned()),
        ("ApiOriginPort", port.to_string()),
        ("ApiOriginPathPrefix", API_PATH_PREFIX.to_owned()),
        ("ViewerProtocolPolicy", "allow-all".to_owned()),
    ]
}

/// On AWS a queue hides a message at least as long as its function may run; the emulator does not mind.
fn shorten_retries(aws: &AwsEnv, outputs: &Outputs, options: &StackOptions) -> Result<()> {
    let queue = outputs.torrent_added_queue_url.as_str();
    let seconds = format!("VisibilityTimeout={}", options.deluge_retry_seconds);
    let command = ["sqs", "set-queue-attributes", "--queue-url", queue];
    aws.cli(&[&command[..], &["--attributes", &seconds]].concat())
        .map(drop)
}

fn secret(aws: &AwsEnv, secret: &str) -> Result<String> {
    let command = ["secretsmanager", "get-secret-value", "--secret-id", secret];
    let text = aws.cli(
        &[
            &command[..],
            &["--query", "SecretString", "--output", "text"],
        ]
        .concat(),
    )?;
    Ok(text.trim_end_matches('\n').to_owned())
}

/// The lock is the file's, and goes with this process however it ends.
fn lock(dir: &Path) -> Result<File> {
    fs::create_dir_all(dir).with_context(|| dir.display().to_string())?;
    let file = File::create(dir.join("lock"))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => {
            bail!("another stack runs in {}; stop it first", dir.display())
        }
        Err(fs::TryLockError::Error(error)) => Err(error).context("cannot lock the stack's folder"),
    }
}

/// Deletes what an earlier stack left: only folders that a stack makes, and logs.
fn clear(options: &StackOptions) -> Result<()> {
    for folder in ["ministack", "deluge"] {
        let folder = options.dir.join(folder);
        if folder.exists() {
            fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
    }
    fs::create_dir_all(&options.logs)?;
    for name in [
        "agent",
        "aws",
        "deluge-web",
        "deluged",
        "ministack",
        "sam-deploy",
    ] {
        let log = options.logs.join(format!("{name}.log"));
        if log.exists() {
            fs::remove_file(&log).with_context(|| log.display().to_string())?;
        }
    }
    Ok(())
}
