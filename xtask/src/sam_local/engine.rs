use std::net::Ipv4Addr;
use std::path::Path;
use std::process::Command;
use std::str::FromStr;

use anyhow::{Context, Result, ensure};

use crate::process;
use crate::tools::Venv;

/// Something that answers Docker's API.
#[derive(Debug, Clone)]
pub(super) struct Engine {
    docker_host: Option<String>,
    gateway: Ipv4Addr,
    network: Network,
}

/// An IPv4 network.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Network {
    address: u32,
    mask: u32,
}

impl Engine {
    /// Asks the engine at `docker_host`, or the one that SAM would find by itself.
    pub(super) fn ask(docker_host: Option<&str>, logs: &Path) -> Result<Self> {
        let mut python = Command::new(Venv::Aws.program("python"));
        python.args(["-c", include_str!("gateway.py")]);
        if let Some(host) = docker_host {
            python.env("DOCKER_HOST", host);
        }
        let answer = process::output("docker-engine", python, logs)?;
        let (gateway, network) = answer
            .trim()
            .split_once(' ')
            .with_context(|| format!("the container engine's network is {answer:?}"))?;
        Ok(Self {
            docker_host: docker_host.map(str::to_owned),
            gateway: gateway.parse()?,
            network: network.parse()?,
        })
    }

    /// For `DOCKER_HOST`; `None` leaves what the environment says.
    pub(super) fn docker_host(&self) -> Option<&str> {
        self.docker_host.as_deref()
    }

    /// This machine's address as containers see it.
    pub(super) fn gateway(&self) -> Ipv4Addr {
        self.gateway
    }

    /// Where the containers are.
    pub(super) fn network(&self) -> Network {
        self.network
    }
}

impl Network {
    pub(super) fn contains(self, address: Ipv4Addr) -> bool {
        address.to_bits() & self.mask == self.address
    }
}

impl FromStr for Network {
    type Err = anyhow::Error;

    fn from_str(text: &str) -> Result<Self> {
        let (address, length) = text
            .split_once('/')
            .with_context(|| format!("{text} is no network"))?;
        let length: u32 = length.parse()?;
        ensure!((1..=32).contains(&length), "{text} is no network");
        let mask = u32::MAX << (32 - length);
        let address = address.parse::<Ipv4Addr>()?.to_bits() & mask;
        Ok(Self { address, mask })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_network_contains_its_own_addresses() {
        let network: Network = "172.17.0.0/16".parse().unwrap();
        assert!(network.contains([172, 17, 255, 1].into()));
        assert!(!network.contains([172, 18, 0, 1].into()));
        assert!("172.17.0.0/0".parse::<Network>().is_err());
        assert!("172.17.0.0".parse::<Network>().is_err());
    }
}
