//! Models of one purpose side by side, on a picture, a text or a clip of the person's own.
//!
//! ```text
//! installed models ─ candidates ─▶ Job ─▶ worker thread: load, answer, measure, one after another ─▶ Update ─▶ the screen
//! ```
//! One model is in memory at a time, and nothing else of the app computes for it: so a time is a model's own. Heat pauses
//! it like anything else.

mod answer;
mod candidate;
mod preview;
mod worker;

pub use answer::{Agreement, Answer, agreement};
pub use candidate::{Candidate, candidates};
pub use worker::{Answered, Input, Job, Runner, Taken, Update, start};

/// Answers, for tests of what shows them.
#[cfg(test)]
pub(super) use answer::tests as fixture;
#[cfg(test)]
pub(super) use worker::Heard;
