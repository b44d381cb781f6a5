//! The parts of `cargo xtask bench transfer` that have to be fast: `bench-transfer COMMAND …`.
//!
//! Servers print their address on standard output, serve until standard input ends, and answer `GET /-/counts`
//! with what they were asked since the last such request.

mod counts;
mod data;
mod limits;
mod measure;
mod null;
mod s3s;

use std::ffi::OsString;
use std::net::SocketAddr;
use std::path::Path;

use anyhow::{Result, bail};

fn main() -> Result<()> {
    let mut arguments = std::env::args_os().skip(1);
    let command = arguments.next().unwrap_or_default();
    let arguments: Vec<OsString> = arguments.collect();
    match (command.to_str(), arguments.as_slice()) {
        (Some("null"), []) => null::serve(),
        (Some("s3s-fs"), [folder]) => s3s::serve(Path::new(folder)),
        (Some("data"), [folder, files, bytes]) => {
            let number = |text: &OsString| text.to_string_lossy().parse();
            data::write(Path::new(folder), number(files)?, number(bytes)?)
        }
        (Some("limits"), []) => limits::print(),
        (Some("measure"), [log, program, arguments @ ..]) => {
            measure::print(Path::new(log), program, arguments)
        }
        _ => bail!(
            "usage: bench-transfer null | s3s-fs FOLDER | data FOLDER FILES BYTES | limits | measure LOG PROGRAM …"
        ),
    }
}

/// Tells whoever started the server where it is, and waits until they are done with it.
fn announce(address: SocketAddr) -> Result<()> {
    println!("{address}");
    std::io::copy(&mut std::io::stdin(), &mut std::io::sink())?;
    Ok(())
}
