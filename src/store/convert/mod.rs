//! Turns what was fetched into a model directory.
//!
//! ```text
//! fetched: config.json, model.safetensors | model.bin | *.pth, tokenizer.json …
//!    └─ names and places of all tensors ─ renamed, split, typed ─▶ config.json, model.safetensors, …
//! ```
//! A reader finds where each tensor lies in the fetched file ([`safetensors`], [`model_bin`], [`pth`]), a
//! family module gives it our name ([`whisper`], [`efficientnet`], [`vision`]), the [`writer`] streams it. No
//! file is held in memory: 20 MB at most, and one tensor where its elements have to be reordered.
//! Whether the tensors are those that the model needs is for the caller to check.

mod chain;
mod efficientnet;
mod error;
mod files;
mod model_bin;
mod pickle;
mod pth;
mod safetensors;
mod tensor;
mod vision;
mod whisper;
mod writer;
mod zip;

pub use error::ConvertError;

use crate::model_dir::{CONFIG_FILE, WEIGHTS_FILE};
use chain::Chain;
use error::Result;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use tensor::Tensor;

/// Only classifiers with labels of their own have it; ImageNet's are the engine's.
const LABELS_FILE: &str = "labels.txt";

/// How a source publishes its model.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Recipe {
    /// timm's safetensors and configuration: MobileNetV3, EfficientNet-Lite.
    Timm,
    /// Whisper as transformers saves it.
    TransformersWhisper,
    /// Whisper under openai-whisper's names.
    OpenaiWhisper,
    /// Whisper as CTranslate2's `model.bin`, whole or in `model.bin.part1`, `.part2`, ….
    Ctranslate2Whisper,
    /// EfficientNet-Lite as a PyTorch state dictionary.
    PthEfficientnetLite,
    /// DistilBERT as transformers saves it.
    TransformersDistilbert,
}

/// Fills the empty directory `out` from the fetched files in `raw`. `defaults` is an object of
/// configuration fields; they win over what the files say.
///
/// # Errors
/// A file that is missing, lies, or holds something else than the recipe reads.
pub fn convert(recipe: Recipe, raw: &Path, out: &Path, defaults: &Value) -> Result<()> {
    let converted = match recipe {
        Recipe::Timm => timm(raw),
        Recipe::TransformersWhisper => transformers_whisper(raw),
        Recipe::OpenaiWhisper => openai_whisper(raw),
        Recipe::Ctranslate2Whisper => ctranslate2_whisper(raw),
        Recipe::PthEfficientnetLite => pth_efficientnet_lite(raw, defaults),
        Recipe::TransformersDistilbert => transformers_distilbert(raw),
    }?;
    let config = files::with_defaults(converted.config, defaults);
    match recipe {
        Recipe::Timm | Recipe::PthEfficientnetLite => {
            vision::check_complete(converted.file.path(), &config)?;
            files::copy(raw, out, &[LABELS_FILE])?;
        }
        Recipe::TransformersDistilbert => {
            files::copy(raw, out, &["tokenizer_config.json"])?;
            copy_needed(raw, out, &["tokenizer.json", "vocab.txt"])?;
        }
        Recipe::TransformersWhisper | Recipe::OpenaiWhisper | Recipe::Ctranslate2Whisper => {
            copy_needed(raw, out, &["tokenizer.json"])?;
        }
    }
    files::write_json(&out.join(CONFIG_FILE), &config)?;
    writer::write(&converted.file, converted.tensors, &out.join(WEIGHTS_FILE))
}

/// What a recipe makes of the fetched files; nothing is written yet.
struct Converted {
    file: Chain,
    tensors: Vec<Tensor>,
    config: Map<String, Value>,
}

fn timm(raw: &Path) -> Result<Converted> {
    let file = Chain::open(&[raw.join(WEIGHTS_FILE)])?;
    let tensors = safetensors::read(&file)?;
    let path = raw.join(CONFIG_FILE);
    let config = vision::from_timm(&path, &needed_json(&path)?, outputs(&file, &tensors)?)?;
    Ok(Converted { file, tensors, config })
}

fn pth_efficientnet_lite(raw: &Path, defaults: &Value) -> Result<Converted> {
    let file = Chain::open(&[only_file(raw, "pth")?])?;
    let tensors = efficientnet::from_efficientnet_pytorch(&file, pth::read(&file)?)?;
    let architecture = defaults.get("architecture").and_then(Value::as_str).unwrap_or("tf_efficientnet_lite0");
    let config = vision::of_architecture(file.path(), architecture, outputs(&file, &tensors)?)?;
    Ok(Converted { file, tensors, config })
}

