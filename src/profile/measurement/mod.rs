//! A measurement as the app keeps and exports it, and whether it can be believed.
//!
//! In go runs and readings of heat; out comes a [`Record`] with its [`Verdict`]. The app makes them, files carry them,
//! and `onhand-lab report` reads them: so they are plain data, and lie outside of the app.

mod heat;
mod record;
mod verdict;

pub use heat::{Energy, Reading, Status};
pub use record::{Build, Input, Length, MIN_RUNS, Record, Run, to_json};
pub use verdict::{Caveat, Doubt, Problem, Verdict, judge};

/// A record as a measurement would give it, for tests of what reads or shows it.
#[cfg(test)]
pub(crate) use record::tests as fixture;
