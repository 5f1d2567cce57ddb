//! A weights file in bytes, `model.int8.safetensors`, and the recipe in its metadata.
//!
//! ```text
//! NAME          I8   [outputs, …], from -127 to 127
//! NAME.scale    F32  [outputs], or [1] for all of them: what a byte stands for, above 0
//! others        F32 or F16: what is kept higher
//! __metadata__  {"quantization": "{\"method\": \"dynamic\", …}"}
//! ```
//! A weight is its byte times its scale; there is no zero point, because weights lie about evenly around zero
//! (Krishnamoorthi 2018, <https://arxiv.org/abs/1806.08342>, section 2.2). Kernels add products of two bytes in 16 bits
//! before they widen them, which -128 would overflow.

use super::header::{Dtype, WeightsHeader};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The entry of the metadata that holds the recipe.
pub const RECIPE_KEY: &str = "quantization";
/// What the name of a tensor's scales has more than its own.
pub const SCALE_SUFFIX: &str = ".scale";

/// What is done with bytes when a model answers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    /// Floats are made of them when the model is loaded: the download is small, arithmetic is that of floats.
    Weights,
    /// They are multiplied as they are; the inputs of a layer get their range anew for every row.
    Dynamic,
    /// They are multiplied as they are; the inputs of a layer have the range that calibration found.
    Static,
}

impl std::fmt::Display for Method {
    fn fmt(&self, f: &mut std::fmt::Formatter) -> std::fmt::Result {
        f.write_str(match self {
            Self::Weights => "weights",
            Self::Dynamic => "dynamic",
            Self::Static => "static",
        })
    }
}

/// Where the inputs of a layer lie. Zero is among them, so that it has a code of its own.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Range {
    /// At most 0.
    pub least: f32,
    /// At least 0, and above `least`.
    pub most: f32,
}

/// On what ranges were found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Calibration {
    /// How a range is made of the numbers that were seen: min-max, percentile, entropy, mse.
    pub observer: String,
    /// Files that were looked at.
    pub files: usize,
    /// Of their names and contents, in order.
    pub sha256: String,
}

/// How the bytes were made, and how they are to be computed with.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recipe {
    /// What is done with them.
    pub method: Method,
    /// Whether all outputs of a layer share one scale.
    #[serde(default)]
    pub per_tensor: bool,
    /// Whether batch norms were folded into the convolutions before them, whatever the configuration says.
    #[serde(default)]
    pub batch_norm_folded: bool,
    /// Where the inputs of each layer lie, by the layer's name.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub ranges: BTreeMap<String, Range>,
    /// What the ranges were found on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub calibration: Option<Calibration>,
    /// Pairs of layers whose channels were given like ranges.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub equalized: Vec<String>,
    /// Layers whose bias makes up for the mean of what rounding did.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub bias_corrected: Vec<String>,
    /// Layers that were too sensitive to be made bytes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub kept: Vec<String>,
    /// Of the weights that the bytes were made of.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source_sha256: Option<String>,
    /// Program and version that made them.
    #[serde(default)]
    pub made_by: String,
}

impl Recipe {
    /// That of the file with this header, whose tensors are held against what a file in bytes may hold.
    ///
    /// # Errors
    /// The lie, in words.
    pub(super) fn of(header: &WeightsHeader) -> Result<Self, String> {
        let json = header.metadata().get(RECIPE_KEY).ok_or("its metadata has no recipe for its bytes")?;
        let recipe: Self = serde_json::from_str(json).map_err(|e| format!("its recipe cannot be read: {e}"))?;
        for (layer, Range { least, most }) in &recipe.ranges {
            if !(least.is_finite() && most.is_finite() && *least <= 0.0 && *most >= 0.0 && least < most) {
                return Err(format!("the inputs of {layer} cannot lie between {least} and {most}"));
            }
        }
        check_tensors(header)?;
        Ok(recipe)
    }
}