fn transformers_whisper(raw: &Path) -> Result<Converted> {
    let file = Chain::open(&[raw.join(WEIGHTS_FILE)])?;
    let tensors = whisper::from_transformers(&file, safetensors::read(&file)?)?;
    let theirs = needed_json(&raw.join(CONFIG_FILE))?;
    let mut config = theirs.clone();
    whisper::add_suppressed(&mut config, &[theirs, generation_config(raw)?]);
    Ok(Converted { file, tensors, config })
}

fn openai_whisper(raw: &Path) -> Result<Converted> {
    let file = Chain::open(&[raw.join(WEIGHTS_FILE)])?;
    let tensors = whisper::from_openai(&file, safetensors::read(&file)?)?;
    let theirs = files::read_json(&raw.join(CONFIG_FILE))?.unwrap_or_default();
    let dims = theirs.get("dims").and_then(Value::as_object).unwrap_or(&theirs);
    let heads = ["n_audio_head", "n_text_head"].map(|n| dims.get(n).and_then(Value::as_u64));
    let mut config = whisper::config(&file, &tensors, heads)?;
    whisper::add_suppressed(&mut config, &[theirs, generation_config(raw)?]);
    Ok(Converted { file, tensors, config })
}

fn ctranslate2_whisper(raw: &Path) -> Result<Converted> {
    let file = Chain::open(&whole_or_parts(raw, "model.bin"))?;
    let model = model_bin::ModelBin::read(&file)?;
    let tensors = whisper::from_ctranslate2(&file, &model)?;
    let heads = ["encoder", "decoder"].map(|side| model.settings.get(&format!("{side}/num_heads")));
    let heads = heads.map(|h| h.and_then(|h| u64::try_from(*h).ok()));
    let mut config = whisper::config(&file, &tensors, heads)?;
    whisper::add_suppressed(&mut config, &[files::read_json(&raw.join(CONFIG_FILE))?.unwrap_or_default()]);
    Ok(Converted { file, tensors, config })
}

fn transformers_distilbert(raw: &Path) -> Result<Converted> {
    let file = Chain::open(&[raw.join(WEIGHTS_FILE)])?;
    let tensors = safetensors::read(&file)?;
    Ok(Converted { file, tensors, config: needed_json(&raw.join(CONFIG_FILE))? })
}

/// The number of outputs of an image classifier.
fn outputs(file: &Chain, tensors: &[Tensor]) -> Result<usize> {
    let bias = tensors.iter().find(|t| t.name == "classifier.bias").and_then(|t| t.shape.first());
    bias.copied().ok_or_else(|| ConvertError::file(file.path(), "it has no classifier.bias"))
}

fn needed_json(path: &Path) -> Result<Map<String, Value>> {
    files::read_json(path)?.ok_or_else(|| ConvertError::io(path)(std::io::ErrorKind::NotFound.into()))
}

fn generation_config(raw: &Path) -> Result<Map<String, Value>> {
    Ok(files::read_json(&raw.join("generation_config.json"))?.unwrap_or_default())
}

fn copy_needed(raw: &Path, out: &Path, names: &[&str]) -> Result<()> {
    if files::copy(raw, out, names)? {
        return Ok(());
    }
    Err(ConvertError::io(&raw.join(names[0]))(std::io::ErrorKind::NotFound.into()))
}

/// `name`, or where it was cut for a registry's size limit, `name.part1`, `name.part2`, ….
fn whole_or_parts(raw: &Path, name: &str) -> Vec<PathBuf> {
    let parts: Vec<_> = (1..).map(|n| raw.join(format!("{name}.part{n}"))).take_while(|p| p.exists()).collect();
    if parts.is_empty() || raw.join(name).exists() { vec![raw.join(name)] } else { parts }
}

/// The one file in `raw` with this extension.
fn only_file(raw: &Path, extension: &str) -> Result<PathBuf> {
    let entries = std::fs::read_dir(raw).map_err(ConvertError::io(raw))?;
    let mut found =
        entries.filter_map(|e| Some(e.ok()?.path())).filter(|p| p.extension().is_some_and(|e| e == extension));
    match (found.next(), found.next()) {
        (Some(path), None) => Ok(path),
        (None, _) => Err(ConvertError::file(raw, format!("it holds no .{extension} file"))),
        (Some(_), Some(_)) => Err(ConvertError::file(raw, format!("it holds more than one .{extension} file"))),
    }
}
