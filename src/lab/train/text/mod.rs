//! Text classifiers that learn.

mod network;

pub use network::{TextNetwork, check_sizes};
