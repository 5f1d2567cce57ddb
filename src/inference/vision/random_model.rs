//! Image models with random weights, for tests.

use super::config::Config;
use super::{ImageClassifier, expected_by};
use crate::inference::{Options, Result};
use crate::model_dir::{CONFIG_FILE, Limits, ModelDir, WEIGHTS_FILE};
use candle_core::Tensor;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;
use tempfile::TempDir;

/// A model directory with random weights and a small input.
pub struct RandomModel {
    pub config: Value,
    pub tensors: HashMap<String, Tensor>,
}

impl RandomModel {
    pub fn new(family: &str, architecture: &str, padding: &str, batch_norm: &str) -> Self {
        let config = json!({
            "family": family, "architecture": architecture, "num_classes": 7, "logits": 8, "logits_offset": 1,
            "input_size": 32, "resize_short_side": 40, "crop": "center", "interpolation": "bicubic",
            "mean": [0.5, 0.4, 0.3], "std": [0.5, 0.6, 0.7], "padding": padding, "batch_norm": batch_norm,
        });
        Self::of(config)
    }

    /// With the weights that `config` asks for.
    pub fn of(config: Value) -> Self {
        let mut model = Self { config, tensors: HashMap::new() };
        let noise = noise();
        let dir = TempDir::new().unwrap();
        for (at, (name, shape)) in
            expected_by(&Config::of(&model.write(dir.path())).unwrap()).unwrap().into_iter().enumerate()
        {
            let fan_in: usize = shape[1..].iter().product();
            // As large as keeps activations about the same from layer to layer; variances stay positive.
            let (scale, offset) = match shape.len() {
                1 if name.ends_with("running_var") => (0.5, 1.0),
                1 if name.ends_with("weight") => (0.2, 1.0),
                1 => (0.1, 0.0),
                _ => ((6.0 / fan_in as f64).sqrt(), 0.0),
            };
            let count = shape.iter().product();
            let mut values = noise[at..].to_vec();
            while values.len() < count {
                values.extend_from_slice(&noise);
            }
            values.truncate(count);
            let values = Tensor::from_vec(values, shape, &candle_core::Device::Cpu).unwrap();
            model.tensors.insert(name, values.affine(scale, offset).unwrap());
        }
        model
    }

    /// Writes it into a folder `random` in `dir`.
    pub fn write(&self, dir: &Path) -> ModelDir {
        let path = dir.join("random");
        std::fs::create_dir_all(&path).unwrap();
        std::fs::write(path.join(CONFIG_FILE), self.config.to_string()).unwrap();
        std::fs::write(path.join("labels.txt"), "one\ntwo\nthree\nfour\nfive\nsix\nseven\n").unwrap();
        candle_core::safetensors::save(&self.tensors, path.join(WEIGHTS_FILE)).unwrap();
        ModelDir::open(path, &Limits::default()).unwrap()
    }

    pub fn try_load(&self) -> Result<ImageClassifier> {
        self.try_load_as(&Options::default())
    }

    pub fn try_load_as(&self, options: &Options) -> Result<ImageClassifier> {
        let dir = TempDir::new().unwrap();
        ImageClassifier::load(&self.write(dir.path()), options)
    }

    pub fn load(&self) -> ImageClassifier {
        self.try_load().unwrap()
    }
}

/// Evenly spread numbers from -1 to 1, always the same; their count is a prime, so that no layer repeats them
/// in step.
pub fn noise() -> Vec<f32> {
    let step = |state: &u32| Some(state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223));
    std::iter::successors(Some(1u32), step)
        .map(|state| (state >> 8) as f32 / (1 << 23) as f32 - 1.0)
        .take(65_521)
        .collect()
}
