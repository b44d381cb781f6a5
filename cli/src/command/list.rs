use std::num::NonZeroUsize;

use crate::api::{Api, Filter};
use crate::arguments::List;
use crate::failure::{Exit, Failure};
use crate::output::{self, Output};
use crate::table::{self, Look};

pub(super) fn run(api: &Api, output: Output, list: List) -> Result<Exit, Failure> {
    let List {
        state,
        label,
        limit,
    } = list;
    let filter = Filter {
        state: state.map(Into::into),
        label,
    };
    let mut records = Vec::new();
    api.list(&filter, limit.map(NonZeroUsize::get), |record| {
        if output.json {
            output.result(&record, String::new);
        } else {
            records.push(record);
        }
        true
    })?;
    if output.json {
        return Ok(Exit::Ok);
    }
    if records.is_empty() {
        output.note("no torrents");
    } else {
        output::write_all(format!("{}\n", table::torrents(&records, Look::of_stdout())).as_bytes());
    }
    Ok(Exit::Ok)
}
