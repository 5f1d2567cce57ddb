//! The configuration of an image classifier: ours, from timm's.

use super::error::{ConvertError, Result};
use serde_json::{Map, Value, json};
use std::path::Path;

/// Epsilon of batch norm in networks that came from TensorFlow, and elsewhere in timm
/// (`BN_EPS_TF_DEFAULT` in `timm/models/_efficientnet_builder.py`; PyTorch's default).
const EPSILON_TF: f64 = 1e-3;
const EPSILON_TORCH: f64 = 1e-5;

/// What an image classifier cannot do without.
const NEEDED: [&str; 12] = [
    "family",
    "architecture",
    "num_classes",
    "logits",
    "logits_offset",
    "input_size",
    "resize_short_side",
    "crop",
    "interpolation",
    "mean",
    "std",
    "padding",
];

/// What follows from an architecture's name and its number of outputs.
pub(super) fn of_architecture(path: &Path, architecture: &str, outputs: usize) -> Result<Map<String, Value>> {
    let tensorflow = architecture.starts_with("tf_");
    let family = match architecture.trim_start_matches("tf_") {
        a if a.starts_with("mobilenetv3_") => "mobilenetv3",
        a if a.starts_with("efficientnet_lite") => "efficientnet_lite",
        _ => {
            let why = format!("it is a {architecture}, MobileNetV3 and EfficientNet-Lite are known");
            return Err(ConvertError::file(path, why));
        }
    };
    let fields = json!({
        "family": family,
        "architecture": architecture,
        "num_classes": outputs,
        "logits": outputs,
        "logits_offset": 0,
        "padding": if tensorflow { "same" } else { "symmetric" },
        "batch_norm": "kept",
        "bn_eps": if tensorflow { EPSILON_TF } else { EPSILON_TORCH },
    });
    Ok(object(fields))
}

/// Our configuration from timm's `config.json`.
pub(super) fn from_timm(path: &Path, theirs: &Map<String, Value>, outputs: usize) -> Result<Map<String, Value>> {
    let wrong = |why: &str| ConvertError::file(path, why);
    let architecture =
        theirs.get("architecture").and_then(Value::as_str).ok_or_else(|| wrong("it names no architecture"))?;
    let mut config = of_architecture(path, architecture, outputs)?;
    let Some(pretrained) = theirs.get("pretrained_cfg").and_then(Value::as_object) else {
        return Ok(config);
    };
    if let Some(size) = pretrained.get("input_size") {
        let [channels, height, width] = serde_json::from_value::<[u32; 3]>(size.clone())
            .map_err(|_| wrong("its input_size is not three numbers"))?;
        if channels != 3 || height != width || height == 0 {
            return Err(wrong("its input_size is not a square of three channels"));
        }
        config.insert("input_size".into(), json!(height));
        if let Some(fraction) = pretrained.get("crop_pct").and_then(Value::as_f64) {
            if !(0.1..=1.0).contains(&fraction) {
                return Err(wrong("its crop_pct is not a fraction"));
            }
            // timm/data/transforms_factory.py: math.floor(img_size / crop_pct).
            config.insert("resize_short_side".into(), json!((f64::from(height) / fraction).floor() as u64));
        }
    }
    for (name, ours) in [("crop_mode", "crop"), ("interpolation", "interpolation"), ("mean", "mean"), ("std", "std")] {
        if let Some(value) = pretrained.get(name) {
            config.insert(ours.into(), value.clone());
        }
    }
    config.entry("crop").or_insert(json!("center"));
    Ok(config)
}

/// Refuses a configuration that lacks a field, by name.
pub(super) fn check_complete(path: &Path, config: &Map<String, Value>) -> Result<()> {
    let missing: Vec<&str> = NEEDED.into_iter().filter(|n| !config.contains_key(*n)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(ConvertError::file(path, format!("neither it nor the catalog says {}", missing.join(", "))))
}

fn object(value: Value) -> Map<String, Value> {
    if let Value::Object(map) = value { map } else { Map::new() }
}
