//! Pruning: a network loses the weights or the channels that matter least.
//!
//! ```text
//! model directory ─▶ Weights ─ unstructured ─▶ the same tensors, many numbers of them zero
//!                       │
//!                       └─ Graph: which parts of which tensors are one channel
//!                            └─ choose, remove ─▶ smaller tensors, widths in config.json ─▶ write: a model directory
//! ```
//! Unstructured (Han et al., <https://arxiv.org/abs/1506.02626>): single weights become zero. No kernel of ours skips
//! zeros, so this saves nothing but bytes of a compressed download.
//!
//! Structured (Li et al., <https://arxiv.org/abs/1608.08710>; with whatever depends on a channel, Fang et al.,
//! <https://arxiv.org/abs/2301.12900>): whole channels, attention heads (Michel et al.,
//! <https://arxiv.org/abs/1905.10650>) and feed-forward units go, and what is left is an ordinary, smaller network. It
//! answers exactly as the original with these channels at zero would.

mod error;
mod fold;
mod graph;
mod iterate;
mod learn;
mod network;
mod schedule;
mod structured;
mod unstructured;
mod weights;
mod write;

#[cfg(test)]
mod tests;

pub use error::{Error, Result};
pub use fold::folded;
pub use graph::{Graph, Group, Member};
pub use iterate::{Alone, Help, Narrowed, Plan, Pruned, Step, prune};
pub use learn::{Lesson, Teacher};
pub use network::Network;
pub use schedule::pruned_after;
pub use structured::{Activity, Choice, choose, remove, widths, zero};
pub use unstructured::{Sparsity, unstructured};
pub use weights::Weights;
pub use write::{deflated_bytes, write};
