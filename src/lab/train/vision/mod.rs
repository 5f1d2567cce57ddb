//! Image classifiers that learn.
//!
//! Maps are `[pictures, height, width, channels]`, so that a convolution of one pixel is a product of matrices. What candle
//! has no quick operation with a gradient for is in [`depthwise`], [`windows`] and [`activate`].

mod activation;
mod crop;
mod depthwise;
mod network;
#[cfg(test)]
mod tests;
mod windows;

pub use activation::activate;
pub use crop::random_part;
pub use depthwise::{Window, depthwise};
pub use network::{Seen, VisionNetwork};
pub use windows::windows;

use candle_core::{CpuStorage, Layout, Result};

/// The numbers of a tensor that lies in memory in its own order.
fn floats<'a>(storage: &'a CpuStorage, layout: &Layout) -> Result<&'a [f32]> {
    match layout.contiguous_offsets() {
        Some((start, end)) => Ok(&storage.as_slice::<f32>()?[start..end]),
        None => candle_core::bail!("a tensor must lie in memory in its own order"),
    }
}
