//! `onhand-lab report`: what phones sent, side by side.

use crate::common::{Report, print};
use clap::ValueEnum;
use onhand::lab::report::{Column, Comparison, Figures, compare, markdown, terminal};
use onhand::profile::diagnostics::{FieldFile, read};
use serde::Serialize;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Compare what devices measured: a column for each file
///
/// Reads files that the app's diagnostics screen exports (Settings, About, a long press on the version), and results that
/// its benchmark saves as JSON. Medians are held against the first file's, where model, precision, threads, duration
/// and input are the same.
#[derive(clap::Args, Debug)]
#[command(after_help = "Examples:\n  onhand-lab report pixel.json iphone.json\n  \
                        onhand-lab report before.json after.json --format markdown > comparison.md")]
pub struct Args {
    /// Files that the app exported
    #[arg(required = true, value_name = "FILE")]
    inputs: Vec<PathBuf>,
    /// How to print the comparison
    #[arg(long, value_enum, default_value_t, conflicts_with = "json")]
    format: Format,
    /// Print one line of JSON for each file
    #[arg(long)]
    json: bool,
}

#[derive(ValueEnum, Debug, Clone, Copy, Default, PartialEq, Eq)]
enum Format {
    /// A table for the terminal
    #[default]
    Terminal,
    /// A table for an issue or a page
    Markdown,
    /// One line of JSON for each file, as --json does
    Json,
}

/// One line of JSON: a file, and what was measured according to it.
#[derive(Serialize)]
struct Line<'a> {
    #[serde(flatten)]
    column: &'a Column,
    measurements: Vec<&'a Figures>,
}

pub fn run(args: &Args) -> ExitCode {
    let json = args.json || args.format == Format::Json;
    let mut report = Report::of(json);
    let mut files: Vec<(String, FieldFile)> = Vec::new();
    for input in &args.inputs {
        match read(input) {
            Ok(file) => files.push((name(input), file)),
            Err(why) => report.failure(&input.display().to_string(), &why.to_string()),
        }
    }
    let comparison = compare(&files);
    match args.format {
        _ if files.is_empty() => {}
        _ if json => lines(&comparison).iter().for_each(|line| report.answer(line, String::new)),
        Format::Markdown => print(&markdown(&comparison)),
        Format::Terminal | Format::Json => print(&terminal(&comparison)),
    }
    report.exit_code()
}

/// What a file is called above its column.
fn name(path: &Path) -> String {
    path.file_name().unwrap_or(path.as_os_str()).to_string_lossy().into_owned()
}

fn lines(comparison: &Comparison) -> Vec<Line<'_>> {
    let of = |at: usize| comparison.cases.iter().filter_map(move |case| case.figures.get(at)?.as_ref());
    let columns = comparison.columns.iter().enumerate();
    columns.map(|(at, column)| Line { column, measurements: of(at).collect() }).collect()
}
