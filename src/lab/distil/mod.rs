//! A small text model made of a large one: its words, its data, its answers.
//!
//! ```text
//! labelled texts ─┐
//! templates ──────┼─▶ augment ─▶ texts ─┬─▶ teacher ─▶ answers ─┐
//!                 │      ▲              └─▶ vocabulary ─▶ rows ─┼─▶ Pupil ─▶ train::fit ─▶ model directory
//!                 │  neighbours ◀── teacher's word vectors ─────┘ (what the pupil's begin as)
//! ```
//! The teacher is read only: it answers what is made for it, and its answers are kept on disk, so that a run that was cut
//! asks nothing twice.

mod answers;
mod augment;
mod begin;
mod neighbours;
mod pupil;
mod run;
mod templates;
#[cfg(test)]
mod tests;
mod texts;
mod vocabulary;

pub use answers::answers;
pub use augment::{Augmentation, augment};
pub use begin::word_vectors;
pub use neighbours::Neighbours;
pub use pupil::{Pupil, Row};
pub use run::{Distilled, Recipe, Stage, distil};
pub use templates::Templates;
pub use texts::{Label, Text};
pub use vocabulary::train_vocabulary;
