//! Bytes for the networks of texts and speech: what multiplies matrices, and tables of words. The ranges of their inputs are
//! found for every row, so that there is nothing to calibrate.

use super::{Bytes, Error, Floats, Layer, Quantized, Result, Scheme, Tensor, Weights, snr_db};
use crate::inference;
use crate::model_dir::{Method, ModelDir};
use std::collections::BTreeMap;

/// What `scheme` makes of `weights`, those of `dir`.
///
/// # Errors
/// [`Error::NoUse`] for [`Method::Static`].
pub(super) fn quantize(dir: &ModelDir, weights: Weights, scheme: &Scheme) -> Result<Quantized> {
    if scheme.method == Method::Static {
        let family = inference::family(dir).into();
        return Err(Error::NoUse { model: dir.name(), family, method: scheme.method, instead: Method::Dynamic });
    }
    let mut recipe = scheme.recipe(dir)?;
    let (mut tensors, mut layers) = (BTreeMap::new(), Vec::new());
    for (name, floats) in weights.0 {
        let Some(layer) = layer_of_bytes(dir, &name, &floats) else {
            tensors.insert(name, Tensor::Floats(floats));
            continue;
        };
        let bytes = Bytes::of(&floats.values, floats.shape[0], scheme.per_tensor);
        let snr_db = snr_db(&floats.values, &bytes.to_floats());
        let kept = snr_db.is_some_and(|snr_db| snr_db < scheme.least_snr_db);
        layers.push(Layer { name: layer.clone(), parameters: floats.values.len(), snr_db, kept });
        if kept {
            recipe.kept.push(layer);
            tensors.insert(name, Tensor::Floats(floats));
        } else {
            tensors.insert(name, Tensor::Bytes { shape: floats.shape, bytes });
        }
    }
    Ok(Quantized { tensors, recipe: Some(recipe), layers })
}

/// The layer whose weights the tensor `name` is, if bytes are made of it.
///
/// What classifies is computed in floats and small; so are Whisper's convolutions, and its positions are added to everything
/// that follows.
fn layer_of_bytes(dir: &ModelDir, name: &str, floats: &Floats) -> Option<String> {
    let layer = name.strip_suffix(".weight").filter(|_| floats.shape.len() == 2)?;
    let is_bytes = match inference::family(dir) {
        "distilbert" => !matches!(layer, "pre_classifier" | "classifier"),
        _ => !layer.ends_with("embed_positions"),
    };
    is_bytes.then(|| layer.into())
}
