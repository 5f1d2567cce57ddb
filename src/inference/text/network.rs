//! What computes the logits of texts. The analyzer knows this much of it, and not on which unit it is.

use super::distilbert::{Config, DistilBert};
use super::on_candle::OnCandle;
use crate::inference::layers::Layers;
use crate::inference::unit::{Placed, Unit, place, pooled};
use crate::inference::weights::{MappedWeights, map_weights};
use crate::inference::{Error, Options, Result};
use crate::model_dir::ModelDir;
use candle_core::Device;

/// A network for sequences of tokens.
pub(super) trait Network: Send + Sync {
    /// The logits of each of `texts`, which are equally long and not empty.
    ///
    /// # Errors
    /// [`Error::Unit`]; on the processor none.
    fn forward(&self, texts: &[&[u32]]) -> Result<Vec<Vec<f32>>>;
}

impl Network for DistilBert {
    fn forward(&self, texts: &[&[u32]]) -> Result<Vec<Vec<f32>>> {
        Ok(self.forward(texts))
    }
}

/// On candle's tensors, and the unit that they are on.
struct Elsewhere(OnCandle, Unit);

impl Network for Elsewhere {
    fn forward(&self, texts: &[&[u32]]) -> Result<Vec<Vec<f32>>> {
        pooled(|| self.0.forward(texts)).map_err(|error| Error::Unit { unit: self.1, why: error.to_string() })
    }
}

/// The network of `dir` for `classes` classes, on the unit that `options` asks for if that can be had.
///
/// # Errors
/// The weights are not those of `options`, or no numbers.
pub(super) fn load(
    dir: &ModelDir,
    config: &Config,
    classes: usize,
    options: &Options,
) -> Result<(Box<dyn Network>, Placed)> {
    place(
        options.unit,
        |device| elsewhere(dir, config, classes, options, device),
        || own(dir, config, classes, options),
    )
}

fn own(dir: &ModelDir, config: &Config, classes: usize, options: &Options) -> Result<Box<dyn Network>> {
    let layers = Layers::open(dir, options)?;
    Ok(Box::new(layers.build(dir, |layers| DistilBert::load(config, classes, layers))?))
}

/// The network on `device`, once it has answered there: what candle has no kernel for is found out here.
///
/// # Errors
/// Those of [`load`], and what the device says.
pub(super) fn elsewhere(
    dir: &ModelDir,
    config: &Config,
    classes: usize,
    options: &Options,
    device: &Device,
) -> Result<Box<dyn Network>> {
    MappedWeights::open(dir)?.check(dir)?;
    let network = OnCandle::load(config, classes, &map_weights(dir, options.stored(), device)?)?;
    // Three tokens fit any model, and any vocabulary has the first.
    let logits = network.forward(&[&[0; 3]])?;
    if logits.iter().flatten().all(|x| x.is_finite()) {
        Ok(Box::new(Elsewhere(network, options.unit)))
    } else {
        Err(Error::Model { model: dir.name(), why: "its answer is not a number".into() })
    }
}

#[cfg(test)]
#[path = "network_tests.rs"]
mod tests;
