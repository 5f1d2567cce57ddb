//! Measurements as CSV (RFC 4180): a row a run, for spreadsheets. What belongs to the whole of a measurement stands in
//! lines that begin with `#`, which most readers skip.

use crate::profile::measurement::Record;
use std::fmt::Write;

const COLUMNS: &str = "model,variant,unit,threads,run,at_s,wall_ms,cpu_ms";

/// Every run of `records`.
pub fn to_csv(records: &[Record]) -> String {
    let mut csv = String::new();
    records.iter().for_each(|record| about(&mut csv, record));
    csv.push_str(COLUMNS);
    csv.push('\n');
    for record in records {
        let (model, variant) = (field(&record.model), field(&record.variant));
        let (unit, threads) = (record.unit, record.threads);
        for (at, run) in record.runs.iter().enumerate() {
            let cpu_ms = run.cpu_ms.map_or(String::new(), |ms| ms.to_string());
            let (n, at_s, wall_ms) = (at + 1, run.at_s, run.wall_ms);
            let _ = writeln!(csv, "{model},{variant},{unit},{threads},{n},{at_s},{wall_ms},{cpu_ms}");
        }
    }
    csv
}

/// The lines about a whole measurement: its record without the single runs.
fn about(csv: &mut String, record: &Record) {
    let value = serde_json::to_value(record.without_runs()).expect("records are plain data");
    let fields = value.as_object().into_iter().flatten().filter(|(key, _)| *key != "runs" && *key != "heat");
    // One line each whatever they hold: JSON escapes line ends.
    for (key, value) in fields {
        let _ = writeln!(csv, "# {key}: {value}");
    }
    for (key, reading) in [("heat_at_start", record.heat.first()), ("heat_at_end", record.heat.last())] {
        let reading = serde_json::to_string(&reading).expect("plain data");
        let _ = writeln!(csv, "# {key}: {reading}");
    }
}

/// A field, quoted where it must be. A spreadsheet would take one that begins with `=`, `+`, `-` or `@` for a formula.
fn field(text: &str) -> String {
    let formula = text.starts_with(['=', '+', '-', '@', '\t']);
    let text = if formula { format!("'{text}") } else { text.to_string() };
    if text.contains([',', '"', '\n', '\r', '#']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profile::measurement::fixture::record;

    #[test]
    fn every_run_is_a_row_that_reads_back() {
        let records = [record("a", 4.5), record("b", 30.0)];
        let csv = to_csv(&records);
        let rows: Vec<_> = csv.lines().filter(|line| !line.starts_with('#')).collect();
        assert_eq!((rows[0], rows.len()), (COLUMNS, 241));
        let all = records.iter().flat_map(|r| r.runs.iter().enumerate().map(|(at, run)| (r.model.as_str(), at, run)));
        for (row, (model, at, run)) in rows[1..].iter().zip(all) {
            let fields: Vec<_> = row.split(',').collect();
            assert_eq!(fields[..5], [model, "f32", "cpu", "4", (at + 1).to_string().as_str()]);
            let number = |at: usize| fields[at].parse::<f64>().unwrap();
            assert_eq!([number(5), number(6), number(7)], [run.at_s, run.wall_ms, run.cpu_ms.unwrap()]);
        }
        for words in [
            "# unit: \"cpu\"",
            "# fallback: null",
            "# verdict: {",
            "# device: {\"",
            "\"cores\":4",
            "# heat_at_end: {\"",
            "\"at_s\":1.0",
            "# threads: 4",
        ] {
            assert!(csv.contains(words), "{words} in {}", &csv[..900]);
        }
    }

    #[test]
    fn odd_names_stay_one_field() {
        assert_eq!(field("plain-1.0"), "plain-1.0");
        assert_eq!(field("a,\"b\""), "\"a,\"\"b\"\"\"");
        assert_eq!(field("=1+1"), "'=1+1");
        assert_eq!(field("#x\ny"), "\"#x\ny\"");
    }
}
