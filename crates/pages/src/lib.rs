//! The pages that a person sees: the status of all torrents, the files of one, and the library of what is stored.
//!
//! Everything here is made from values and is the same for the same values: no I/O and no clock. The pages
//! share `/style.css` and their markup with `static-site/`, work without JavaScript, and stand a
//! `default-src 'self'` content security policy. Names come from strangers and are only ever text.

mod complete;
mod cost;
mod format;
mod library;
mod public;
mod status;
mod torrent_row;

pub use complete::{Beside, CompletePage, Expected, Kind, PageFile};
pub use format::size;
pub use library::{Library, LibraryEntry};
pub use status::{Ended, Status};

use askama::Template;

/// Renders into memory, where nothing but a template that fails on its own account could fail; none does.
fn render(template: &impl Template) -> String {
    template
        .render()
        .expect("writing to a String does not fail, and no template errs")
}
