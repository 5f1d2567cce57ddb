//! The arithmetic of the models: plain numbers in, plain numbers out.
//!
//! ```text
//! load:  weights of a layer ─▶ Dense::pack, Depthwise::pack ─▶ packed for the vectors of an Isa
//! run:   Map ─▶ layer ─▶ Map, all from one Arena
//! ```
//! A kernel is written once, over [`pulp`]'s vectors, and compiled for every instruction set; the scalar one is the twin
//! that the others are held against. Maps are padded to whole vectors and have a border of zeros, so no kernel has a
//! tail or an edge.

mod activation;
mod aligned;
mod attention;
mod block;
mod bytes;
mod channels;
mod dense;
mod depthwise;
mod dot;
mod int8;
mod isa;
mod linear;
mod map;
mod math;
mod norm;
mod pool;
mod rows;
mod table;
mod weight;
pub use activation::Activation;
pub use attention::{Attention, KeysValues};
pub use channels::{mean, scale};
pub use dense::Dense;
pub use depthwise::Depthwise;
pub use isa::Isa;
pub use linear::Linear;
pub use map::{Arena, Map, Size, Window};
pub use norm::LayerNorm;
pub use pool::Pool;
pub use rows::{Rows, View};
pub use table::Table;
pub use weight::{Quantized, Values};

#[cfg(test)]
mod tests;
