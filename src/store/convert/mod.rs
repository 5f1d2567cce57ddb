//! Stand-in until the readers land on this branch.

use std::path::Path;

/// How a source publishes its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
#[allow(missing_docs)]
pub enum Recipe {
    Timm,
    TransformersWhisper,
    OpenaiWhisper,
    Ctranslate2Whisper,
    PthEfficientnetLite,
    TransformersDistilbert,
}

/// Why it failed.
#[derive(Debug, thiserror::Error)]
#[error("no reader is built in for {0:?}")]
pub struct ConvertError(Recipe);

/// Fills `out` from `raw`.
///
/// # Errors
/// Always, until the readers are here.
pub fn convert(recipe: Recipe, _raw: &Path, _out: &Path, _defaults: &serde_json::Value) -> Result<(), ConvertError> {
    Err(ConvertError(recipe))
}
