//! The comparison as a table: the same cells for a terminal and as Markdown.

use super::{Entry, same_clips};
use crate::lab::evaluate::{Agreement, Scores};
use std::fmt::Write;

/// A column: its title, and a cell for each entry.
type Column = (String, Vec<String>);

fn columns(entries: &[Entry]) -> Vec<Column> {
    let column = |title: &str, cell: &dyn Fn(&Entry) -> String| (title.into(), entries.iter().map(cell).collect());
    let mut columns = vec![
        column("model", &|e| e.model.clone()),
        column("variant", &variant),
        column("size, MB", &|e| megabytes(e.size_bytes)),
        column("parameters, M", &|e| format!("{:.2}", e.cost.parameters as f64 / 1e6)),
        column("multiply-adds, M", &|e| format!("{:.1}", e.cost.multiply_adds as f64 / 1e6)),
    ];
    if entries.iter().any(|e| e.scores.is_some()) {
        columns.extend(accuracy(entries));
        columns.push(column("same answer", &|e| e.agreement.map_or_else(|| "–".into(), agreement)));
    }
    columns.extend([
        column("p50, ms", &|e| milliseconds(e.timing.p50_ms)),
        column("p90, ms", &|e| milliseconds(e.timing.p90_ms)),
        column("peak memory, MB", &|e| e.timing.peak_memory_bytes.map_or_else(unknown, megabytes)),
        column("J an answer", &|e| e.timing.joules.map_or_else(unknown, |joules| format!("{joules:.4}"))),
    ]);
    columns
}

fn unknown() -> String {
    "unknown".into()
}

/// `int8`, or `int8 of f16` where it is made of other weights when the model is loaded.
fn variant(entry: &Entry) -> String {
    let (variant, stored) = (entry.variant, entry.stored);
    if variant == stored { variant.to_string() } else { format!("{variant} of {stored}") }
}

/// What says how often models of that kind are right.
fn accuracy(entries: &[Entry]) -> Vec<Column> {
    let column = |title: &str, cell: &dyn Fn(&Scores) -> Option<String>| {
        let cell = |e: &Entry| e.scores.as_ref().and_then(cell).unwrap_or_else(unknown);
        (title.to_string(), entries.iter().map(cell).collect())
    };
    let percent = |share: f64| Some(format!("{:.1} %", 100.0 * share));
    match entries.iter().find_map(|e| e.scores.as_ref()) {
        Some(Scores::Vision(_)) => vec![
            column("top-1", &|s| if let Scores::Vision(s) = s { percent(s.top1_share) } else { None }),
            column("top-5", &|s| if let Scores::Vision(s) = s { percent(s.top5_share) } else { None }),
        ],
        Some(Scores::Text(_)) => vec![
            column("accuracy", &|s| if let Scores::Text(s) = s { percent(s.accuracy) } else { None }),
            column("calibration error", &|s| match s {
                Scores::Text(s) => Some(format!("{:.3}", s.calibration_error)),
                _ => None,
            }),
        ],
        Some(Scores::Speech(_)) => vec![
            column("word errors", &|s| if let Scores::Speech(s) = s { s.words.rate().and_then(percent) } else { None }),
            column("character errors", &|s| match s {
                Scores::Speech(s) => s.characters.rate().and_then(percent),
                _ => None,
            }),
            column("clips", &|s| if let Scores::Speech(s) = s { Some(s.clips.len().to_string()) } else { None }),
        ],
        None => Vec::new(),
    }
}

fn agreement(agreement: Agreement) -> String {
    format!("{} of {}", agreement.same, agreement.of)
}

fn megabytes(bytes: u64) -> String {
    format!("{:.1}", bytes as f64 / 1e6)
}

fn milliseconds(ms: f64) -> String {
    if ms < 10.0 { format!("{ms:.2}") } else { format!("{ms:.1}") }
}

