//! The tensors of a model, in memory.

use super::{Bytes, Error, Result};
use crate::inference::{self, stored_variant, verify_tensors};
use crate::model_dir::{ModelDir, ModelDirError};
use half::f16;
use safetensors::{Dtype, SafeTensors};
use std::collections::BTreeMap;

/// A tensor of floats.
#[derive(Debug, Clone, PartialEq)]
pub struct Floats {
    /// Dimensions, outermost first.
    pub shape: Vec<usize>,
    /// One after another.
    pub values: Vec<f32>,
    /// Whether halves hold them exactly, and are what is written.
    pub half: bool,
}

/// A tensor of the new model.
#[derive(Debug, Clone, PartialEq)]
pub enum Tensor {
    /// As it was, or in halves.
    Floats(Floats),
    /// Bytes with scales.
    Bytes {
        /// Dimensions, outermost first.
        shape: Vec<usize>,
        /// One after another.
        bytes: Bytes,
    },
}

/// Those that a model starts from, by name.
#[derive(Debug, Clone)]
pub struct Weights(pub BTreeMap<String, Floats>);

impl Weights {
    /// Those of `dir`, which are all that its configuration asks for.
    ///
    /// # Errors
    /// [`Error::Already`]; the file cannot be read or does not fit the configuration; a weight is no number.
    pub fn open(dir: &ModelDir) -> Result<Self> {
        if dir.recipe().is_some() {
            return Err(Error::Already { model: dir.name(), got: stored_variant(dir) });
        }
        verify_tensors(dir)?;
        let path = dir.weights_path();
        let file = std::fs::read(&path).map_err(Error::read(&path))?;
        let header = |why: String| inference::Error::from(ModelDirError::Header { path: path.clone(), why });
        let mut tensors = BTreeMap::new();
        for (name, view) in SafeTensors::deserialize(&file).map_err(|e| header(e.to_string()))?.tensors() {
            let half = view.dtype() == Dtype::F16;
            let values: Vec<f32> = if half {
                view.data().chunks_exact(2).map(|b| f16::from_le_bytes([b[0], b[1]]).to_f32()).collect()
            } else {
                view.data().chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect()
            };
            if values.iter().any(|value| !value.is_finite()) {
                let why = format!("{name} holds what is no number");
                return Err(inference::Error::Model { model: dir.name(), why }.into());
            }
            tensors.insert(name, Floats { shape: view.shape().to_vec(), values, half });
        }
        Ok(Self(tensors))
    }
}
