//! The comparison as a table: for a terminal, or as Markdown for an issue.

use super::Comparison;
use super::words::DOUBTFUL;
use std::fmt::Write;

/// What a line with a mark means.
fn legend(comparison: &Comparison) -> Option<String> {
    let doubtful = comparison.cases.iter().flat_map(|case| case.figures.iter().flatten()).any(|f| !f.is_valid());
    doubtful.then(|| format!("{DOUBTFUL} is a measurement that cannot be relied on; its verdict says why."))
}

/// A line of the table: a title over the columns, or a name and a cell for each.
enum Line {
    Title(String),
    Cells(String, Vec<String>),
}

fn lines(comparison: &Comparison) -> Vec<Line> {
    let about: Vec<_> = comparison.columns.iter().map(|column| column.rows()).collect();
    let rows = about.first().map_or(0, Vec::len);
    let mut lines: Vec<Line> = (0..rows)
        .map(|at| Line::Cells(about[0][at].0.into(), about.iter().map(|column| column[at].1.clone()).collect()))
        .collect();
    for case in &comparison.cases {
        lines.push(Line::Title(case.title()));
        lines.extend(case.rows().into_iter().map(|(name, cells)| Line::Cells(name.into(), cells)));
    }
    lines
}

/// For a terminal: columns as wide as they must be, names of what was measured above their figures.
pub fn terminal(comparison: &Comparison) -> String {
    let head = Line::Cells(String::new(), comparison.columns.iter().map(|column| column.name.clone()).collect());
    let lines: Vec<Line> = std::iter::once(head).chain(lines(comparison)).collect();
    let mut widths: Vec<usize> = vec![0; comparison.columns.len() + 1];
    for line in &lines {
        if let Line::Cells(name, cells) = line {
            for (width, text) in widths.iter_mut().zip(std::iter::once(name).chain(cells)) {
                *width = (*width).max(text.chars().count());
            }
        }
    }
    let mut text = String::new();
    for line in &lines {
        match line {
            Line::Title(title) => drop(writeln!(text, "\n{title}")),
            Line::Cells(name, cells) => {
                let padded =
                    std::iter::once(name).chain(cells).zip(&widths).map(|(text, width)| format!("{text:width$}"));
                let _ = writeln!(text, "  {}", padded.collect::<Vec<_>>().join("  ").trim_end());
            }
        }
    }
    if let Some(legend) = legend(comparison) {
        let _ = writeln!(text, "\n{legend}");
    }
    text
}

/// As Markdown: one table.
pub fn markdown(comparison: &Comparison) -> String {
    let mut text = String::new();
    let row = |text: &mut String, name: &str, cells: Vec<String>| {
        let _ = writeln!(text, "| {} | {} |", name, cells.join(" | "));
    };
    row(&mut text, " ", comparison.columns.iter().map(|column| escaped(&column.name)).collect());
    row(&mut text, "---", vec!["---".into(); comparison.columns.len()]);
    for line in lines(comparison) {
        match line {
            Line::Title(title) => {
                row(&mut text, &format!("**{}**", escaped(&title)), vec![" ".into(); comparison.columns.len()])
            }
            Line::Cells(name, cells) => row(&mut text, &name, cells.iter().map(|cell| escaped(cell)).collect()),
        }
    }
    if let Some(legend) = legend(comparison) {
        let _ = writeln!(text, "\n{legend}");
    }
    text
}

/// What Markdown would take for its own, as text.
fn escaped(text: &str) -> String {
    let mut escaped = String::new();
    for c in text.chars() {
        if matches!(c, '|' | '\\' | '`' | '*' | '_' | '<' | '>' | '[' | ']' | '#' | '!' | '&' | '~') {
            escaped.push('\\');
        }
        escaped.push(c);
    }
    escaped
}
