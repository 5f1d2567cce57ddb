//! Text classifiers that learn.

mod network;

pub use network::TextNetwork;
