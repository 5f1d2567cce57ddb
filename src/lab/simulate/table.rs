//! The hours side by side, as text.

use super::hour::Hour;
use crate::scheduler::Reason;
use std::fmt::Write;

/// A table with a column an hour, for a terminal of 100 columns.
pub fn table(hours: &[(&str, &Hour)]) -> String {
    let mut text = String::new();
    let mut row = |name: &str, cell: &dyn Fn(&Hour) -> String| {
        let _ = write!(text, "{name:<34}");
        for (_, hour) in hours {
            let _ = write!(text, "{:>16}", cell(hour));
        }
        text.push('\n');
    };
    row("inferences", &|hour| hour.runs.to_string());
    row("useful ones (of something new)", &|hour| hour.useful.to_string());
    row("joules", &|hour| format!("{:.0}", hour.used_j));
    row("peak skin temperature, °C", &|hour| format!("{:.1}", hour.peak_skin_c));
    row("minutes until throttled", &|hour| hour.throttled_at_min.map_or("never".into(), |min| format!("{min:.0}")));
    row("p90 age of the result, ms", &|hour| {
        if hour.age_p90_ms.is_nan() { "no result".into() } else { format!("{:.0}", hour.age_p90_ms) }
    });
    for reason in Reason::ALL {
        if hours.iter().any(|(_, hour)| hour.counts.skips(reason) > 0) {
            row(&format!("skipped: {}", reason.name()), &|hour| share(hour, reason));
        }
    }
    row("changes of level", &|hour| if turns(hour) == 0 { "–".into() } else { hour.level_changes.to_string() });
    let mut head = " ".repeat(34);
    for (name, _) in hours {
        let _ = write!(head, "{name:>16}");
    }
    format!("{head}\n{text}")
}

/// Turns that the scheduler decided.
fn turns(hour: &Hour) -> u64 {
    hour.counts.runs() + hour.counts.by_reason().map(|(_, count)| count).sum::<u64>()
}

/// The share of the turns skipped for a reason.
fn share(hour: &Hour, reason: Reason) -> String {
    match turns(hour) {
        0 => "–".into(),
        turns => format!("{:.1} %", 100.0 * hour.counts.skips(reason) as f64 / turns as f64),
    }
}
