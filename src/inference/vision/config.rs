//! `config.json` of an image classifier.
//!
//! ```json
//! {"family": "mobilenetv3", "architecture": "tf_mobilenetv3_small_100",
//!  "num_classes": 1000, "logits": 1001, "logits_offset": 1,
//!  "input_size": 224, "resize_short_side": 256, "crop": "center", "interpolation": "bilinear",
//!  "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5],
//!  "padding": "same", "batch_norm": "kept", "bn_eps": 0.001}
//! ```
//! A pruned model's also has `widths` ([`plan`](super::plan)). Where the recipe of weights in bytes says that batch norms
//! were folded, they are.
//!
//! Names of architectures, and what the fields of pre-processing mean, are timm's.

use super::efficientnet_lite;
use super::layers::{Int8, Norm, Padding, Style};
use super::mobilenet_v3;
use super::plan::{Plan, Widths};
use super::resample::Filter;
use crate::inference::{Error, Result, weights};
use crate::kernels::Isa;
use crate::model_dir::{CONFIG_FILE, ModelDir, ModelDirError};
use serde::Deserialize;
use std::ops::RangeInclusive;

/// The networks that can be built.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Architecture {
    MobileNetV3Small,
    MobileNetV3Large,
    EfficientNetLite0,
}

impl Architecture {
    fn plan(self, padding: Padding) -> Plan {
        match self {
            Self::MobileNetV3Small => mobilenet_v3::SMALL.plan(padding),
            Self::MobileNetV3Large => mobilenet_v3::LARGE.plan(padding),
            Self::EfficientNetLite0 => efficientnet_lite::plan(padding),
        }
    }
}

/// A checked configuration.
#[derive(Debug, Clone)]
pub(super) struct Config {
    pub architecture: Architecture,
    pub plan: Plan,
    pub style: Style<'static>,
    /// Classes that can be reported; class `i` has the logit `i + logits_offset`.
    pub classes: usize,
    /// Outputs of the network: the classes, and perhaps a background class before them.
    pub logits: usize,
    pub logits_offset: usize,
    pub preparation: PreparationConfig,
}

/// What happens to a picture before the network sees it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct PreparationConfig {
    /// Side of the square that the network sees, in pixels.
    pub input_size: u64,
    /// The shorter side of the picture is resized to this before the crop.
    pub resize_short_side: u64,
    pub interpolation: Filter,
    /// Of red, green and blue in 0..1: `(value - mean) / std` goes in.
    pub mean: [f32; 3],
    pub std: [f32; 3],
}

/// The file as it is written.
#[derive(Deserialize)]
struct File {
    architecture: String,
    num_classes: usize,
    /// Without it, as many as classes.
    logits: Option<usize>,
    #[serde(default)]
    logits_offset: usize,
    crop: Crop,
    padding: Padding,
    batch_norm: String,
    /// Without it, what the frameworks train with: 1e-3 in TensorFlow (SAME padding), 1e-5 in PyTorch.
    bn_eps: Option<f64>,
    /// Without them, those of the paper.
    widths: Option<Widths>,
    #[serde(flatten)]
    preparation: PreparationConfig,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum Crop {
    Center,
}

/// Networks of these families run at 128 to 600; the upper bound keeps a mistyped one within memory.
const INPUT_SIZES: RangeInclusive<u64> = 32..=1024;
const RESIZE_MAX: u64 = 4096;
/// ImageNet-21k has 21,843 classes.
const CLASSES: RangeInclusive<usize> = 1..=100_000;

impl Config {
    /// The configuration of `dir`.
    ///
    /// # Errors
    /// [`Error::WrongFamily`] when it is no image classifier, [`ModelDirError::Config`] names the field that
    /// is missing or wrong.
    pub fn of(dir: &ModelDir) -> Result<Self> {
        let family = weights::family(dir);
        if !["mobilenetv3", "efficientnet_lite"].contains(&family) {
            return Err(Error::WrongFamily { model: dir.name(), got: family.into(), want: "an image model" });
        }
        let mut file: File = dir.config_as()?;
        if dir.recipe().is_some_and(|recipe| recipe.batch_norm_folded) {
            file.batch_norm = "folded".into();
        }
        Self::check(family, file)
            .map_err(|why| ModelDirError::Config { path: dir.path().join(CONFIG_FILE), why }.into())
    }