/// What the numbers are of, in a sentence or two.
fn legend(entries: &[Entry]) -> String {
    let Some(first) = entries.first() else { return String::new() };
    let mut text = format!(
        "Multiply-adds: of {}. Time, memory and energy: of {}, {} runs, each model in a process of its own.",
        first.cost.input, first.timing.input, first.timing.runs
    );
    if first.agreement.is_some() || entries.iter().any(|e| e.agreement.is_some()) {
        let _ = write!(text, " Same answer: as {}.", first.name());
    }
    if !same_clips(entries.iter()) {
        text += " Error rates are over different clips, as some models do not know all languages: do not hold them against \
                 each other.";
    }
    if entries.iter().all(|e| e.timing.joules.is_none()) {
        text += " Energy is not counted here, or not for this user.";
    }
    text
}

/// For a terminal: columns as wide as they must be.
pub fn terminal(entries: &[Entry]) -> String {
    let columns = columns(entries);
    let width = |(title, cells): &Column| {
        cells.iter().chain([title]).map(|text| text.chars().count()).max().unwrap_or_default()
    };
    let widths: Vec<usize> = columns.iter().map(width).collect();
    let line = |cells: Vec<&String>| {
        let mut line = String::new();
        for (at, (cell, width)) in cells.into_iter().zip(&widths).enumerate() {
            // Names begin at the left, numbers end at the right.
            let _ = if at < 2 { write!(line, "{cell:<width$}  ") } else { write!(line, "{cell:>width$}  ") };
        }
        line.trim_end().to_string() + "\n"
    };
    let mut text = line(columns.iter().map(|(title, _)| title).collect());
    for at in 0..entries.len() {
        text += &line(columns.iter().map(|(_, cells)| &cells[at]).collect());
    }
    format!("{text}\n{}\n", legend(entries))
}

/// As Markdown: a table and a line about it.
pub fn markdown(entries: &[Entry]) -> String {
    let columns = columns(entries);
    let line = |cells: Vec<String>| format!("| {} |\n", cells.join(" | "));
    let mut text = line(columns.iter().map(|(title, _)| title.clone()).collect());
    text += &line((0..columns.len()).map(|at| if at < 2 { "---".into() } else { "---:".into() }).collect());
    for at in 0..entries.len() {
        // A folder may be called anything.
        text += &line(columns.iter().map(|(_, cells)| cells[at].replace('|', "\\|")).collect());
    }
    format!("{text}\n{}\n", legend(entries))
}

#[cfg(test)]
mod tests {
    use super::super::tests::entry;
    use super::*;
    use crate::inference::Variant;

    #[test]
    fn every_entry_has_its_line_and_what_is_unknown_says_so() {
        let entries = [entry("whisper-base", Variant::F16, Some(0.97)), entry("a|b", Variant::Int8, Some(0.9))];
        let table = markdown(&entries);
        let lines: Vec<&str> = table.lines().collect();
        assert_eq!(
            lines[2],
            "| whisper-base | f16 | 4.2 | 2.50 | 56.5 | 3.0 % | unknown | 0 | 9 of 10 | 3.25 | 14.0 | 30.0 | unknown |"
        );
        assert!(lines[3].starts_with("| a\\|b | int8 of f16 |"), "{table}");
        assert!(lines[5].contains("Same answer: as whisper-base:f16.") && lines[5].contains("Energy is not counted"));
        let columns = |line: &str| line.replace("\\|", "").matches('|').count();
        assert!(lines[..4].iter().all(|line| columns(line) == columns(lines[0])), "{table}");
    }

    #[test]
    fn without_data_there_is_no_accuracy() {
        let table = terminal(&[entry("whisper-base", Variant::F16, None)]);
        assert!(!table.contains("errors") && !table.contains("same answer"), "{table}");
        assert!(table.lines().nth(1).unwrap().starts_with("whisper-base  f16"), "{table}");
    }
}
