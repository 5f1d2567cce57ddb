//! Bytes for image networks: where the inputs of a layer lie can be found beforehand, on pictures.
//!
//! ```text
//! weights ─ fold batch norms ─ equalize ─▶ Network ─┬─ pictures: least and most, then histograms ─▶ ranges
//!                                                   └─ pictures: floats and bytes side by side ─▶ signal to noise,
//!                                                                                          means of what is off ─▶ biases
//! ```

mod calibrate;
mod equalize;
mod network;
mod pictures;

pub use equalize::equalize;
pub use network::{Conv, Network};
pub use pictures::Pictures;

use super::{Bytes, Error, Floats, Layer, Quantized, Result, Scheme, Tensor, Weights, snr_db};
use crate::lab::evaluate::Progress;
use crate::model_dir::{Calibration, Method, ModelDir};
use calibrate::{Measured, measure, ranges};
use std::collections::BTreeMap;

/// How often all pictures are looked at: for the ends, for histograms, and for what is off.
const PASSES: usize = 3;

/// What `scheme` makes of `weights`, those of `dir`.
///
/// # Errors
/// [`Error::Uncalibrated`] for [`Method::Static`] without pictures.
pub(super) fn quantize(
    dir: &ModelDir,
    weights: Weights,
    scheme: &Scheme,
    pictures: Option<&Pictures>,
    progress: &mut dyn Progress,
) -> Result<Quantized> {
    if scheme.method == Method::Static && pictures.is_none() {
        return Err(Error::Uncalibrated { model: dir.name() });
    }
    let mut recipe = scheme.recipe(dir)?;
    recipe.batch_norm_folded = true;
    let mut network = Network::of(dir, &weights)?;
    if scheme.equalize {
        recipe.equalized = equalize(&mut network);
    }
    let bytes: BTreeMap<String, Bytes> = network
        .convs
        .iter()
        .map(|(name, conv)| (name.clone(), Bytes::of(&conv.weight, conv.outputs(), scheme.per_tensor)))
        .collect();
    let mut measured = BTreeMap::new();
    if let Some(pictures) = pictures {
        progress.begin(pictures.count() * if scheme.method == Method::Static { PASSES } else { 1 });
        let files = pictures.count();
        recipe.calibration =
            Some(Calibration { observer: scheme.observer.to_string(), files, sha256: pictures.sha256.clone() });
        if scheme.method == Method::Static {
            recipe.ranges = ranges(&network, pictures, scheme.observer, progress)?;
        }
        measured = measure(&network, &bytes, &recipe.ranges, pictures, progress)?;
    }
    let mut quantized = Quantized { tensors: BTreeMap::new(), recipe: None, layers: Vec::new() };
    for (name, bytes) in bytes {
        let conv = &network.convs[&name];
        let seen = measured.get(&name);
        let snr_db = match seen {
            Some(seen) => seen.snr_db(scheme.correct_bias),
            None => snr_db(&conv.weight, &bytes.to_floats()),
        };
        let kept = snr_db.is_some_and(|snr_db| snr_db < scheme.least_snr_db);
        quantized.layers.push(Layer { name: name.clone(), parameters: conv.weight.len(), snr_db, kept });
        let (weight, bias) = (format!("{name}.weight"), format!("{name}.bias"));
        let shape = weights.0[&weight].shape.clone();
        let mut biases = conv.bias.clone();
        if kept {
            recipe.ranges.remove(&name);
            recipe.kept.push(name);
            quantized.tensors.insert(weight, Tensor::Floats(halved(shape, &conv.weight)));
        } else {
            if let Some(seen) = seen.filter(|_| scheme.correct_bias) {
                correct(&mut biases, seen);
                recipe.bias_corrected.push(name);
            }
            quantized.tensors.insert(weight, Tensor::Bytes { shape, bytes });
        }
        let biases = Floats { shape: vec![biases.len()], values: biases, half: false };
        quantized.tensors.insert(bias, Tensor::Floats(biases));
    }
    quantized.recipe = Some(recipe);
    Ok(quantized)
}

/// In halves, unless one of them is too large for that.
fn halved(shape: Vec<usize>, values: &[f32]) -> Floats {
    let halves: Vec<f32> = values.iter().map(|w| half::f16::from_f32(*w).to_f32()).collect();
    let half = halves.iter().all(|w| w.is_finite());
    Floats { shape, values: if half { halves } else { values.to_vec() }, half }
}

/// Bias correction: Nagel et al. 2019, <https://arxiv.org/abs/1906.04721>, section 4.2, with the means that pictures show.
fn correct(biases: &mut [f32], seen: &Measured) {
    biases.iter_mut().zip(seen.mean_off()).for_each(|(bias, off)| *bias += off);
}
