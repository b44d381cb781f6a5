//! Deluge's configuration files: a version object and a content object, one after the other. A key
//! that is left out gets Deluge's default.

use std::fmt::Write;
use std::fs;
use std::path::Path;

use serde_json::{Value, json};
use sha1::{Digest, Sha1};

pub(crate) const DAEMON_PASSWORD: &str = "between-deluge-web-and-deluged";

/// The account deluge-web uses at the daemon. deluged insists that one has this name.
const DAEMON_USER: &str = "localclient";

/// Full rights. It has to be a number: an entry with the name of a level is skipped (2.2.0).
const ADMIN: u8 = 10;

pub(crate) fn write_daemon(folder: &Path, downloads: &Path) {
    let core = json!({
        "download_location": downloads,
        // Nothing in a test may leave this machine.
        "dht": false, "lsd": false, "upnp": false, "natpmp": false, "utpex": false,
        "new_release_check": false,
        "listen_interface": "127.0.0.1",
    });
    fs::create_dir_all(folder).expect("a folder for deluged's configuration");
    write(&folder.join("core.conf"), 1, &core);
    write_daemon_accounts(folder, DAEMON_PASSWORD);
}

pub(crate) fn write_daemon_accounts(folder: &Path, password: &str) {
    let line = format!("{DAEMON_USER}:{password}:{ADMIN}\n");
    fs::write(folder.join("auth"), line).expect("deluged's accounts");
}

/// Overwrites the sessions too, which deluge-web keeps in `web.conf` when it ends in good order.
pub(crate) fn write_web(folder: &Path, password: &str, daemon_port: u16) {
    const SALT: &str = "c26ab3bbd8b137f99cd83c2c1c0963bcc1a35cad";
    let web = json!({
        "pwd_salt": SALT,
        "pwd_sha1": hex(&Sha1::digest(format!("{SALT}{password}"))),
        "first_login": false,
    });
    let host_id = "0123456789abcdef0123456789abcdef";
    let host = json!([
        host_id,
        "127.0.0.1",
        daemon_port,
        DAEMON_USER,
        DAEMON_PASSWORD
    ]);
    fs::create_dir_all(folder).expect("a folder for deluge-web's configuration");
    write(&folder.join("web.conf"), 2, &web);
    write(
        &folder.join("hostlist.conf"),
        3,
        &json!({ "hosts": [host] }),
    );
}

fn write(path: &Path, version: u32, content: &Value) {
    let version = json!({ "file": version, "format": 1 });
    fs::write(path, format!("{version}{content}")).expect("a configuration file");
}

pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().fold(String::new(), |mut hex, byte| {
        write!(hex, "{byte:02x}").expect("writing to a string");
        hex
    })
}
