//! What computes a Whisper: from sound to what was heard, from tokens to the next one. The transcriber and its rules know
//! this much of it, and not on which unit it is.

use super::config::Config;
use super::model::{DecoderState, Whisper};
use super::on_candle::{OnCandle, State};
use crate::inference::layers::Layers;
use crate::inference::unit::{Placed, Unit, place, pooled};
use crate::inference::weights::{MappedWeights, map_weights};
use crate::inference::{Error, Options, Result};
use crate::kernels::Arena;
use crate::model_dir::ModelDir;
use candle_core::Device;

/// A Whisper's encoder and decoder.
pub(super) trait Network: Send + Sync {
    /// Encodes `mel`, frame after frame, an even number of them and at most twice the encoder's positions.
    ///
    /// # Errors
    /// [`Error::Unit`]; on the processor none.
    fn hear(&self, mel: &[f32]) -> Result<Box<dyn Heard + '_>>;
}

/// One piece of sound, as the encoder heard it, and the tokens that the decoder has read on it so far.
pub(super) trait Heard {
    /// Forgets all tokens but the first `len`; the sound stays.
    ///
    /// # Errors
    /// [`Error::Unit`]; on the processor none.
    fn truncate(&mut self, len: usize) -> Result<()>;

    /// Reads `tokens`, one at least and no more than the decoder has positions for, after those so far, and gives the
    /// logits of the one that follows.
    ///
    /// # Errors
    /// [`Error::Unit`]; on the processor none. After it, only truncating to nothing makes this fit for use again.
    fn step(&mut self, tokens: &[u32]) -> Result<Vec<f32>>;
}

impl Network for Whisper {
    fn hear(&self, mel: &[f32]) -> Result<Box<dyn Heard + '_>> {
        let mut arena = Arena::default();
        let heard = self.encoder.forward(&mut arena, mel);
        Ok(Box::new((self, self.decoder.start(arena, heard))))
    }
}

impl Heard for (&Whisper, DecoderState) {
    fn truncate(&mut self, len: usize) -> Result<()> {
        self.1.truncate(len);
        Ok(())
    }

    fn step(&mut self, tokens: &[u32]) -> Result<Vec<f32>> {
        Ok(self.0.decoder.step(tokens, &mut self.1))
    }
}

/// On candle's tensors, and the unit that they are on.
struct Elsewhere(OnCandle, Unit);

impl Elsewhere {
    fn explain(&self, error: candle_core::Error) -> Error {
        Error::Unit { unit: self.1, why: error.to_string() }
    }
}

impl Network for Elsewhere {
    fn hear(&self, mel: &[f32]) -> Result<Box<dyn Heard + '_>> {
        let state = pooled(|| self.0.hear(mel)).map_err(|error| self.explain(error))?;
        Ok(Box::new((self, state)))
    }
}

impl Heard for (&Elsewhere, State) {
    fn truncate(&mut self, len: usize) -> Result<()> {
        pooled(|| self.1.truncate(len)).map_err(|error| self.0.explain(error))
    }

    fn step(&mut self, tokens: &[u32]) -> Result<Vec<f32>> {
        pooled(|| self.0.0.step(tokens, &mut self.1)).map_err(|error| self.0.explain(error))
    }
}

/// The networks of `dir`, on the unit that `options` asks for if that can be had.
///
/// # Errors
/// The weights are not those of `options`, or no numbers.
pub(super) fn load(dir: &ModelDir, config: &Config, options: &Options) -> Result<(Box<dyn Network>, Placed)> {
    place(options.unit, |device| elsewhere(dir, config, options, device), || own(dir, config, options))
}

fn own(dir: &ModelDir, config: &Config, options: &Options) -> Result<Box<dyn Network>> {
    let layers = Layers::open(dir, options)?;
    Ok(Box::new(layers.build(dir, |layers| Whisper::load(layers, config))?))
}

/// The networks on `device`, once they have answered there: what candle has no kernel for is found out here.
///
/// # Errors
/// Those of [`load`], and what the device says.
pub(super) fn elsewhere(
    dir: &ModelDir,
    config: &Config,
    options: &Options,
    device: &Device,
) -> Result<Box<dyn Network>> {
    MappedWeights::open(dir)?.check(dir)?;
    let network = OnCandle::load(config, &map_weights(dir, options.stored(), device)?)?;
    // Of sound as little as there is, and a prompt of several tokens: the mask is tried too.
    let mut state = network.hear(&vec![0.0; 2 * config.num_mel_bins])?;
    if network.step(&[0, 0], &mut state)?.iter().all(|x| x.is_finite()) {
        Ok(Box::new(Elsewhere(network, options.unit)))
    } else {
        Err(Error::Model { model: dir.name(), why: "its answer is not a number".into() })
    }
}

#[cfg(test)]
#[path = "network_tests.rs"]
mod tests;
