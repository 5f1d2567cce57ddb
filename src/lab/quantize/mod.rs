//! Smaller numbers for the weights of a model: halves, or bytes.
//!
//! ```text
//! model.safetensors ─ Weights ─▶ make ─▶ Quantized ─▶ model.int8.safetensors, the recipe in its metadata
//!                                                 └─▶ how near each layer stays
//! ```
//! The same weights, settings and calibration give the same bytes. What the file looks like is told in
//! [`model_dir`](crate::model_dir::Recipe), how it is computed with in `docs/kernels.md`, and why so in
//! `docs/compression.md`.

mod bytes;
mod error;
mod matrices;
mod observer;
mod plot;
pub mod vision;
mod weights;
mod write;

pub use bytes::{Bytes, snr_db};
pub use error::{Error, Result};
pub use observer::{Extent, Histogram, Observer};
pub use plot::plot;
pub use weights::{Floats, Tensor, Weights};

use crate::inference;
use crate::lab::evaluate::Progress;
use crate::model_dir::{Method, ModelDir, Recipe};
use crate::store::Sha256Sum;
use std::collections::BTreeMap;

/// Program and version that make the bytes.
const MADE_BY: &str = concat!("onhand-lab ", env!("CARGO_PKG_VERSION"));

/// Layers below it are what costs an image network its answers (the tables in `docs/compression.md`).
const LEAST_SNR_DB: f64 = 20.0;

/// What the weights are to become.
#[derive(Debug, Clone)]
pub enum To {
    /// 16-bit floats.
    F16,
    /// Bytes with scales.
    Int8(Scheme),
}

/// How bytes are made.
#[derive(Debug, Clone)]
pub struct Scheme {
    /// What is done with them when the model answers.
    pub method: Method,
    /// One scale for a whole layer instead of one for each of its outputs.
    pub per_tensor: bool,
    /// How ranges are made of what was seen.
    pub observer: Observer,
    /// Whether channels between layers are given like ranges, where that changes nothing.
    pub equalize: bool,
    /// Whether biases make up for what rounding does in the mean, where pictures show it.
    pub correct_bias: bool,
    /// Layers whose signal to noise, in decibels, is less stay as they were.
    pub least_snr_db: f64,
}

impl Scheme {
    /// What is recommended for `method`.
    pub fn new(method: Method) -> Self {
        Self {
            method,
            per_tensor: false,
            observer: Observer::Mse,
            equalize: true,
            correct_bias: true,
            least_snr_db: LEAST_SNR_DB,
        }
    }

    /// The recipe of bytes made in this way of the weights in `dir`, as far as it is known beforehand.
    fn recipe(&self, dir: &ModelDir) -> Result<Recipe> {
        let path = dir.weights_path();
        let source_sha256 = Sha256Sum::of_file(&path, || true).map_err(Error::read(&path))?;
        Ok(Recipe {
            method: self.method,
            per_tensor: self.per_tensor,
            batch_norm_folded: false,
            ranges: BTreeMap::new(),
            calibration: None,
            equalized: Vec::new(),
            bias_corrected: Vec::new(),
            kept: Vec::new(),
            source_sha256: source_sha256.map(|sum| sum.to_string()),
            made_by: MADE_BY.into(),
        })
    }
}

/// How near a layer stays to what it was.
#[derive(Debug, Clone, PartialEq, serde::Serialize)]
pub struct Layer {
    /// Its tensors' name.
    pub name: String,
    /// Its weights.
    pub parameters: usize,
    /// Signal to noise in decibels; `None` where nothing is lost.
    pub snr_db: Option<f64>,
    /// Whether it was too sensitive, and stayed as it was.
    pub kept: bool,
}

/// A model with smaller numbers, in memory.
#[derive(Debug)]
pub struct Quantized {
    /// By the names that the file has for them.
    pub tensors: BTreeMap<String, Tensor>,
    /// How bytes were made, where there are some.
    pub recipe: Option<Recipe>,
    /// What was done, in the order of names.
    pub layers: Vec<Layer>,
}

/// What `to` makes of the model in `dir`; `pictures` are what ranges are found on.
///
/// # Errors
/// [`Error::Already`] where it is no floats; weights that are not those of the configuration, or no numbers;
/// [`Error::NoUse`] where a method is not for this family, [`Error::Uncalibrated`] where it needs pictures.
pub fn make(
    dir: &ModelDir,
    to: &To,
    pictures: Option<&vision::Pictures>,
    progress: &mut dyn Progress,
) -> Result<Quantized> {
    let weights = Weights::open(dir)?;
    let is_vision = matches!(inference::family(dir), "mobilenetv3" | "efficientnet_lite");
    match to {
        To::F16 => halves(dir, weights),
        To::Int8(scheme) if is_vision => vision::quantize(dir, weights, scheme, pictures, progress),
        To::Int8(scheme) => matrices::quantize(dir, weights, scheme),
    }
}

fn halves(dir: &ModelDir, weights: Weights) -> Result<Quantized> {
    if weights.0.values().all(|floats| floats.half) {
        return Err(Error::Already { model: dir.name(), got: inference::Variant::F16 });
    }
    let mut quantized = Quantized { tensors: BTreeMap::new(), recipe: None, layers: Vec::new() };
    for (name, floats) in weights.0 {
        let Floats { shape, values, .. } = floats;
        let halves: Vec<f32> = values.iter().map(|v| half::f16::from_f32(*v).to_f32()).collect();
        if halves.iter().any(|v| !v.is_finite()) {
            return Err(Error::TooLarge { model: dir.name(), tensor: name });
        }
        if shape.len() > 1 {
            let snr_db = snr_db(&values, &halves);
            let layer = name.trim_end_matches(".weight").into();
            quantized.layers.push(Layer { name: layer, parameters: halves.len(), snr_db, kept: false });
        }
        quantized.tensors.insert(name, Tensor::Floats(Floats { shape, values: halves, half: true }));
    }
    Ok(quantized)
}

#[cfg(test)]
mod tests;
