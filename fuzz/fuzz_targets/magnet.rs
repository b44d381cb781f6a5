//! A magnet link of any text is read or refused, and what is read can be written and read again.

#![no_main]

use libfuzzer_sys::fuzz_target;
use torrent::{MAGNET_BYTES_MAX, MagnetLink};

fuzz_target!(|text: &str| {
    match text.parse::<MagnetLink>() {
        Ok(link) => {
            let written = link.to_string();
            // Escapes make it longer, and what is too long is not read.
            if written.len() <= MAGNET_BYTES_MAX {
                assert_eq!(written.parse().as_ref(), Ok(&link), "{written}");
            }
        }
        Err(error) => assert!(error.to_string().len() < 1000, "{error}"),
    }
});
