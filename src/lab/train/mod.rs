//! Training: a network on candle's autograd learns from labels, or from the answers of a larger one.
//!
//! ```text
//! rows ── batches of one length ──▶ Learner::loss ── backward ──▶ AdamW ──▶ Parameters
//!                                          ▲                                    │
//!                                          └────────── the next batch ◀─────────┘ Checkpoint
//! ```
//! [`fit()`] turns the wheel for any [`Learner`]. It knows neither texts nor pictures, reads no clock and prints nothing:
//! whoever watches is told of every step. A run that is cut goes on from its [`Checkpoint`], and ends with the same
//! numbers as one that was not.
//!
//! Several fused operations of candle-nn (`layer_norm`, `softmax_last_dim`) have no backward pass, and lose the gradient
//! without a word. Networks that learn use those of [`ops`].

mod adamw;
mod batches;
mod checkpoint;
mod error;
mod fit;
mod loss;
pub mod ops;
mod parameters;
mod schedule;
#[cfg(test)]
mod tests;
pub mod text;
pub mod vision;

pub use adamw::{AdamW, Gradients};
pub use batches::{batches, shuffled};
pub use checkpoint::Checkpoint;
pub use error::{Error, Result};
pub use fit::{Event, Flow, Learner, Outcome, Plan, fit};
pub use loss::{Distillation, NO_LABEL, cross_entropy, distillation};
pub use parameters::Parameters;
pub use schedule::Schedule;
