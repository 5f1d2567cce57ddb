//! How fast a model is on this device, and whether that can be believed.
//!
//! ```text
//! taps ─▶ runner (thread) ─ Job ─▶ place: a process of its own, or this one ─▶ measure ─ Event ─▶ runner
//!             │ power, cool-down        (threads are a process's for good)                          │
//!             └──────────────────── Update: live, then Record with its verdict ◀─────────────────────┘
//! Record ─▶ the screen · baseline (beside the settings) · JSON, CSV (downloads, clipboard)
//! ```
//! candle reads its number of threads once a process, and the first load and the peak of memory are a process's too: so
//! each model is measured in a process of its own where a system has such. Phones have not; there the app measures
//! itself, with the threads it has.

mod baseline;
mod child;
mod cool;
mod csv;
mod curve;
mod job;
mod measure;
mod place;
mod reference;
mod runner;
mod subject;
mod told;

pub use baseline::{Baselines, Change, Comparison, Trouble, compare};
pub use child::{ARGUMENT, serve};
pub use cool::Why;
pub use csv::to_csv;
pub use curve::Curve;
pub use job::{Bounds, Event, Job, Measured, Phase};
pub use place::Place;
pub use reference::{Reference, reference};
pub use runner::{Batch, Live, Runner, Update, Waiting, start};

/// What a measurement is kept as; the terminal program reads it, too.
pub use crate::profile::measurement::{Caveat, Energy, Input, Length, Problem, Reading, Record, Run, Status, to_json};

/// A record as a measurement would give it, for tests of what shows it.
#[cfg(test)]
pub(super) use crate::profile::measurement::fixture;
