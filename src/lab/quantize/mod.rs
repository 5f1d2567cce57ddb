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
mod weights;
mod write;

pub use bytes::{Bytes, snr_db};
pub use error::{Error, Result};
pub use weights::{Floats, Tensor, Weights};

use crate::inference;
use crate::model_dir::{Method, ModelDir, Recipe};
use crate::store::Sha256Sum;
use std::collections::BTreeMap;

/// Program and version that make the bytes.
const MADE_BY: &str = concat!("onhand-lab ", env!("CARGO_PKG_VERSION"));

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

/// What `to` makes of the model in `dir`.
///
/// # Errors
/// [`Error::Already`] where it is no floats; weights that are not those of the configuration, or no numbers; a method that
/// this family has no use for.
pub fn make(dir: &ModelDir, to: &To) -> Result<Quantized> {
    let weights = Weights::open(dir)?;
    match to {
        To::F16 => halves(dir, weights),
        To::Int8(scheme) => bytes(dir, weights, scheme),
    }
}

fn halves(dir: &ModelDir, weights: Weights) -> Result<Quantized> {
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

fn bytes(dir: &ModelDir, weights: Weights, scheme: &Scheme) -> Result<Quantized> {
    let source_sha256 = Sha256Sum::of_file(&dir.weights_path(), || true).map_err(Error::read(&dir.weights_path()))?;
    let mut recipe = Recipe {
        method: scheme.method,
        per_tensor: scheme.per_tensor,
        batch_norm_folded: false,
        ranges: BTreeMap::new(),
        calibration: None,
        equalized: Vec::new(),
        bias_corrected: Vec::new(),
        kept: Vec::new(),
        source_sha256: source_sha256.map(|sum| sum.to_string()),
        made_by: MADE_BY.into(),
    };
    let (mut tensors, mut layers) = (BTreeMap::new(), Vec::new());
    for (name, floats) in weights.0 {
        let Some(layer) = layer_of_bytes(dir, &name, &floats) else {
            tensors.insert(name, Tensor::Floats(floats));
            continue;
        };
        let bytes = Bytes::of(&floats.values, floats.shape[0], scheme.per_tensor);
        let snr_db = snr_db(&floats.values, &bytes.to_floats());
        layers.push(Layer { name: layer.clone(), parameters: floats.values.len(), snr_db, kept: false });
        tensors.insert(name, Tensor::Bytes { shape: floats.shape, bytes });
    }
    recipe.kept.sort();
    Ok(Quantized { tensors, recipe: Some(recipe), layers })
}

/// The layer whose weights the tensor `name` is, if bytes are made of it.
///
/// Of texts and speech what multiplies matrices, and tables of words. What classifies is computed in floats and small; so
/// are Whisper's convolutions, and its positions are added to everything that follows.
fn layer_of_bytes(dir: &ModelDir, name: &str, floats: &Floats) -> Option<String> {
    let layer = name.strip_suffix(".weight").filter(|_| floats.shape.len() > 1)?;
    let is_bytes = match inference::family(dir) {
        "distilbert" => !matches!(layer, "pre_classifier" | "classifier"),
        "whisper" => floats.shape.len() == 2 && !layer.ends_with("embed_positions"),
        _ => true,
    };
    is_bytes.then(|| layer.into())
}
