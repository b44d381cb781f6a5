use std::fmt;

use comfy_table::{CellAlignment, Table, presets};
use serde::ser::{Serialize, SerializeMap, Serializer};

use super::figures::Figures;

/// In the table, what only some subjects tell.
const NOT_KNOWN: &str = "-";

/// One line of the table.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Row {
    pub(super) bench: &'static str,
    pub(super) case: &'static str,
    pub(super) subject: &'static str,
    pub(super) figures: Figures,
}

/// Something that a bench's figures are wanted to be.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Goal {
    pub(super) case: &'static str,
    pub(super) wanted: String,
    /// What was measured, in words.
    pub(super) found: String,
    pub(super) met: bool,
}

/// What a bench found. The rows of a case stand together, ours first.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Report {
    pub(super) rows: Vec<Row>,
    pub(super) goals: Vec<Goal>,
    /// What a reader should know beside the figures, a line each.
    pub(super) notes: Vec<String>,
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut table = Table::new();
        table.load_style(presets::ASCII_MARKDOWN);
        if let Some(row) = self.rows.first() {
            let names = row.figures.columns().map(|(name, _)| heading(name));
            table.set_header(line("case", "subject", names, "requests"));
        }
        for case in self.rows.chunk_by(|a, b| a.case == b.case) {
            for row in case {
                let values = row.figures.columns();
                let values = values.map(|(name, value)| quantity(name, value));
                let requests = row.figures.requests.to_string();
                table.add_row(line(row.case, row.subject, values, &requests));
            }
            let Some((ours, others)) = case.split_first() else {
                continue;
            };
            for other in others {
                let subjects = format!("{} / {}", other.subject, ours.subject);
                let ratios = other.figures.columns().zip(ours.figures.columns());
                let ratios = ratios.map(|((_, theirs), (_, ours))| ratio(theirs / ours));
                table.add_row(line(other.case, &subjects, ratios, ""));
            }
        }
        for column in table.column_iter_mut().skip(2) {
            column.set_cell_alignment(CellAlignment::Right);
        }
        writeln!(f, "{table}\n")?;
        for Goal {
            case,
            wanted,
            found,
            met,
        } in &self.goals
        {
            let word = if *met { "pass" } else { "MISS" };
            writeln!(f, "  {word}  {case:<16} {wanted}: {found}")?;
        }
        for note in &self.notes {
            writeln!(f, "  note  {note}")?;
        }
        Ok(())
    }
}

impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(None)?;
        map.serialize_entry("bench", self.bench)?;
        map.serialize_entry("case", self.case)?;
        map.serialize_entry("subject", self.subject)?;
        for (name, value) in self.figures.columns() {
            map.serialize_entry(name, &value)?;
        }
        map.serialize_entry("requests", &self.figures.requests)?;
        map.end()
    }
}

fn line(
    case: &str,
    subject: &str,
    values: impl Iterator<Item = String>,
    requests: &str,
) -> Vec<String> {
    let mut cells = vec![case.to_owned(), subject.to_owned()];
    cells.extend(values);
    cells.push(requests.to_owned());
    cells
}

/// A column's name without its unit, which each value shows.
fn heading(name: &str) -> String {
    let units = ["_s", "_mib", "_mb"];
    let bare = units.iter().find_map(|unit| name.strip_suffix(unit));
    bare.unwrap_or(name).replace('_', " ")
}

fn ratio(value: f64) -> String {
    if value.is_nan() {
        NOT_KNOWN.to_owned()
    } else {
        format!("{value:.2}x")
    }
}

fn quantity(name: &str, value: f64) -> String {
    if value.is_nan() {
        NOT_KNOWN.to_owned()
    } else if name.ends_with("_s") && value < 1.0 {
        format!("{:.1} ms", value * 1e3)
    } else if name.ends_with("_s") {
        format!("{value:.2} s")
    } else if name.ends_with("_mib") {
        format!("{value:.1} MiB")
    } else if name.ends_with("_mb") {
        format!("{value:.2} MB")
    } else {
        format!("{value}")
    }
}

/// A JSON array with a row per line.
pub(super) fn to_json(rows: &[Row]) -> serde_json::Result<String> {
    let lines = rows.iter().map(serde_json::to_string);
    let lines: Vec<String> = lines.collect::<Result<_, _>>()?;
    Ok(format!("[\n{}\n]\n", lines.join(",\n")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(subject: &'static str, wall_s: f64) -> Row {
        let figures = Figures {
            wall_s,
            cpu_s: wall_s / 2.0,
            peak_rss_mib: 8.5,
            requests: 3,
            extra: vec![("zipped_mb", 3.85)],
        };
        Row {
            bench: "coldstart",
            case: "add-torrent",
            subject,
            figures,
        }
    }

    #[test]
    fn the_table_has_units_ratios_and_goals() {
        let goals = vec![Goal {
            case: "add-torrent",
            wanted: "peak RSS at most 12 MiB".into(),
            found: "13.0 MiB".into(),
            met: false,
        }];
        let report = Report {
            rows: vec![row("rust", 0.011), row("node", 1.1)],
            goals,
            notes: vec!["the sun shone".into()],
        };
        let text = report.to_string();
        for part in [
            "11.0 ms",
            "1.10 s",
            "8.5 MiB",
            "3.85 MB",
            "node / rust",
            "100.00x",
            "MISS  add-torrent",
            "note  the sun shone",
        ] {
            assert!(text.contains(part), "no {part:?} in\n{text}");
        }
    }

    #[test]
    fn rows_have_the_columns_that_every_bench_has_and_its_own() {
        let rows: serde_json::Value =
            serde_json::from_str(&to_json(&[row("rust", 0.5)]).unwrap()).unwrap();
        assert_eq!(
            rows,
            serde_json::json!([{
                "bench": "coldstart", "case": "add-torrent", "subject": "rust",
                "wall_s": 0.5, "cpu_s": 0.25, "peak_rss_mib": 8.5, "requests": 3, "zipped_mb": 3.85,
            }])
        );
    }
}