    fn check(family: &str, file: File) -> std::result::Result<Self, String> {
        let File { crop: Crop::Center, num_classes: classes, logits_offset, padding, preparation, .. } = file;
        let architecture = architecture(family, &file.architecture)?;
        let logits = file.logits.unwrap_or(classes);
        if !CLASSES.contains(&classes) || logits > *CLASSES.end() {
            return Err(format!("num_classes is {classes} and logits {logits}, 1 to {} can be", CLASSES.end()));
        }
        if logits_offset.checked_add(classes).is_none_or(|end| end > logits) {
            return Err(format!("{classes} classes from logits_offset {logits_offset} on exceed {logits} logits"));
        }
        let PreparationConfig { input_size, resize_short_side, mean, std, .. } = &preparation;
        if !INPUT_SIZES.contains(input_size) {
            return Err(format!("input_size is {input_size}, {} to {} can be", INPUT_SIZES.start(), INPUT_SIZES.end()));
        }
        if !(*input_size..=RESIZE_MAX).contains(resize_short_side) {
            return Err(format!(
                "resize_short_side is {resize_short_side}, {input_size} (input_size) to {RESIZE_MAX} can be"
            ));
        }
        if mean.iter().any(|m| !m.is_finite()) || std.iter().any(|s| !s.is_finite() || *s <= 0.0) {
            return Err("mean must be finite, std finite and above 0".into());
        }
        let norm = norm(&file.batch_norm, file.bn_eps, padding)?;
        let plan = match &file.widths {
            Some(widths) => architecture.plan(padding).with_widths(widths)?,
            None => architecture.plan(padding),
        };
        Ok(Self {
            architecture,
            plan,
            style: Style { padding, norm, isa: Isa::best(), int8: Int8::None },
            classes,
            logits,
            logits_offset,
            preparation,
        })
    }
}

/// `tf_` tells where weights came from and what follows a dot how they were trained; neither changes the network.
fn architecture(family: &str, name: &str) -> std::result::Result<Architecture, String> {
    let network = name.strip_prefix("tf_").unwrap_or(name);
    match (family, network.split('.').next().unwrap_or_default()) {
        ("mobilenetv3", "mobilenetv3_small_100") => Ok(Architecture::MobileNetV3Small),
        ("mobilenetv3", "mobilenetv3_large_100") => Ok(Architecture::MobileNetV3Large),
        ("efficientnet_lite", "efficientnet_lite0") => Ok(Architecture::EfficientNetLite0),
        _ => Err(format!(
            "architecture {name} of family {family} is not known; mobilenetv3_small_100 and mobilenetv3_large_100 of \
             mobilenetv3 are, and efficientnet_lite0 of efficientnet_lite"
        )),
    }
}

fn norm(batch_norm: &str, eps: Option<f64>, padding: Padding) -> std::result::Result<Norm, String> {
    if batch_norm.starts_with("folded") {
        return Ok(Norm::Folded);
    }
    if batch_norm != "kept" {
        return Err(format!("batch_norm is {batch_norm:?}, \"folded\" and \"kept\" can be"));
    }
    let eps = eps.unwrap_or(match padding {
        Padding::Same => 1e-3,
        Padding::Symmetric => 1e-5,
    });
    if eps > 0.0 && eps < 1.0 { Ok(Norm::Kept { eps }) } else { Err(format!("bn_eps is {eps}, 0 to 1 can be")) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    fn check(family: &str, changes: &[(&str, Value)]) -> std::result::Result<Config, String> {
        let mut json = json!({
            "architecture": "tf_mobilenetv3_small_100.in1k", "num_classes": 1000, "logits": 1001, "logits_offset": 1,
            "input_size": 224, "resize_short_side": 256, "crop": "center", "interpolation": "bilinear",
            "mean": [0.5, 0.5, 0.5], "std": [0.5, 0.5, 0.5], "padding": "same", "batch_norm": "folded in",
        });
        for (field, value) in changes {
            json[*field] = value.clone();
        }
        Config::check(family, serde_json::from_value(json).map_err(|e| e.to_string())?)
    }

    #[test]
    fn the_epsilon_is_the_frameworks_unless_stated() {
        let eps = |changes: &[(&str, Value)]| check("mobilenetv3", changes).unwrap().style.norm;
        let kept = ("batch_norm", json!("kept"));
        assert_eq!(eps(&[]), Norm::Folded);
        assert_eq!(eps(std::slice::from_ref(&kept)), Norm::Kept { eps: 1e-3 });
        assert_eq!(eps(&[kept.clone(), ("padding", json!("symmetric"))]), Norm::Kept { eps: 1e-5 });
        assert_eq!(eps(&[kept, ("bn_eps", json!(0.01))]), Norm::Kept { eps: 0.01 });
    }

    #[test]
    fn what_cannot_be_is_named() {
        for (field, value, named) in [
            ("architecture", json!("mobilenetv3_small_075"), "mobilenetv3_small_075"),
            ("architecture", json!("efficientnet_lite0"), "of family mobilenetv3"),
            ("num_classes", json!(0), "num_classes"),
            ("num_classes", json!(-1), "invalid value"),
            ("num_classes", json!(u64::MAX), "num_classes"),
            ("logits", json!(1000), "exceed 1000 logits"),
            ("logits_offset", json!(u64::MAX), "exceed 1001 logits"),
            ("logits", json!(u64::MAX), "logits"),
            ("input_size", json!(0), "input_size"),
            ("input_size", json!(100_000), "input_size"),
            ("resize_short_side", json!(223), "resize_short_side"),
            ("resize_short_side", json!(1_000_000), "resize_short_side"),
            ("std", json!([0.5, 0.0, 0.5]), "std"),
            ("mean", json!([1e300, 0.0, 0.5]), "mean"),
            ("mean", json!([0.5, 0.5]), "length 2"),
            ("crop", json!("squash"), "squash"),
            ("interpolation", json!("nearest"), "nearest"),
            ("padding", json!("valid"), "valid"),
            ("batch_norm", json!("gone"), "gone"),
            ("widths", json!({"stem": 16}), "missing field `blocks`"),
            ("widths", json!({"stem": 16, "blocks": [], "last": 576, "head": 1024}), "widths.blocks has 0 blocks"),
            ("widths", json!({"stem": -1, "blocks": [], "last": 576, "head": 1024}), "invalid value"),
        ] {
            let why = check("mobilenetv3", &[(field, value.clone())]).expect_err(field);
            assert!(why.contains(named), "{field} {value}: {why}");
        }
        let eps = check("mobilenetv3", &[("batch_norm", json!("kept")), ("bn_eps", json!(0))]);
        assert!(eps.unwrap_err().contains("bn_eps"));
    }
}
