use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use super::engine::Engine;
use super::environment;
use super::relay::Relay;
use crate::Stack;

/// The way of containers to a stack on this machine's loopback, as long as this lives.
#[derive(Debug)]
pub struct Reach {
    engine: Engine,
    env_file: PathBuf,
    _relay: Relay,
}

impl Reach {
    pub(super) fn open(engine: &Engine, stack: &Stack, env_file: &Path) -> Result<Self> {
        let port = port(stack.aws().endpoint())?;
        let endpoint = format!("http://{}:{port}", engine.gateway());
        let variables = environment::of_functions(stack, &endpoint)?;
        environment::write(&variables, env_file)?;
        Ok(Self {
            engine: engine.clone(),
            env_file: env_file.to_owned(),
            _relay: Relay::start(engine, port)?,
        })
    }

    /// For `sam local invoke --env-vars`.
    #[must_use]
    pub fn env_file(&self) -> &Path {
        &self.env_file
    }

    /// Lets containers reach one more service on 127.0.0.1; its address for them is the answer.
    pub(super) fn also(&self, url: &str) -> Result<(Relay, String)> {
        let port = port(url)?;
        let address = format!("http://{}:{port}", self.engine.gateway());
        Ok((Relay::start(&self.engine, port)?, address))
    }
}

fn port(url: &str) -> Result<u16> {
    url.rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok())
        .with_context(|| format!("no port in {url}"))
}
