//! A model directory with a tiny DistilBERT of random weights, for tests.

use crate::inference::layers::Layers;
use crate::inference::weights;
use crate::kernels::Isa;
use crate::model_dir::{Limits, ModelDir};
use candle_core::{Device, Tensor};
use serde_json::{Value, json};
use std::collections::HashMap;
use std::path::Path;

/// Entries of the tiny vocabulary beside the special ones.
const ENTRIES: &str = "a good bad film ##s the not don low budget very it ' t - , . ! é co ##ol";

/// The tiny vocabulary, one entry a line.
pub fn vocab() -> String {
    let special = "[PAD] [UNK] [CLS] [SEP] [MASK]";
    special.split(' ').chain(ENTRIES.split(' ')).fold(String::new(), |text, entry| text + entry + "\n")
}

/// A configuration that reads up to 16 tokens at once.
pub fn config() -> Value {
    json!({
        "model_type": "distilbert", "vocab_size": vocab().lines().count(), "dim": 8, "n_layers": 2, "n_heads": 2,
        "hidden_dim": 12, "activation": "gelu", "max_position_embeddings": 16, "initializer_range": 0.02,
        "pad_token_id": 0, "id2label": {"0": "NEGATIVE", "1": "POSITIVE"},
    })
}

/// Writes configuration, vocabulary and weights into `path`.
pub fn write(path: &Path, config: &Value) -> ModelDir {
    write_json(path, "config.json", config);
    std::fs::write(path.join("vocab.txt"), vocab()).unwrap();
    let mut config: super::Config = serde_json::from_value(config.clone()).unwrap();
    // What a test may lie about must not keep the weights from being made.
    config.n_layers = config.n_layers.min(2);
    if config.check().is_err() {
        (config.n_heads, config.layer_heads, config.layer_hidden_dims) = (1, None, None);
    }
    let shapes =
        weights::expected_tensors(|vb| super::DistilBert::load(&config, 2, &Layers::new(vb, Isa::Scalar)).map(drop))
            .unwrap();
    let mut random = 1u32;
    let mut tensor = |shape: &[usize]| {
        let values = std::iter::repeat_with(|| {
            random = random.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (random >> 8) as f32 / (1 << 23) as f32 - 1.0
        });
        let values: Vec<f32> = values.take(shape.iter().product()).collect();
        Tensor::from_vec(values, shape, &Device::Cpu).unwrap()
    };
    let tensors: HashMap<String, Tensor> = shapes.iter().map(|(name, shape)| (name.clone(), tensor(shape))).collect();
    candle_core::safetensors::save(&tensors, path.join("model.safetensors")).unwrap();
    open(path)
}

pub fn open(path: &Path) -> ModelDir {
    ModelDir::open(path, &Limits::default()).unwrap()
}

pub fn write_json(path: &Path, name: &str, value: &Value) {
    std::fs::write(path.join(name), value.to_string()).unwrap();
}
