//! What phones measured, side by side.
//!
//! In go [`FieldFile`]s with their names, out comes a [`Comparison`]: a [`Column`] a file, a [`Case`] for each model,
//! precision, threads, length and input that any of them measured, and how each stands to the first file. Only what was
//! measured alike is compared, and what is doubtful says so.

mod case;
mod column;
mod layout;
mod words;

pub use case::{Case, Figures};
pub use column::Column;
pub use layout::{markdown, terminal};

use crate::profile::diagnostics::FieldFile;

/// Files side by side.
#[derive(Debug, Clone, PartialEq)]
pub struct Comparison {
    /// A file each, in the order in which they were named.
    pub columns: Vec<Column>,
    /// What was measured: by model, precision, threads, length and input.
    pub cases: Vec<Case>,
}

/// Holds `files` against the first of them. Each comes with what it is to be called.
pub fn compare(files: &[(String, FieldFile)]) -> Comparison {
    let columns = files.iter().map(|(name, file)| Column::of(name, file)).collect();
    let measurements: Vec<_> = files.iter().map(|(_, file)| file.measurements()).collect();
    Comparison { columns, cases: case::cases(&measurements) }
}

#[cfg(test)]
mod tests;
