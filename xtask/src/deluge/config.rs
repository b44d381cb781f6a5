//! Deluge's configuration files: two JSON objects one after the other, versions first.

use std::fs;
use std::path::Path;

use anyhow::Result;
use data_encoding::HEXLOWER;
use serde_json::{Value, json};
use sha1::{Digest, Sha1};

use super::Places;

/// deluge-web's name for its daemon.
const HOST: &str = "00000000000000000000000000000001";
/// Between deluge-web and deluged, on this machine and in this folder only.
const DAEMON_USER: &str = "localclient";
const DAEMON_PASSWORD: &str = "local";
const SALT: &str = "torrent2s3-local";

/// Versions as Deluge 2.2.0 writes them; others would be migrated or refused.
pub(super) fn write(places: &Places, web_password: &str) -> Result<()> {
    let dir = &places.config;
    fs::write(
        dir.join("auth"),
        format!("{DAEMON_USER}:{DAEMON_PASSWORD}:10\n"),
    )?;
    write_versioned(&dir.join("core.conf"), 1, &core(places))?;
    write_versioned(&dir.join("web.conf"), 2, &web(places, web_password))?;
    let host = json!([
        HOST,
        "127.0.0.1",
        places.daemon_port,
        DAEMON_USER,
        DAEMON_PASSWORD
    ]);
    write_versioned(&dir.join("hostlist.conf"), 3, &json!({ "hosts": [host] }))
}

fn write_versioned(path: &Path, file_version: u32, content: &Value) -> Result<()> {
    let versions = json!({ "file": file_version, "format": 1 });
    fs::write(path, format!("{versions:#}{content:#}"))?;
    Ok(())
}

fn core(places: &Places) -> Value {
    json!({
        "daemon_port": places.daemon_port,
        "allow_remote": false,
        "download_location": places.downloads,
        "torrentfiles_location": places.downloads,
        "plugins_location": places.config.join("plugins"),
        "listen_interface": "127.0.0.1",
        "outgoing_interface": "127.0.0.1",
        "listen_ports": [places.listen_port, places.listen_port],
        "random_port": false,
        "listen_reuse_port": false,
        "dht": false,
        "lsd": false,
        "upnp": false,
        "natpmp": false,
        "new_release_check": false,
        // The defaults of 3, 5 and 8 let a few torrents without peers hold up all others.
        "max_active_downloading": 1000,
        "max_active_seeding": 1000,
        "max_active_limit": 2000,
    })
}

fn web(places: &Places, password: &str) -> Value {
    let hash = Sha1::new()
        .chain_update(SALT)
        .chain_update(password)
        .finalize();
    json!({
        "interface": "127.0.0.1",
        "port": places.web_port,
        "pwd_salt": SALT,
        "pwd_sha1": HEXLOWER.encode(&hash),
        "default_daemon": HOST,
        "first_login": false,
    })
}