/// Every tensor of bytes has rows, and scales for them.
fn check_tensors(header: &WeightsHeader) -> Result<(), String> {
    for (name, tensor) in header.tensors().iter().filter(|(_, tensor)| tensor.dtype == Dtype::I8) {
        let [outputs, _, ..] = tensor.shape[..] else {
            return Err(format!("{name} is bytes and has shape {:?}: only matrices and filters can be", tensor.shape));
        };
        let Some(scale) = header.tensors().get(&format!("{name}{SCALE_SUFFIX}")) else {
            return Err(format!("{name} is bytes, {name}{SCALE_SUFFIX} is missing"));
        };
        let (dtype, shape) = (scale.dtype, &scale.shape[..]);
        if dtype != Dtype::F32 || !(shape == [outputs] || shape == [1]) {
            return Err(format!(
                "{name}{SCALE_SUFFIX} is {dtype:?} of shape {shape:?}, F32 of [{outputs}] or [1] is needed"
            ));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(tensors: &str, recipe: Option<&str>, data_bytes: u64) -> WeightsHeader {
        let metadata = match recipe {
            Some(recipe) => format!(r#"{{"quantization": {}}}"#, serde_json::to_string(recipe).unwrap()),
            None => "{}".into(),
        };
        let json = format!(r#"{{"__metadata__": {metadata}, {tensors}}}"#);
        let mut head = (json.len() as u64).to_le_bytes().to_vec();
        head.extend(json.as_bytes());
        let file_bytes = head.len() as u64 + data_bytes;
        WeightsHeader::parse(&head, file_bytes).unwrap()
    }

    const DYNAMIC: &str = r#"{"method": "dynamic"}"#;

    #[test]
    fn a_sound_file_tells_its_recipe() {
        let tensors = r#""w":{"dtype":"I8","shape":[2,3],"data_offsets":[0,6]},"w.scale":{"dtype":"F32","shape":[2],"data_offsets":[6,14]}"#;
        let recipe = Recipe::of(&header(tensors, Some(DYNAMIC), 14)).unwrap();
        assert_eq!((recipe.method, recipe.per_tensor, recipe.ranges.len()), (Method::Dynamic, false, 0));
        let json = serde_json::to_string(&recipe).unwrap();
        assert_eq!(serde_json::from_str::<Recipe>(&json).unwrap(), recipe);
    }

    #[test]
    fn every_lie_is_named() {
        let bytes =
            |shape: &str, more: &str| format!(r#""w":{{"dtype":"I8","shape":{shape},"data_offsets":[0,6]}}{more}"#);
        let scale = |dtype: &str, shape: &str, size: u64| {
            format!(r#","w.scale":{{"dtype":"{dtype}","shape":{shape},"data_offsets":[6,{}]}}"#, 6 + size)
        };
        let dynamic = Some(DYNAMIC);
        for (tensors, recipe, data, says) in [
            (bytes("[2,3]", &scale("F32", "[2]", 8)), None, 14, "has no recipe"),
            (bytes("[2,3]", &scale("F32", "[2]", 8)), Some("{"), 14, "recipe cannot be read"),
            (bytes("[2,3]", &scale("F32", "[2]", 8)), Some(r#"{"method": "magic"}"#), 14, "unknown variant `magic`"),
            (bytes("[2,3]", ""), dynamic, 6, "w.scale is missing"),
            (bytes("[2,3]", &scale("F32", "[3]", 12)), dynamic, 18, "F32 of [2] or [1] is needed"),
            (bytes("[2,3]", &scale("F32", "[2,1]", 8)), dynamic, 14, "F32 of [2] or [1] is needed"),
            (bytes("[2,3]", &scale("F16", "[2]", 4)), dynamic, 10, "is F16 of shape [2]"),
            (bytes("[6]", &scale("F32", "[6]", 24)), dynamic, 30, "only matrices and filters"),
        ] {
            let said = Recipe::of(&header(&tensors, recipe, data)).expect_err(says);
            assert!(said.contains(says), "{said}");
        }
        let sound = bytes("[2,3]", &scale("F32", "[1]", 4));
        for (least, most) in [("0", "0"), ("0.5", "1"), ("-2", "-1"), ("1", "-1"), ("-1e39", "1"), ("-1", "1e39")] {
            let recipe = format!(r#"{{"method": "static", "ranges": {{"w": {{"least": {least}, "most": {most}}}}}}}"#);
            let said = Recipe::of(&header(&sound, Some(&recipe), 10)).expect_err(least);
            assert!(said.contains("the inputs of w cannot lie between"), "{said}");
        }
    }
}
